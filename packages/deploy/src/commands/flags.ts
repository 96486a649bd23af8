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

const registryFlags = {
  'registry-config': {
    type: 'string',
    description: 'file with credentials for oci://, only read',
    env: 'HELM_REGISTRY_CONFIG',
  },
  'plain-http': { type: 'boolean', description: 'speak plain HTTP with the registry (always on loopback)' },
} as const satisfies FlagSpecs;

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
  ...registryFlags,
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

const templateFlags = {
  param: { type: 'pairs', description: 'parameters of templates: name=value' },
  image: { type: 'string', description: 'the parameter ${image}' },
  'failure-condition': { type: 'strings', description: 'conditions that end a wait as failed', default: ['Failed'] },
} as const satisfies FlagSpecs;

const conditionFlag = {
  condition: { type: 'string', description: 'condition to wait for', default: 'Succeeded' },
} as const satisfies FlagSpecs;

const retryFlag = {
  retries: { type: 'number', description: 'run a failing test again so often', default: 0, min: 0, integer: true },
} as const satisfies FlagSpecs;

/** The flags of `test`. */
export const testFlags = {
  ...commonFlags,
  ...releaseFlags,
  'helm-test': { type: 'boolean', description: 'leave the test hooks of the chart out', default: true },
  spec: { type: 'strings', description: 'YAML templates of custom resources, a test each' },
  ...templateFlags,
  ...conditionFlag,
  name: { type: 'string', description: 'name of the test that the program after -- is', default: 'command' },
  artifacts: {
    type: 'string',
    description: 'folder for what the program writes; its junit*.xml are taken in',
    default: 'artifacts',
    env: 'ARTIFACTS',
  },
  'build-info': { type: 'string', description: 'build_info.yaml of the build, for the program and ${image}' },
  'max-parallel': { type: 'number', description: 'tests at a time', default: 4, min: 1, integer: true },
  ...retryFlag,
  ...minutes(15),
} as const satisfies FlagSpecs;

/** The flags of `run-job`. */
export const jobFlags = {
  ...commonFlags,
  spec: { type: 'string', description: 'YAML template of the custom resource', required: true },
  ...templateFlags,
  ...conditionFlag,
  name: { type: 'string', description: 'what the name of the object begins with', default: 'trial' },
  'expect-pod': { type: 'pairs', description: 'labels of pods it has to bring about: key=value' },
  'expect-service': { type: 'pairs', description: 'labels of services it has to bring about: key=value' },
  ...retryFlag,
  ...minutes(15),
} as const satisfies FlagSpecs;

/** The flags of `upgrade-trial`. */
export const upgradeFlags = {
  ...commonFlags,
  ...releaseFlags,
  chart: {
    type: 'string',
    description: 'chart of the new build: folder, .tgz, or gs://, https:// or oci:// with a version',
    required: true,
  },
  'previous-chart': { type: 'string', description: 'chart of the last release, as --chart' },
  'releases-path': {
    type: 'string',
    description: 'where releases are published (gs:// or file://): its latest chart is the last release',
  },
  values: { type: 'strings', description: 'values files of both, later ones win' },
  set: { type: 'pairs', description: 'single values of both: dotted.path=value' },
  'previous-set': { type: 'pairs', description: 'single values of the last release alone' },
  ...registryFlags,
  spec: { type: 'string', description: 'YAML template of the custom resources', required: true },
  ...templateFlags,
  condition: { type: 'string', description: 'condition they are in during the upgrade', default: 'Running' },
  count: { type: 'number', description: 'how many of them', default: 2, min: 1, integer: true },
  'keep-pods': { type: 'boolean', description: 'their pods may be other ones afterwards', default: true },
  'keep-release': { type: 'boolean', description: 'leave the release and its namespace in place' },
  ...minutes(30),
} as const satisfies FlagSpecs;

/** The flags of `collect`. */
export const collectFlags = {
  ...commonFlags,
  out: { type: 'string', description: 'folder to write to', default: 'cluster', short: 'o' },
  'also-namespace': { type: 'strings', description: 'more namespaces' },
  'max-log-mib': { type: 'number', description: 'the end of each log up to this size', default: 10, min: 0.01 },
  'max-total-mib': { type: 'number', description: 'all files together', default: 500, min: 0.01 },
  'max-parallel': { type: 'number', description: 'requests at a time', default: 8, min: 1, integer: true },
  ...minutes(10),
} as const satisfies FlagSpecs;

/** The flags of `teardown`. */
export const teardownFlags = {
  ...commonFlags,
  ...releaseFlags,
  'keep-cluster': { type: 'boolean', description: 'delete the release and its namespace only' },
  'keep-definitions': {
    type: 'boolean',
    description: 'leave custom resource definitions that the trial installed',
  },
  'finalizer-minutes': {
    type: 'number',
    description: 'how long controllers may take to remove their finalizers',
    default: 1,
    min: 0.01,
  },
  force: { type: 'boolean', description: 'then remove the finalizers; what they stand for is left undone' },
  ...minutes(30),
} as const satisfies FlagSpecs;
