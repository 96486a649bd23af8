import { defineFlags } from '@seatrial/cli';
import { placeFlags, timeoutFlag, userFlags } from './flags.js';

/** The flags of `create`. Those of nodes have no defaults here, since Autopilot takes none of them. */
export const createFlags = defineFlags({
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
  autopilot: { type: 'boolean', description: 'GKE manages the nodes; needs a region' },
  'node-pool': {
    type: 'pairs',
    description:
      'pools in place of one, each with any of machine-type=T, nodes=N, spot=true, accelerator=TYPE:COUNT, disk-size-gb=N, ' +
      'disk-type=T, image-type=T, service-account=A, max-run-hours=N, split by commas',
    placeholder: 'NAME=KEY=VALUE,…',
  },
  'machine-type': { type: 'string', description: 'machine type of the nodes (default: e2-standard-4)' },
  nodes: { type: 'number', description: 'nodes in each zone (default: 1)', min: 1, integer: true },
  accelerator: { type: 'pairs', description: 'GPUs of a node pool of their own: type=count' },
  'gpu-driver': {
    type: 'string',
    description: 'driver that GKE installs on nodes with GPUs',
    choices: ['latest', 'default', 'disabled'],
    default: 'latest',
  },
  spot: { type: 'boolean', description: 'cheap nodes that may be taken away' },
  'disk-size-gb': { type: 'number', description: 'boot disk of each node in GB (default: 50)', min: 10, integer: true },
  'disk-type': { type: 'string', description: 'type of the boot disks (default: pd-balanced)' },
  'image-type': { type: 'string', description: 'system of the nodes (default: COS_CONTAINERD)' },
  'max-run-hours': { type: 'number', description: 'nodes are removed after this time', min: 0.01 },
  'cluster-version': { type: 'string', description: 'version of Kubernetes: 1.X, 1.X.Y-gke.N or latest' },
  'release-channel': {
    type: 'string',
    description: 'release channel',
    choices: ['RAPID', 'REGULAR', 'STABLE', 'EXTENDED', 'UNSPECIFIED'],
    default: 'REGULAR',
  },
  'upgrade-exclusion-hours': { type: 'number', description: 'no upgrade for so long (default: --ttl-hours)', min: 0 },
  'service-account': { type: 'string', description: 'service account of the nodes' },
  scope: { type: 'strings', description: 'OAuth scopes of the nodes (default: cloud-platform)' },
  'workload-identity': { type: 'boolean', description: 'pods may not act as service accounts', default: true },
  network: { type: 'string', description: 'network' },
  subnetwork: { type: 'string', description: 'subnetwork' },
  'private-nodes': { type: 'boolean', description: 'nodes without public addresses' },
  label: { type: 'pairs', description: 'further labels' },
  overrides: { type: 'string', description: "JSON merged over the API's cluster" },
  'wait-for-nodes': {
    type: 'boolean',
    description: 'do not wait for the nodes in Kubernetes: it cannot be reached from here',
    default: true,
  },
  kubeconfig: { type: 'string', description: 'write a kubeconfig here when the cluster is ready' },
  ...userFlags,
  'keep-failed': { type: 'boolean', description: 'leave what was made when it fails or is stopped' },
  'dry-run': { type: 'boolean', description: 'print the request and send nothing' },
  ...timeoutFlag(30, 'how long each location may take'),
});
