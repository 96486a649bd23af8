import { defineFlags } from '@seatrial/cli';

const providers = ['sandbox', 'kubeconfig', 'gke'] as const;

const configFlag = {
  type: 'string',
  description: 'Config of the trial.',
  default: 'seatrial.yaml',
  placeholder: 'FILE',
} as const;

/** Flags of `seatrial e2e`. */
export const e2eFlags = defineFlags({
  config: configFlag,
  provider: { type: 'string', description: 'Where the cluster comes from.', choices: providers, default: 'sandbox' },
  results: {
    type: 'string',
    description: 'Where results go, gs:// or file:// (default file://./_results).',
    placeholder: 'URI',
  },
  registry: { type: 'string', description: 'Registry that the image is pushed to.', placeholder: 'HOST/PATH' },
  releases: { type: 'string', description: 'Where charts are published, gs:// or file://.', placeholder: 'URI' },
  project: { type: 'string', description: 'Google Cloud project of the cluster.' },
  context: { type: 'string', description: 'Context of the kubeconfig, with --provider kubeconfig.' },
  repo: {
    type: 'string',
    description: 'Repository to test (default: the one of the config).',
    placeholder: 'PATH|URL',
  },
  commit: {
    type: 'string',
    description: 'Commit to test (default: what is checked out, changes included).',
    placeholder: 'SHA',
  },
  job: { type: 'string', description: 'Name of the job outside Prow (default: <name>-e2e).' },
  'build-arg': { type: 'pairs', description: 'Value of an ARG of the Dockerfile.', placeholder: 'NAME=VALUE' },
  only: { type: 'strings', description: 'Run these tasks, and what cleans up after them.', placeholder: 'A,B' },
  skip: { type: 'strings', description: 'Leave these tasks out.', placeholder: 'A,B' },
  'dry-run': { type: 'boolean', default: false, description: 'Print what each task would do; do nothing.' },
  'max-parallel': { type: 'number', min: 1, integer: true, description: 'Tasks at the same time.', placeholder: 'N' },
  'keep-cluster': {
    type: 'boolean',
    default: false,
    description: 'Leave the cluster for a look at it; you delete it.',
  },
  resume: { type: 'string', description: 'Continue the run whose results are there.', placeholder: 'RUN' },
  helm: { type: 'string', description: 'Path of the helm binary.', env: 'HELM_BIN', placeholder: 'PATH' },
  fault: { type: 'strings', description: 'Fault of the sandbox, for example storage:503:0.1.', placeholder: 'SPEC' },
});

/** Flags of `seatrial graph`. */
export const graphFlags = defineFlags({
  config: configFlag,
  format: {
    type: 'string',
    description: 'Form of the output.',
    choices: ['text', 'mermaid', 'dot', 'json'],
    default: 'text',
  },
  only: e2eFlags.only,
  skip: e2eFlags.skip,
});

/** Flags of `seatrial step`. */
export const stepFlags = defineFlags({
  run: { type: 'string', description: 'Results of the run.', required: true, placeholder: 'URI' },
  helm: e2eFlags.helm,
  context: e2eFlags.context,
  project: e2eFlags.project,
});
