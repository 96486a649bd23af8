import { defineFlags } from '@seatrial/cli';

/** Flags of `seatrial-helm bump`. */
export const bumpFlags = defineFlags({
  tag: { type: 'string', description: 'build to add to the version, such as v20260102-abc1234' },
  to: { type: 'string', description: 'the new version itself', placeholder: 'VERSION' },
  'app-version': { type: 'string', description: 'the new appVersion', placeholder: 'VERSION' },
});
