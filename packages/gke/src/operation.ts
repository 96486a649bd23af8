import type { Budget } from './budget.js';
import { read, toGkeError } from './calls.js';
import { classifyStatus } from './classification.js';
import type { ClusterRef } from './cluster.js';
import { clusterPath, formatCondition } from './cluster.js';
import type { ContainerApi, Operation } from './container-api.js';
import type { GkeError } from './errors.js';

/**
 * Waits until an operation is `DONE`. That it is done does not mean that it went well: see {@link operationFailure}.
 *
 * @returns `undefined` when the API no longer knows it: then the cluster itself has to be asked.
 * @throws {GkeError} `TIMEOUT`, and refusals that will not pass.
 */
export async function awaitOperation(
  api: ContainerApi,
  ref: ClusterRef,
  name: string,
  budget: Budget,
  onProgress: (text: string) => void,
): Promise<Operation | undefined> {
  const pauses = budget.pauses();
  for (;;) {
    const operation = await read(api, budget, {
      what: `read operation ${name}`,
      ref,
      send: (limits) => api.getOperation({ ...ref, name }, limits),
    });
    if (operation === undefined || operation.status === 'DONE') return operation;
    onProgress(formatProgress(operation));
    await pauses.next();
  }
}

/** What an operation that is done failed with; `undefined` when it succeeded. */
export function operationFailure(operation: Operation, what: string, ref: ClusterRef): GkeError | undefined {
  const name = operation.name ?? '';
  const conditions = [...(operation.clusterConditions ?? []), ...(operation.nodepoolConditions ?? [])];
  const texts = conditions.map(formatCondition).filter((text) => text !== '');
  const { error } = operation;
  const hasError = error !== undefined && error !== null && ((error.code ?? 0) !== 0 || Boolean(error.message));
  // Conditions are also notes (an upgrade of the user's, an expiring CA): only a lack of machines or quota is a failure.
  const lacking = texts.some((text) => /^GCE_(STOCKOUT|QUOTA_EXCEEDED)/.test(text));
  if (!hasError && !operation.statusMessage && !lacking) return undefined;
  const message = [error?.message || operation.statusMessage || '', ...texts]
    .filter((text, at, all) => text !== '' && all.indexOf(text) === at)
    .join('; ');
  const code = hasError ? error.code : undefined;
  return toGkeError(what, classifyStatus({ code: code ?? null, message }), { ...ref, operation: name });
}

/** The operation that is running on a cluster, if one is. */
export async function findRunningOperation(
  api: ContainerApi,
  ref: ClusterRef,
  budget: Budget,
  type?: string,
): Promise<string | undefined> {
  const operations = await listOperations(api, ref, budget);
  return operations.find((one) => one.status !== 'DONE' && (type === undefined || one.operationType === type))?.name as
    | string
    | undefined;
}

/** The operations on a cluster that the API still knows, in its order. */
export async function listOperations(
  api: ContainerApi,
  ref: ClusterRef,
  budget: Budget,
): Promise<readonly Operation[]> {
  const operations = await read(api, budget, {
    what: `list operations in ${ref.location}`,
    ref,
    send: (limits) => api.listOperations(ref, limits),
  });
  // The link names the project by number, so only its end can be compared.
  const link = new RegExp(
    `${clusterPath(ref)
      .replace(/^projects\/[^/]+/, '')
      .replace('/locations/', '/(locations|zones)/')}(/|$)`,
  );
  return (operations ?? []).filter((one) => link.test(one.targetLink ?? ''));
}

function formatProgress(operation: Operation): string {
  const type = String(operation.operationType ?? 'operation')
    .toLowerCase()
    .replaceAll('_', ' ');
  const stages = operation.progress?.stages ?? [];
  const done = stages.filter((stage) => stage.status === 'DONE').length;
  const detail = operation.detail || (stages.length > 0 ? `stage ${done} of ${stages.length}` : '');
  return [`${type}: ${String(operation.status ?? 'PENDING').toLowerCase()}`, detail].filter(Boolean).join(', ');
}
