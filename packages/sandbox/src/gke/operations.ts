import type { Clock, Logger } from '../clock.js';
import { GkeApiError } from './gke-error.js';
import type { Operation, OperationError, OperationType } from './operation.js';
import type { ClusterRef, NamedRequest } from './resource-name.js';
import { isZone, parseName, parseParent } from './resource-name.js';

/** What an operation does, and what becomes of it. */
export interface OperationSteps {
  /** Runs beside the time the operation takes; resolves to what went wrong. */
  readonly work: () => Promise<OperationError | undefined>;
  /** Called once, right after the operation is done. */
  readonly ended: (error: OperationError | undefined) => void;
  /** How long it takes at least. @default what all take */
  readonly leastMs?: number;
}

/** The operations of all clusters. */
export interface Operations {
  /** Starts one. It is `DONE` before `steps.ended` is called. */
  begin(cluster: ClusterRef, type: OperationType, steps: OperationSteps): Operation;
  /** @throws {GkeApiError} `NOT_FOUND` */
  find(request: NamedRequest): Operation;
  /** Those of a project and location, `-` for all; oldest first. */
  list(request: NamedRequest): readonly Operation[];
  /** @throws {GkeApiError} `NOT_FOUND`, `FAILED_PRECONDITION` */
  cancel(request: NamedRequest): void;
  /** Resolves when none runs. */
  whenIdle(): Promise<void>;
  /** Ends all. */
  close(): Promise<void>;
}

const MAX_OPERATIONS = 1000;

/**
 * @param options.newId Makes the last part of operation names.
 * @param options.operationMs How long an operation takes at least.
 */
export function createOperations(options: {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
  readonly operationMs: number;
}): Operations {
  const { clock, logger, newId, operationMs } = options;
  const operations = new Map<string, Operation>();
  const running = new Set<Promise<void>>();
  const closing = new AbortController();

  async function run(
    operation: Operation,
    { work, leastMs = operationMs }: OperationSteps,
  ): Promise<OperationError | undefined> {
    const signal = AbortSignal.any([operation.cancel.signal, closing.signal]);
    const least = (async () => {
      const first = Math.min(leastMs / 10, 1000);
      await clock.sleep(first, signal);
      operation.status = 'RUNNING';
      await clock.sleep(leastMs - first, signal);
    })();
    // Both to their ends, also when it is cancelled: what the work has made by then is known to whoever closes it.
    const [worked, waited] = await Promise.allSettled([work(), least]);
    if (worked.status === 'fulfilled' && waited.status === 'fulfilled') return worked.value;
    if (operation.cancel.signal.aborted) return { code: 1, message: `Operation ${operation.id} was cancelled.` };
    if (closing.signal.aborted) return { code: 14, message: 'The sandbox is going down.' };
    const cause: unknown = worked.status === 'rejected' ? worked.reason : undefined;
    logger.error('cluster operation failed', { operation: operation.id, error: String(cause) });
    return { code: 13, message: `Internal error: ${cause instanceof Error ? cause.message : String(cause)}` };
  }

  function find(request: NamedRequest): Operation {
    const { project, location, name } = parseName(request, 'operations');
    const found = operations.get(name);
    if (found !== undefined && found.cluster.project === project && found.cluster.location === location) return found;
    const where = `projects/${project}/${isZone(location) ? 'zones' : 'locations'}/${location}`;
    throw new GkeApiError('NOT_FOUND', `Not found: ${where}/operations/${name}.`);
  }

  return {
    find,
    begin(cluster, type, steps) {
      const startMs = clock.now();
      const id = `operation-${startMs}-${newId()}`;
      const operation: Operation = { id, cluster, type, startMs, status: 'PENDING', cancel: new AbortController() };
      operations.set(id, operation);
      const [oldest] = operations.keys();
      if (operations.size > MAX_OPERATIONS && oldest !== undefined) operations.delete(oldest);
      const done = run(operation, steps).then((error) => {
        operation.status = 'DONE';
        operation.endMs = clock.now();
        if (error !== undefined) operation.error = error;
        steps.ended(error);
      });
      running.add(done);
      void done.finally(() => running.delete(done));
      return operation;
    },
    list(request) {
      const { project, location } = parseParent(request);
      return [...operations.values()].filter(({ cluster }) => {
        return cluster.project === project && (location === '-' || cluster.location === location);
      });
    },
    cancel(request) {
      const operation = find(request);
      if (operation.status === 'DONE') {
        throw new GkeApiError('FAILED_PRECONDITION', `Operation ${operation.id} is already done.`);
      }
      if (operation.type === 'DELETE_CLUSTER') {
        throw new GkeApiError('FAILED_PRECONDITION', `Operation ${operation.id} cannot be cancelled.`);
      }
      operation.status = 'ABORTING';
      operation.cancel.abort();
    },
    async whenIdle() {
      while (running.size > 0) await Promise.all(running);
    },
    async close() {
      closing.abort(new Error('the sandbox is going down'));
      await Promise.allSettled(running);
    },
  };
}
