import type { ClusterFields } from './cluster-resource.js';
import { GkeApiError } from './gke-error.js';
import type { NodePool } from './node-pool.js';
import { checkNodePool, completeNodePool } from './node-pool.js';

const NAME = /^[a-z](?:[-a-z0-9]{0,38}[a-z0-9])?$/;
const LOCATION = /^[a-z]+-[a-z]+\d{1,2}(?:-[a-z])?$/;
const LABEL_KEY = /^\p{Ll}[\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const LABEL_VALUE = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;

function invalid(message: string): GkeApiError {
  return new GkeApiError('INVALID_ARGUMENT', message);
}

/** @throws {GkeApiError} `INVALID_ARGUMENT` */
export function checkLocation(location: string): void {
  if (!LOCATION.test(location)) throw invalid(`Location "${location}" does not exist.`);
}

/** @throws {GkeApiError} `INVALID_ARGUMENT` */
export function checkLabels(labels: Readonly<Record<string, string>>): void {
  const entries = Object.entries(labels);
  if (entries.length > 64) throw invalid(`A cluster may have up to 64 labels, got ${entries.length}.`);
  for (const [key, value] of entries) {
    if (LABEL_KEY.test(key) && LABEL_VALUE.test(value)) continue;
    throw invalid(`Invalid resource label: ${JSON.stringify(key)}: ${JSON.stringify(value)}.`);
  }
}

/** The cluster of a create request. @throws {GkeApiError} `INVALID_ARGUMENT` */
export function checkCluster(fields: ClusterFields | null | undefined): ClusterFields {
  if (fields === undefined || fields === null) throw invalid('Missing required field "cluster".');
  if (!NAME.test(fields.name)) {
    throw invalid(
      `Invalid value for field "cluster.name": ${JSON.stringify(fields.name)}. It must be 1 to 40 characters of lower case letters, digits and '-', begin with a letter and not end with '-'.`,
    );
  }
  checkLabels(fields.resourceLabels ?? {});
  return fields;
}

/** The pools a new cluster gets. @throws {GkeApiError} `INVALID_ARGUMENT` */
export function poolsOf(fields: ClusterFields, location: string): readonly NodePool[] {
  const { nodePools = [], initialNodeCount = 0, nodeConfig, locations = [], autopilot } = fields;
  if (nodePools.length > 0 && (initialNodeCount > 0 || (nodeConfig !== undefined && nodeConfig !== null))) {
    throw invalid('Cluster.node_pools cannot be set together with Cluster.initial_node_count or Cluster.node_config.');
  }
  const isAutopilot = autopilot?.enabled === true;
  if (isAutopilot && nodePools.length > 0) throw invalid('Autopilot clusters do not support node pools.');
  // Autopilot makes nodes as pods need them; here one large one has to do.
  const single: NodePool = {
    name: 'default-pool',
    initialNodeCount: isAutopilot ? 1 : initialNodeCount,
    config: isAutopilot ? { machineType: 'e2-standard-16' } : (nodeConfig ?? null),
  };
  const asked = nodePools.length > 0 ? nodePools : [single];
  if (nodePools.length === 0 && single.initialNodeCount < 1) {
    throw invalid('Cluster.initial_node_count must be greater than zero.');
  }
  const names = new Set<string>();
  return asked.map((pool) => {
    checkNodePool(pool, location);
    if (names.has(pool.name)) throw invalid(`Node pool names must be unique: "${pool.name}".`);
    names.add(pool.name);
    const placed = pool.locations === undefined || pool.locations.length === 0 ? { ...pool, locations } : pool;
    return completeNodePool(placed, location);
  });
}
