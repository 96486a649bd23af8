import { UsageError } from '@seatrial/cli';
import type { ContextOf } from '@seatrial/cli';
import { clusterName, labelValue, runLabels } from '../labels.js';
import type { ClusterBody, ClusterRequest, NodePoolRequest } from '../request.js';
import type { createFlags } from './create-flags.js';

const HOUR_MS = 3_600_000;
/** The longest time GKE takes. */
const MAX_EXCLUSION_HOURS = 30 * 24;

const drivers = { latest: 'LATEST', default: 'DEFAULT', disabled: 'INSTALLATION_DISABLED' } as const;

/** The request that the flags of `create` make, wherever it goes. @throws {UsageError} */
export function requestOf(
  { flags, clock }: Pick<ContextOf<typeof createFlags>, 'flags' | 'clock'>,
  project: string,
): Omit<ClusterRequest, 'location'> {
  const runId = flags['run-id'];
  const nowMs = clock.now();
  const driver = drivers[flags['gpu-driver']];
  const maxRunHours = flags['max-run-hours'];
  const exclusionHours = Math.min(flags['upgrade-exclusion-hours'] ?? flags['ttl-hours'], MAX_EXCLUSION_HOURS);
  const nodePools = Object.entries(flags['node-pool']).map(([name, text]) => parseNodePool(name, text, driver));
  const accelerators = Object.entries(flags.accelerator).map(([type, count]) => ({
    type,
    count: numberOf(`--accelerator ${type}`, count),
    driver,
  }));
  return {
    name: flags.cluster ?? clusterName({ runId }),
    project,
    labels: {
      ...Object.fromEntries(Object.entries(flags.label).map(([key, value]) => [key, labelValue(value)])),
      ...runLabels({ runId, expiresMs: nowMs + flags['ttl-hours'] * HOUR_MS }),
    },
    autopilot: flags.autopilot ?? false,
    releaseChannel: flags['release-channel'],
    privateNodes: flags['private-nodes'] ?? false,
    workloadIdentity: flags['workload-identity'],
    accelerators,
    ...(nodePools.length === 0 ? {} : { nodePools }),
    ...(exclusionHours === 0
      ? {}
      : { maintenanceExclusion: { startMs: nowMs, endMs: nowMs + exclusionHours * HOUR_MS } }),
    ...(maxRunHours === undefined ? {} : { maxRunDurationSeconds: Math.ceil(maxRunHours * 3_600) }),
    ...(flags.scope.length === 0 ? {} : { oauthScopes: flags.scope }),
    ...(flags.overrides === undefined ? {} : { overrides: parseOverrides(flags.overrides) }),
    ...given({
      machineType: flags['machine-type'],
      nodeCount: flags.nodes,
      spot: flags.spot,
      diskSizeGb: flags['disk-size-gb'],
      diskType: flags['disk-type'],
      imageType: flags['image-type'],
      version: flags['cluster-version'],
      serviceAccount: flags['service-account'],
      network: flags.network,
      subnetwork: flags.subnetwork,
    }),
  };
}

type Given<T> = { readonly [Key in keyof T]?: Exclude<T[Key], undefined> };

/** The fields that are set. */
function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}

const poolKeys = {
  'machine-type': (value) => ({ machineType: value }),
  nodes: (value, at) => ({ nodeCount: numberOf(at, value) }),
  spot: (value, at) => ({ spot: booleanOf(at, value) }),
  'disk-size-gb': (value, at) => ({ diskSizeGb: numberOf(at, value) }),
  'disk-type': (value) => ({ diskType: value }),
  'image-type': (value) => ({ imageType: value }),
  'service-account': (value) => ({ serviceAccount: value }),
  'max-run-hours': (value, at) => ({ maxRunDurationSeconds: Math.ceil(numberOf(at, value) * 3_600) }),
} satisfies Record<string, (value: string, at: string) => Partial<NodePoolRequest>>;

/**
 * `machine-type=n2-standard-4,nodes=2,accelerator=nvidia-l4:1`, the keys being those of the flags.
 *
 * @throws {UsageError}
 */
function parseNodePool(
  name: string,
  text: string,
  driver: 'LATEST' | 'DEFAULT' | 'INSTALLATION_DISABLED',
): NodePoolRequest {
  const parts = text.split(',').filter((part) => part !== '');
  return parts.reduce<NodePoolRequest>(
    (pool, part) => {
      const [key = '', value = ''] = part.split(/=(.*)/s);
      const at = `--node-pool ${name}: ${key}`;
      if (key === 'accelerator') {
        const [type = '', count = ''] = value.split(':');
        return { ...pool, accelerator: { type, count: numberOf(at, count), driver } };
      }
      if (Object.hasOwn(poolKeys, key)) return { ...pool, ...poolKeys[key as keyof typeof poolKeys](value, at) };
      const known = [...Object.keys(poolKeys), 'accelerator'].join(', ');
      throw new UsageError(`--node-pool ${name}: unknown key ${JSON.stringify(key)}`, { hint: `Keys are ${known}.` });
    },
    { name },
  );
}

function numberOf(what: string, text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new UsageError(`${what}: not a number: ${JSON.stringify(text)}`, { hint: `Say how many, such as 1.` });
}

function booleanOf(what: string, text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new UsageError(`${what}: neither true nor false: ${JSON.stringify(text)}`, { hint: 'Write true or false.' });
}

function parseOverrides(text: string): ClusterBody {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Said below, as for JSON that is no object.
  }
  throw new UsageError('--overrides is not a JSON object', {
    hint: 'For example: --overrides \'{"loggingService":"none"}\'.',
  });
}
