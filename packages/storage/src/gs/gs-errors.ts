import { StorageError, type StorageErrorCode } from '../errors.js';
import type { GsUri } from '../gs-uri.js';
import { placeFacts } from '../uri.js';

const NETWORK =
  /^(?:ECONN|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EPIPE|EHOSTUNREACH|ENETUNREACH|ERR_STREAM_PREMATURE_CLOSE|UND_ERR)/;
const NETWORK_MESSAGE = /socket hang up|premature close|ECONNREFUSED|(?:network|response) timeout/i;
const NO_CREDENTIALS = /could not load the default credentials|invalid_grant|invalid_rapt/i;

/** The client's errors in one shape. Most are `ApiError` with a numeric `code`; those of the login have `status`. */
export function gsError(operation: string, place: GsUri, error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const httpStatus = statusOf(error);
  const code = codeOf(error);
  const facts = placeFacts(place);
  return new StorageError(code, `cannot ${operation} ${facts.uri}: ${messageOf(error)}`, {
    cause: error,
    ...facts,
    operation,
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(code === 'DENIED' ? { hint: hintOf(error, place) } : {}),
  });
}

/** HTTP status of an error of any shape. */
export function statusOf(error: unknown): number | undefined {
  const { code, status, response } = (error ?? {}) as {
    code?: unknown;
    status?: unknown;
    response?: { status?: unknown };
  };
  return [code, status, response?.status].find((value): value is number => typeof value === 'number' && value >= 100);
}

/** Whether the same request may succeed later. */
export function isRetryable(error: unknown): boolean {
  const code = error instanceof StorageError ? error.code : codeOf(error);
  return code === 'UNAVAILABLE' && statusOf(error) !== 501;
}

/**
 * What the service asks to wait, in milliseconds from `nowMs`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterMs(error: unknown, nowMs: number): number | undefined {
  const { response } = (error ?? {}) as { response?: { headers?: Readonly<Record<string, unknown>> } };
  const header = response?.headers?.['retry-after'];
  if (typeof header !== 'string') return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

function codeOf(error: unknown): StorageErrorCode {
  const { code, message = '' } = (error ?? {}) as { code?: unknown; message?: string };
  if (NO_CREDENTIALS.test(message)) return 'DENIED';
  const status = statusOf(error);
  if (status === 404) return 'NOT_FOUND';
  if (status === 412) return 'PRECONDITION_FAILED';
  if (status === 401 || status === 403) return 'DENIED';
  if (status === 408 || status === 429 || (status !== undefined && status >= 500)) return 'UNAVAILABLE';
  if (status !== undefined) return 'FAILED';
  if (typeof code === 'string' && NETWORK.test(code)) return 'UNAVAILABLE';
  return NETWORK_MESSAGE.test(message) ? 'UNAVAILABLE' : 'FAILED';
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // A refusal without a text has only its status.
  return message === '' ? `status ${statusOf(error)}` : message;
}

function hintOf(error: unknown, { bucket }: GsUri): string {
  return NO_CREDENTIALS.test(messageOf(error))
    ? 'Run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS; only what is public is read without.'
    : `Give the account that runs this access to gs://${bucket}, or log in as one that has it.`;
}
