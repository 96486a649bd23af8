import type { Faults } from '../faults.js';
import { GkeApiError } from './gke-error.js';
import type { OperationError, OperationType } from './operation.js';
import { isZone } from './resource-name.js';

/** How long a call that comes too often is told to wait. */
const RETRY_AFTER_MS = 1_000;

const methods: Partial<Record<OperationType, string>> = {
  CREATE_CLUSTER: 'CreateCluster',
  DELETE_CLUSTER: 'DeleteCluster',
  SET_LABELS: 'SetLabels',
};

/** How an operation ends because the plan says so; `undefined` when it may go well. */
export function plannedFailure(faults: Faults, type: OperationType, location: string): OperationError | undefined {
  const kinds =
    type === 'CREATE_CLUSTER' ? (['stockout', 'quota', 'operation-error'] as const) : ['operation-error' as const];
  const fault = faults.next('gke', methods[type] ?? type, kinds);
  if (fault?.kind === 'stockout') {
    const message = `Try a different location, or try again later: Google Compute Engine does not have enough resources available to fulfill request: ${location}.`;
    return { code: 14, condition: 'GCE_STOCKOUT', message };
  }
  if (fault?.kind === 'quota') {
    const message = `Insufficient quota to satisfy the request: [GCE_QUOTA_EXCEEDED]: Quota 'IN_USE_ADDRESSES' exceeded. Limit: 8.0 in region ${regionOf(location)}.`;
    return { code: 8, condition: 'GCE_QUOTA_EXCEEDED', message };
  }
  if (fault?.kind === 'operation-error') {
    const message = `All cluster resources were brought up, but: component "kube-apiserver" from endpoint "gke-sandbox" is unhealthy.`;
    return {
      code: 13,
      message: type === 'CREATE_CLUSTER' ? message : 'Internal error: could not finish the operation.',
    };
  }
  return undefined;
}

/** Refuses a call as the service does, when the plan says so. @throws {GkeApiError} */
export function refuseAsPlanned(faults: Faults, method: string): void {
  const fault = faults.next('gke', method, ['quota-refusal', 'rate-limit']);
  if (fault?.kind === 'quota-refusal') {
    const message = `Insufficient regional quota to satisfy request: resource "IN_USE_ADDRESSES": request requires '12.0' and is short '4.0'. project has a quota of '8.0' with '8.0' available.`;
    throw new GkeApiError('PERMISSION_DENIED', message);
  }
  if (fault?.kind === 'rate-limit') {
    const message = `Quota exceeded for quota metric 'Requests' and limit 'Requests per minute' of service 'container.googleapis.com' for consumer 'project_number:123456'.`;
    throw new GkeApiError('RESOURCE_EXHAUSTED', message, { retryAfterMs: RETRY_AFTER_MS });
  }
}

/** Zones that a list leaves out, when the plan says so. */
export function plannedMissingZones(faults: Faults): readonly string[] {
  return faults.next('gke', 'ListClusters', ['missing-zone']) === undefined ? [] : ['us-east1-c'];
}

/** Whether GKE is at work on the cluster itself just now, because the plan says so. */
export function isBusyAsPlanned(faults: Faults): boolean {
  return faults.next('gke', 'DeleteCluster', ['busy']) !== undefined;
}

function regionOf(location: string): string {
  return isZone(location) ? location.slice(0, -2) : location;
}
