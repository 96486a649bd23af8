import { defineFlags } from '@seatrial/cli';

/** Flags of `seatrial-helm lint`. */
export const lintFlags = defineFlags({
  helm: { type: 'string', description: 'the helm to run', env: 'HELM_BIN', placeholder: 'PATH' },
  values: { type: 'strings', description: 'values files', placeholder: 'FILE' },
  set: { type: 'pairs', description: 'single values by dotted path' },
  strict: { type: 'boolean', description: 'fail on warnings too', default: false },
});
