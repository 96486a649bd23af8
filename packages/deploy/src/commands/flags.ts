import type { FlagSpecs } from '@seatrial/cli';

/** Which cluster, and which namespace of it. */
export const clusterFlags = {
  provider: {
    type: 'string',
    description: 'where the cluster comes from; kubeconfig: one that is there, and stays',
    choices: ['gke', 'kubeconfig', 'sandbox'],
    default: 'gke',
  },
  project: { type: 'string', description: 'Google Cloud project', env: 'CLOUDSDK_CORE_PROJECT' },
  zone: {
    type: 'strings',
    description: 'zones or regions, tried in turn',
    env: 'CLOUDSDK_COMPUTE_ZONE',
    aliases: ['location'],
  },
  cluster: { type: 'string', description: 'name of the cluster, for gke and sandbox' },
  kubeconfig: { type: 'string', description: 'kubeconfig of the provider kubeconfig', env: 'KUBECONFIG' },
  context: { type: 'string', description: 'context of the kubeconfig (default: the current one)' },
  namespace: { type: 'string', description: 'namespace of the release', default: 'seatrial' },
} as const satisfies FlagSpecs;

/** Which cluster, which namespace of it, and where the report goes. */
export const commonFlags = {
  ...clusterFlags,
  'junit-path': { type: 'string', description: 'write a JUnit report here: a path, file:// or gs://' },
} as const satisfies FlagSpecs;

const releaseFlags = {
  release: { type: 'string', description: 'name of the helm release', default: 'seatrial' },
  helm: { type: 'string', description: 'helm to use (default: the one in PATH)', env: 'HELM_BIN' },
} as const satisfies FlagSpecs;

const minutes = (value: number) =>
  ({ 'timeout-minutes': { type: 'number', description: 'how long it may take', default: value, min: 0.01 } }) as const;

/** The flags of `setup`. */
export const setupFlags = {
  ...commonFlags,
  ...releaseFlags,
  chart: {
    type: 'string',
    description: 'chart: folder, .tgz, or gs://, https:// or oci:// with a version',
    required: true,
  },
  values: { type: 'strings', description: 'values files, later ones win' },
  set: { type: 'pairs', description: 'single values, typed as helm does: dotted.path=value' },
  'set-string': { type: 'pairs', description: 'single values, always text: dotted.path=value' },
  upgrade: { type: 'boolean', description: 'upgrade a release of that name that is not ours, too' },
  'registry-config': {
    type: 'string',
    description: 'file with credentials for oci://, only read',
    env: 'HELM_REGISTRY_CONFIG',
  },
  'plain-http': { type: 'boolean', description: 'speak plain HTTP with the registry (always on loopback)' },
  accelerator: { type: 'pairs', description: 'GPUs of the cluster: type=count' },
  'machine-type': { type: 'string', description: 'machine type of the nodes', default: 'e2-standard-4' },
  'run-id': { type: 'string', description: 'label cluster, namespace and release with this run' },
  'ttl-hours': { type: 'number', description: 'anyone may delete the cluster after this time', default: 4, min: 0.01 },
  'fail-fast': {
    type: 'boolean',
    description: 'wait to the timeout also when a pod is stuck',
    default: true,
  },
  ...minutes(40),
} as const satisfies FlagSpecs;

/** The flags of `wait`. */
export const waitFlags = {
  ...clusterFlags,
  for: {
    type: 'string',
    description:
      'ready, condition=NAME[=STATUS], phase=NAME, jsonpath={PATH}[=VALUE], cel=RULE over "object", create or delete',
    default: 'ready',
  },
  'fail-on': { type: 'string', description: 'what ends the wait as failed, in the same form' },
  ...minutes(15),
} as const satisfies FlagSpecs;

/** The flags of `test`. */
export const testFlags = { ...commonFlags, ...releaseFlags, ...minutes(15) } as const satisfies FlagSpecs;

/** The flags of `run-job`. */
export const jobFlags = {
  ...commonFlags,
  spec: { type: 'string', description: 'YAML template of the custom resource', required: true },
  param: { type: 'pairs', description: 'parameters of the template: name=value' },
  image: { type: 'string', description: 'the parameter ${image}' },
  name: { type: 'string', description: 'what the name of the object begins with', default: 'trial' },
  condition: { type: 'string', description: 'condition to wait for', default: 'Succeeded' },
  'failure-condition': { type: 'strings', description: 'conditions that end the wait as failed', default: ['Failed'] },
  ...minutes(15),
} as const satisfies FlagSpecs;

/** The flags of `teardown`. */
export const teardownFlags = {
  ...commonFlags,
  ...releaseFlags,
  'keep-cluster': { type: 'boolean', description: 'delete the release and its namespace only' },
  ...minutes(30),
} as const satisfies FlagSpecs;
