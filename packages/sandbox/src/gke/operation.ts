import type { ClusterRef } from './resource-name.js';
import { isZone } from './resource-name.js';

/** What it does, and how a message says that it is at it. */
export const operationVerbs = {
  CREATE_CLUSTER: 'creating',
  DELETE_CLUSTER: 'deleting',
  SET_LABELS: 'updating',
  AUTO_REPAIR_NODES: 'repairing',
} as const;
export type OperationType = keyof typeof operationVerbs;

/** `google.rpc.Status`. */
export interface OperationError {
  readonly code: number;
  readonly message: string;
  /** Name in the older `clusterConditions`. */
  readonly condition?: 'GCE_STOCKOUT' | 'GCE_QUOTA_EXCEEDED';
}

/** Work on a cluster that takes time. */
export interface Operation {
  readonly id: string;
  readonly cluster: ClusterRef;
  readonly type: OperationType;
  readonly startMs: number;
  status: 'PENDING' | 'RUNNING' | 'ABORTING' | 'DONE';
  endMs?: number;
  error?: OperationError;
  /** Aborting it is what CancelOperation does. */
  readonly cancel: AbortController;
}

const BASE = 'https://container.googleapis.com/v1';

/** `google.container.v1.Operation`. */
export function formatOperation(operation: Operation): Record<string, unknown> {
  const { id, cluster, type, status, startMs, endMs, error } = operation;
  const { project, location, name } = cluster;
  const where = `${BASE}/projects/${project}/${isZone(location) ? 'zones' : 'locations'}/${location}`;
  return {
    name: id,
    zone: location,
    location,
    operationType: type,
    status,
    selfLink: `${where}/operations/${id}`,
    targetLink: `${where}/clusters/${name}`,
    startTime: new Date(startMs).toISOString(),
    ...(endMs === undefined ? {} : { endTime: new Date(endMs).toISOString() }),
    ...(error === undefined ? {} : formatError(error)),
  };
}

function formatError({ code, message, condition }: OperationError) {
  const conditions = condition === undefined ? [] : [{ code: condition, canonicalCode: code, message }];
  return { error: { code, message }, statusMessage: message, clusterConditions: conditions };
}
