import { UsageError } from '@seatrial/cli';
import type { FlagSpecs } from '@seatrial/cli';

/** Where a cluster is. */
export const placeFlags = {
  project: { type: 'string', description: 'Google Cloud project', env: 'CLOUDSDK_CORE_PROJECT' },
  zone: {
    type: 'string',
    description: 'zone or region',
    env: 'CLOUDSDK_COMPUTE_ZONE',
    aliases: ['location', 'region'],
  },
} as const satisfies FlagSpecs;

/** Which cluster. */
export const clusterFlags = {
  ...placeFlags,
  cluster: { type: 'string', description: 'name of the cluster', required: true, aliases: ['name'] },
} as const satisfies FlagSpecs;

/** How long the whole may take. */
export function timeoutFlag(minutes: number) {
  return {
    'timeout-minutes': { type: 'number', description: 'how long it may take', default: minutes, min: 0.01 },
  } as const satisfies FlagSpecs;
}

/** The flags of `create`. */
export const createFlags = {
  project: placeFlags.project,
  zone: {
    type: 'strings',
    description: 'zones or regions, tried in turn when one is out of machines',
    env: 'CLOUDSDK_COMPUTE_ZONE',
    aliases: ['location', 'region'],
  },
  cluster: { type: 'string', description: 'name of the cluster (default: made of the run)', aliases: ['name'] },
  'run-id': { type: 'string', description: 'run that the cluster is labelled with', required: true },
  'ttl-hours': { type: 'number', description: 'anyone may delete it after this time', default: 4, min: 0.01 },
  'machine-type': { type: 'string', description: 'machine type of the nodes', default: 'e2-standard-4' },
  nodes: { type: 'number', description: 'nodes', default: 1, min: 1, integer: true },
  accelerator: { type: 'pairs', description: 'GPUs of a node pool of their own: type=count' },
  'disk-size-gb': { type: 'number', description: 'boot disk of each node in GB', default: 50, min: 10, integer: true },
  'cluster-version': { type: 'string', description: 'version of Kubernetes: 1.X, 1.X.Y-gke.N or latest' },
  'release-channel': {
    type: 'string',
    description: 'release channel',
    choices: ['RAPID', 'REGULAR', 'STABLE', 'EXTENDED', 'UNSPECIFIED'],
    default: 'REGULAR',
  },
  spot: { type: 'boolean', description: 'cheap nodes that may be taken away' },
  autopilot: { type: 'boolean', description: 'GKE manages the nodes' },
  'service-account': { type: 'string', description: 'service account of the nodes' },
  label: { type: 'pairs', description: 'further labels' },
  overrides: { type: 'string', description: 'JSON merged over the cluster of the request' },
  kubeconfig: { type: 'string', description: 'write a kubeconfig here when the cluster is ready' },
  'dry-run': { type: 'boolean', description: 'print the request and send nothing' },
  ...timeoutFlag(30),
} as const satisfies FlagSpecs;

/** The flags of `get-credentials`. */
export const credentialsFlags = {
  ...clusterFlags,
  kubeconfig: { type: 'string', description: 'file to write', required: true },
  'static-token': { type: 'boolean', description: 'write a token that ends within the hour, not an exec plugin' },
} as const satisfies FlagSpecs;

/** The flags of `list`. */
export const listFlags = {
  ...placeFlags,
  'run-id': { type: 'string', description: 'only clusters of this run' },
} as const satisfies FlagSpecs;

/** The flags of `delete`. */
export const deleteFlags = { ...clusterFlags, ...timeoutFlag(20) } as const satisfies FlagSpecs;

/** A flag that has no default but in the environment. @throws {UsageError} when it is not set. */
export function needed(value: string | undefined, flag: string, variable: string): string {
  if (value !== undefined && value !== '') return value;
  throw new UsageError(`--${flag} is missing`, { hint: `Give --${flag} or set ${variable}.` });
}
