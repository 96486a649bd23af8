import { systemClock } from '@seatrial/cli';
import { Budget } from './budget.js';
import type { Clock, Limits } from './budget.js';
import { read, toGkeError } from './calls.js';
import { classifyCallError } from './classification.js';
import type { ComputeApiOptions } from './compute-api.js';
import { createComputeApi } from './compute-api.js';
import type { ComputeCollection, ComputeList, ComputeResource } from './compute-resource.js';
import { formatComputeResource } from './compute-resource.js';
import { GkeError } from './errors.js';

/** What clusters take from Compute Engine. */
export interface Compute {
  /** All of a kind in a project, wherever it is. @throws {GkeError} `DENIED`, `TIMEOUT`, … */
  list(
    of: { readonly project: string; readonly collection: ComputeCollection },
    limits?: Partial<Limits>,
  ): Promise<ComputeList>;
  /**
   * Deletes a resource and waits until it is gone. One that is not there is fine; one that something still uses is tried
   * again within the limits.
   *
   * @throws {GkeError}
   */
  delete(resource: ComputeResource, limits?: Partial<Limits>): Promise<void>;
}

/** What {@link createCompute} works with. */
export interface ComputeOptions extends ComputeApiOptions {
  /** @default the machine's */
  readonly clock?: Clock;
  /** From 0 to 1, for jitter. @default Math.random */
  readonly random?: () => number;
}

const READ_MS = 120_000;
const DELETE_MS = 300_000;
const IN_USE = /resourceInUseByAnotherResource|already being used by|resourceNotReady/;

/** A client of Compute Engine. Nothing is loaded or connected before the first call. @throws {GkeError} `INVALID` */
export function createCompute(options: ComputeOptions = {}): Compute {
  const { clock = systemClock, random = Math.random } = options;
  const api = createComputeApi(options);
  return {
    async list({ project, collection }, limits) {
      const what = `list ${collection} of ${project}`;
      const budget = new Budget({ clock, random }, what, { timeoutMs: READ_MS, ...limits });
      const found = await read(api, budget, {
        what,
        ref: { project },
        send: (call) => api.list({ project, collection }, call),
      });
      if (found !== undefined) return found;
      throw new GkeError('NOT_FOUND', `project ${project} does not exist`, { hint: 'Check the name of the project.' });
    },
    async delete(resource, limits) {
      const what = `delete ${formatComputeResource(resource)}`;
      const budget = new Budget({ clock, random }, what, { timeoutMs: DELETE_MS, ...limits });
      const pauses = budget.pauses(500);
      for (;;) {
        let last: GkeError;
        try {
          const call = { timeoutMs: budget.remainingMs(), signal: budget.signal };
          let operation = await api.delete(resource, call);
          while (operation.status !== 'DONE') {
            budget.check();
            operation = await api.waitForOperation(resource, operation.name, {
              ...call,
              timeoutMs: budget.remainingMs(),
            });
          }
          if (operation.problems.length === 0) return;
          last = new GkeError('OPERATION_FAILED', `could not ${what}: ${operation.problems.join('; ')}`);
          if (!IN_USE.test(last.message)) throw last;
        } catch (cause) {
          if (cause instanceof GkeError) throw cause;
          budget.signal?.throwIfAborted();
          const found = classifyCallError(cause);
          if (found.code === 'NOT_FOUND') return;
          last = toGkeError(`could not ${what}`, found, { cause });
          if (found.code === 'UNAUTHENTICATED') await api.renew();
          else if (found.next !== 'look' && found.code !== 'RATE_LIMITED' && !IN_USE.test(found.message)) throw last;
        }
        await pauses.next(last, last.retryAfterMs);
      }
    },
  };
}
