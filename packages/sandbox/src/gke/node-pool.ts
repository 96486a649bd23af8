import { createHash } from 'node:crypto';
import { GkeApiError } from './gke-error.js';
import type { NodeRequest, NodeTaint } from './kubernetes.js';
import { findMachine } from './machine-type.js';
import { isZone } from './resource-name.js';

/** The fields of `google.container.v1.NodeConfig` that matter here. */
export interface NodeConfig {
  readonly machineType?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly { readonly key: string; readonly value: string; readonly effect: string }[];
  readonly accelerators?: readonly {
    readonly acceleratorCount: string;
    readonly acceleratorType: string;
    readonly gpuDriverInstallationConfig?: { readonly gpuDriverVersion?: string } | null;
  }[];
  readonly spot?: boolean;
  readonly preemptible?: boolean;
  readonly [field: string]: unknown;
}

/** `google.container.v1.NodePool`. */
export interface NodePool {
  readonly name: string;
  readonly initialNodeCount: number;
  readonly config?: NodeConfig | null;
  readonly locations?: readonly string[];
  readonly status?: string;
  readonly [field: string]: unknown;
}

/** GKE's own choice. */
const DEFAULT_MACHINE = 'e2-medium';
const NAME = /^[a-z](?:[-a-z0-9]{0,38}[a-z0-9])?$/;

const effects: Readonly<Record<string, NodeTaint['effect']>> = {
  NO_SCHEDULE: 'NoSchedule',
  PREFER_NO_SCHEDULE: 'PreferNoSchedule',
  NO_EXECUTE: 'NoExecute',
};

function invalid(message: string): GkeApiError {
  return new GkeApiError('INVALID_ARGUMENT', message);
}

/** @throws {GkeApiError} `INVALID_ARGUMENT` */
export function checkNodePool(pool: NodePool, location: string): void {
  if (!NAME.test(pool.name)) throw invalid(`Invalid value for field "node_pool.name": ${JSON.stringify(pool.name)}.`);
  if (pool.initialNodeCount < 0 || pool.initialNodeCount > 1000) {
    throw invalid(`Node pool "${pool.name}" must have from 0 to 1000 nodes, got ${pool.initialNodeCount}.`);
  }
  const machineType = pool.config?.machineType || DEFAULT_MACHINE;
  if (findMachine(machineType) === undefined) {
    throw invalid(`Machine type with name "${machineType}" does not exist in zone "${zonesOf(pool, location)[0]}".`);
  }
  for (const { acceleratorCount, acceleratorType } of pool.config?.accelerators ?? []) {
    if (!/^[1-9]\d{0,2}$/.test(acceleratorCount) || acceleratorType === '') {
      throw invalid(`Invalid accelerator of node pool "${pool.name}": ${acceleratorCount} of "${acceleratorType}".`);
    }
  }
  for (const { key, effect } of pool.config?.taints ?? []) {
    if (key === '' || effects[effect] === undefined) throw invalid(`Invalid taint of node pool "${pool.name}".`);
  }
}

/** A region has its nodes in three zones, unless told otherwise. */
export function zonesOf(pool: Pick<NodePool, 'locations'>, location: string): readonly string[] {
  if (pool.locations !== undefined && pool.locations.length > 0) return pool.locations;
  return isZone(location) ? [location] : ['a', 'b', 'c'].map((zone) => `${location}-${zone}`);
}

/** The defaults the service would fill in. */
export function completeNodePool(pool: NodePool, location: string): NodePool {
  const config = { ...pool.config, machineType: pool.config?.machineType || DEFAULT_MACHINE };
  const defaults = { diskSizeGb: 100, diskType: 'pd-balanced', imageType: 'COS_CONTAINERD', serviceAccount: 'default' };
  const filled = Object.fromEntries(Object.entries(defaults).filter(([name]) => !config[name as keyof typeof config]));
  return { ...pool, config: { ...config, ...filled }, locations: zonesOf(pool, location) };
}

/** The machines of a pool, named as GKE names them, the same for the same cluster and pool. */
export function nodesOf(pool: NodePool, cluster: { readonly name: string; readonly location: string }): NodeRequest[] {
  const { config } = pool;
  const machineType = config?.machineType || DEFAULT_MACHINE;
  const machine = findMachine(machineType) ?? { cpus: 2, memoryGib: 4, gpus: 0 };
  const accelerators = config?.accelerators ?? [];
  const asked = accelerators.reduce((sum, { acceleratorCount }) => sum + Number(acceleratorCount), 0);
  const gpus = asked > 0 ? asked : machine.gpus;
  const kind = accelerators[0]?.acceleratorType;
  // Without a driver a node has GPUs that no pod can get.
  const hasDriver = accelerators.every(
    ({ gpuDriverInstallationConfig: driver }) => driver?.gpuDriverVersion !== 'INSTALLATION_DISABLED',
  );
  const extended: Record<string, number> = gpus === 0 || !hasDriver ? {} : { 'nvidia.com/gpu': gpus };
  return zonesOf(pool, cluster.location).flatMap((zone) => {
    const group = hash(`${cluster.name}/${pool.name}/${zone}`).slice(0, 8);
    const stem = `gke-${cluster.name.slice(0, 20)}-${pool.name.slice(0, 20)}`.replace(/-+$/, '');
    return Array.from({ length: pool.initialNodeCount }, (_, index) => ({
      name: `${stem}-${group}-${hash(`${group}/${index}`).slice(0, 4)}`,
      cpus: machine.cpus,
      memoryBytes: Math.round(machine.memoryGib * 1024 ** 3),
      labels: {
        'cloud.google.com/gke-nodepool': pool.name,
        'cloud.google.com/machine-family': machineType.split('-')[0] ?? '',
        'node.kubernetes.io/instance-type': machineType,
        'topology.kubernetes.io/region': zone.replace(/-[a-z]$/, ''),
        'topology.kubernetes.io/zone': zone,
        ...(config?.spot === true ? { 'cloud.google.com/gke-spot': 'true' } : {}),
        ...(config?.preemptible === true ? { 'cloud.google.com/gke-preemptible': 'true' } : {}),
        ...(kind === undefined ? {} : { 'cloud.google.com/gke-accelerator': kind }),
        ...config?.labels,
      },
      taints: (config?.taints ?? []).map(({ key, value, effect }) => {
        return { key, value, effect: effects[effect] ?? 'NoSchedule' };
      }),
      extendedResources: extended,
    }));
  });
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
