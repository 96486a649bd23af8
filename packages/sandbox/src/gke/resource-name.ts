import { GkeApiError } from './gke-error.js';

/** Where a cluster is. */
export interface ClusterRef {
  readonly project: string;
  /** Zone or region. */
  readonly location: string;
  readonly name: string;
}

/** A request's fields in both forms: `name`/`parent`, and the deprecated separate ones. */
export interface NamedRequest {
  readonly name?: string;
  readonly parent?: string;
  readonly projectId?: string;
  readonly zone?: string;
  readonly clusterId?: string;
  readonly operationId?: string;
  readonly nodePoolId?: string;
}

const PARENT = /^projects\/(?<project>[^/]+)\/(?:locations|zones)\/(?<location>[^/]+)$/;
const NAME =
  /^projects\/(?<project>[^/]+)\/(?:locations|zones)\/(?<location>[^/]+)\/(?<kind>clusters|operations)\/(?<id>[^/]+)(?:\/nodePools\/(?<pool>[^/]+))?$/;

function malformed(field: string, value: string | undefined): GkeApiError {
  return new GkeApiError('INVALID_ARGUMENT', `Invalid value for field "${field}": ${JSON.stringify(value ?? '')}.`);
}

/** `projects/P/locations/L` of a request. @throws {GkeApiError} `INVALID_ARGUMENT` */
export function parseParent({ parent, projectId, zone }: NamedRequest): { project: string; location: string } {
  if (parent === undefined || parent === '') {
    if (!projectId || !zone) throw malformed('parent', parent);
    return { project: projectId, location: zone };
  }
  const { project, location } = PARENT.exec(parent)?.groups ?? {};
  if (project === undefined || location === undefined) throw malformed('parent', parent);
  return { project, location };
}

/** The cluster (and node pool) or operation a request is about. @throws {GkeApiError} `INVALID_ARGUMENT` */
export function parseName(
  request: NamedRequest,
  kind: 'clusters' | 'operations',
): ClusterRef & { readonly pool?: string } {
  const { name, projectId, zone, clusterId, operationId, nodePoolId } = request;
  if (name === undefined || name === '') {
    const id = kind === 'clusters' ? clusterId : operationId;
    if (!projectId || !zone || !id) throw malformed('name', name);
    return { project: projectId, location: zone, name: id, ...(nodePoolId ? { pool: nodePoolId } : {}) };
  }
  const found = NAME.exec(name)?.groups;
  const { project, location, id, pool } = found ?? {};
  if (found?.['kind'] !== kind || project === undefined || location === undefined || id === undefined) {
    throw malformed('name', name);
  }
  return { project, location, name: id, ...(pool === undefined ? {} : { pool }) };
}

/** Whether a location is a zone, such as `us-central1-a`; else it is a region. */
export function isZone(location: string): boolean {
  return /-[a-z]$/.test(location);
}

/** `projects/P/zones/Z/clusters/N`, or `locations` for a region, as the real service writes it in messages. */
export function formatCluster({ project, location, name }: ClusterRef): string {
  return `projects/${project}/${isZone(location) ? 'zones' : 'locations'}/${location}/clusters/${name}`;
}
