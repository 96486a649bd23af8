import type { Budget } from './budget.js';
import type { Classification } from './classification.js';
import { classifyCallError } from './classification.js';
import type { ClusterRef } from './cluster.js';
import type { CallLimits } from './container-api.js';
import type { GkeErrorOptions } from './errors.js';
import { GkeError } from './errors.js';

/** Refusals of the credentials in a row after which fresh ones will not help either. */
const MAX_REFUSALS = 3;

const hints: Partial<Record<GkeError['code'], string>> = {
  DENIED: 'Give the account the role roles/container.admin and enable container.googleapis.com in the project.',
  UNAUTHENTICATED: 'Log in again: gcloud auth application-default login, or renew CLOUDSDK_AUTH_ACCESS_TOKEN.',
  QUOTA: 'Ask for more quota in the region, ask for fewer or smaller nodes, or take another region.',
  STOCKOUT: 'Try another location or another machine type.',
  RATE_LIMITED: 'Wait a minute, or ask for a higher request quota of container.googleapis.com.',
  NOT_FOUND: 'Check the names of project, location and cluster.',
  INVALID: 'Correct the request; the service says above what it does not accept.',
};

/** An API whose credentials can be fetched anew. */
export interface Renewable {
  /** Forgets the credentials, so that the next call fetches fresh ones. */
  renew(): Promise<void>;
}

/** Turns what a call or an operation said into the error of this package. */
export function toGkeError(
  what: string,
  found: Classification,
  facts: Partial<ClusterRef> & { readonly cause?: unknown; readonly operation?: string | undefined },
): GkeError {
  const operation = found.operation ?? facts.operation;
  const options: GkeErrorOptions = {
    ...(hints[found.code] === undefined ? {} : { hint: hints[found.code] as string }),
    ...(facts.name === undefined ? {} : { cluster: facts.name }),
    ...(facts.location === undefined ? {} : { location: facts.location }),
    ...(operation === undefined ? {} : { operation }),
    ...(found.retryAfterMs === undefined ? {} : { retryAfterMs: found.retryAfterMs }),
    ...(facts.cause === undefined ? {} : { cause: facts.cause }),
  };
  return new GkeError(found.code, `${what}: ${found.message || 'no reason given'}`, options);
}

/**
 * Makes a reading call until it is answered: reads are safe to repeat, so an API that is away, too busy, or that refuses
 * a token that ran out does not end a wait.
 *
 * @returns `undefined` when what is asked for does not exist.
 * @throws {GkeError} any refusal that will not pass, and `TIMEOUT`.
 */
export async function read<T>(
  api: Renewable,
  budget: Budget,
  request: {
    readonly what: string;
    readonly ref: Partial<ClusterRef>;
    readonly send: (limits: CallLimits) => Promise<T>;
  },
): Promise<T | undefined> {
  const pauses = budget.pauses(500);
  for (let refusals = 0; ;) {
    try {
      return await request.send({ timeoutMs: budget.remainingMs(), signal: budget.signal });
    } catch (cause) {
      budget.signal?.throwIfAborted();
      const found = classifyCallError(cause);
      if (found.code === 'NOT_FOUND') return undefined;
      const error = toGkeError(`could not ${request.what}`, found, { ...request.ref, cause });
      if (found.code === 'UNAUTHENTICATED') {
        if ((refusals += 1) >= MAX_REFUSALS) throw error;
        await api.renew();
      } else if (found.code !== 'UNAVAILABLE' && found.code !== 'RATE_LIMITED') {
        throw error;
      }
      await pauses.next(error, found.retryAfterMs);
    }
  }
}
