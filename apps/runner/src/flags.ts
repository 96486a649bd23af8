import { defineFlags } from '@seatrial/cli';

const providers = ['sandbox', 'kubeconfig', 'gke'] as const;

const configFlag = {
  type: 'string',
  description: 'config of the trial (default: seatrial.yaml here, else the only one of the repository)',
  placeholder: 'FILE',
} as const;

/** Flags of whatever runs tasks: where from, where to, how. */
export const settingFlags = defineFlags({
  config: configFlag,
  provider: { type: 'string', description: 'where the cluster comes from', choices: providers, default: 'sandbox' },
  results: {
    type: 'string',
    description: 'where results go, gs:// or file:// (default file://./_results)',
    env: 'SEATRIAL_RESULTS',
    placeholder: 'URI',
  },
  registry: { type: 'string', description: 'registry that the image is pushed to', placeholder: 'HOST/PATH' },
  releases: { type: 'string', description: 'where charts are published, gs:// or file://', placeholder: 'URI' },
  project: { type: 'string', description: 'Google Cloud project of the cluster' },
  context: { type: 'string', description: 'context of the kubeconfig, with --provider kubeconfig' },
  repo: {
    type: 'string',
    description: 'repository to test (default: the one of the config)',
    placeholder: 'PATH|URL',
  },
  commit: {
    type: 'string',
    description: 'commit to test (default: what is checked out, changes included)',
    placeholder: 'SHA',
  },
  job: { type: 'string', description: 'name of the job outside Prow (default: <name>-e2e)' },
  'build-arg': { type: 'pairs', description: 'value of an ARG of the Dockerfile', placeholder: 'NAME=VALUE' },
  builder: {
    type: 'string',
    description: 'what builds the images: an engine as it likes best, else Cloud Build where there is a project',
    choices: ['auto', 'docker', 'buildkit', 'cloudbuild'],
    default: 'auto',
  },
  // On by default, so shown as --no-attest: that is what it tells of.
  attest: { type: 'boolean', description: 'attach no SBOM and no SLSA provenance to what is pushed', default: true },
  'max-parallel': { type: 'number', min: 1, integer: true, description: 'tasks at the same time', placeholder: 'N' },
  'keep-cluster': {
    type: 'boolean',
    default: false,
    description: 'leave the cluster for a look at it; you delete it',
  },
  helm: { type: 'string', description: 'path of the helm binary', env: 'HELM_BIN', placeholder: 'PATH' },
  redact: {
    type: 'strings',
    description: 'variable whose value is not shown, besides ..._TOKEN, ..._PASSWORD and the like',
    placeholder: 'NAME',
  },
  fault: { type: 'strings', description: 'fault of the sandbox, for example storage:503:0.1', placeholder: 'SPEC' },
});

/** Flags of `seatrial e2e`. */
export const e2eFlags = defineFlags({
  ...settingFlags,
  only: { type: 'strings', description: 'run these tasks, and what cleans up after them', placeholder: 'A,B' },
  from: {
    type: 'strings',
    description: 'run these tasks and all that follow from them; with --resume again, though they succeeded',
    placeholder: 'A,B',
  },
  skip: { type: 'strings', description: 'leave these tasks out', placeholder: 'A,B' },
  'dry-run': { type: 'boolean', default: false, description: 'print what each task would do; do nothing' },
  resume: {
    type: 'string',
    description: 'continue this run: the URI of its results, or its build id',
    placeholder: 'RUN',
  },
  report: { type: 'strings', description: 'tell of the run there as well', choices: ['github'], placeholder: 'github' },
  'github-endpoint': {
    type: 'string',
    description: "address of GitHub's API (default: the public one)",
    env: 'GITHUB_API_URL',
    placeholder: 'URL',
  },
  'github-token-path': {
    type: 'string',
    description: 'file with the token for --report github (default: GITHUB_TOKEN)',
    placeholder: 'FILE',
  },
  'details-url': {
    type: 'string',
    description: 'page of the run that --report github links to (default: Deck or the results)',
    env: 'SEATRIAL_DETAILS_URL',
    placeholder: 'URL',
  },
});

/** Flags of `seatrial graph`. */
export const graphFlags = defineFlags({
  config: configFlag,
  format: {
    type: 'string',
    description: 'form of the output',
    choices: ['text', 'mermaid', 'dot', 'json'],
    default: 'text',
  },
  only: e2eFlags.only,
  skip: e2eFlags.skip,
});

/** Flags of `seatrial step`. */
export const stepFlags = defineFlags({
  run: {
    type: 'string',
    description: 'run that the step belongs to: URI or build id (default: a run of its own)',
    placeholder: 'RUN',
  },
  ...settingFlags,
});

/** Flags of `seatrial runs show`. */
export const runsShowFlags = defineFlags({ results: e2eFlags.results });

/** Flags of `seatrial runs list`. */
export const runsListFlags = defineFlags({
  results: e2eFlags.results,
  job: { type: 'string', description: 'only runs of this job' },
  limit: { type: 'number', min: 1, integer: true, default: 20, description: 'at most so many', placeholder: 'N' },
});

/** Flags of `seatrial runs logs`. */
export const runsLogsFlags = defineFlags({
  results: e2eFlags.results,
  follow: { type: 'boolean', default: false, description: 'go on until the run has ended' },
});

/** Flags of `seatrial runs cancel`. */
export const runsCancelFlags = defineFlags({
  results: e2eFlags.results,
  wait: { type: 'boolean', default: false, description: 'wait until it has cleaned up' },
});

/** Flags of `seatrial init`. */
export const initFlags = defineFlags({
  stdout: { type: 'boolean', default: false, description: 'print it instead of writing a file' },
});
