import { StorageError, type StorageErrorCode } from '../errors.js';
import { formatGsUri, type GsUri } from '../gs-uri.js';

const NETWORK =
  /^(?:ECONN|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EPIPE|EHOSTUNREACH|ENETUNREACH|ERR_STREAM_PREMATURE_CLOSE|UND_ERR)/;

/**
 * The client's errors in one shape. It has three: `ApiError` with a numeric `code`, `GaxiosError` with `status`, and a
 * plain `Error` without either when it has given up on a resumable upload.
 */
export function gsError(operation: string, place: GsUri, error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const uri = formatGsUri(place);
  const httpStatus = statusOf(error);
  const code = codeOf(error, httpStatus);
  const message = error instanceof Error ? error.message : String(error);
  return new StorageError(code, `cannot ${operation} ${uri}: ${message}`, {
    cause: error,
    uri,
    operation,
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(code === 'DENIED'
      ? { hint: `Give the account that runs this access to gs://${place.bucket}, or log in as one that has it.` }
      : {}),
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

function codeOf(error: unknown, status: number | undefined): StorageErrorCode {
  if (status === 404) return 'NOT_FOUND';
  if (status === 412) return 'PRECONDITION_FAILED';
  if (status === 401 || status === 403) return 'DENIED';
  if (status === 408 || status === 429 || (status !== undefined && status >= 500)) return 'UNAVAILABLE';
  if (status !== undefined) return 'FAILED';
  const { code, message = '' } = (error ?? {}) as { code?: unknown; message?: string };
  if (typeof code === 'string' && NETWORK.test(code)) return 'UNAVAILABLE';
  return /retry limit exceeded|socket hang up|premature close|ECONNREFUSED/i.test(message) ? 'UNAVAILABLE' : 'FAILED';
}
