/** What went wrong, in the words a caller can act on. */
export type GkeErrorCode =
  /** A cluster of that name exists and is not of this run. */
  | 'ALREADY_EXISTS'
  | 'NOT_FOUND'
  /** A permission is missing, an API is disabled: permanent. */
  | 'DENIED'
  /** The credentials were refused, also after fetching fresh ones. */
  | 'UNAUTHENTICATED'
  /** A limit of the project in the region: another zone of the same region does not help. */
  | 'QUOTA'
  /** The location is out of machines: another location may have some. */
  | 'STOCKOUT'
  /** Too many requests a minute: the same request later. */
  | 'RATE_LIMITED'
  /** Another operation holds the cluster. */
  | 'CONFLICT'
  /** An operation ended with an error that is none of the above. */
  | 'OPERATION_FAILED'
  | 'TIMEOUT'
  | 'UNAVAILABLE'
  /** The request cannot be right: wrong names, wrong fields. */
  | 'INVALID';

/** Facts that go with a {@link GkeError}. */
export interface GkeErrorOptions extends ErrorOptions {
  readonly hint?: string;
  readonly cluster?: string;
  readonly location?: string;
  readonly operation?: string;
  readonly retryAfterMs?: number;
  readonly detail?: string;
}

/** Everything this package throws. Match on `code`; `cause` keeps the original. */
export class GkeError extends Error {
  static {
    this.prototype.name = 'GkeError';
  }
  readonly code: GkeErrorCode;
  /** One imperative sentence: what the reader can do about it. */
  readonly hint: string | undefined;
  /** The cloud failed, not the thing under test; only a wrong request is the caller's. */
  readonly infrastructure: boolean;
  /** What a command line ends with: 2 for a wrong request, else 3. */
  readonly exitCode: 2 | 3;
  /** Name of the cluster it is about. */
  readonly cluster: string | undefined;
  /** Zone or region it is about. */
  readonly location: string | undefined;
  /** The operation that failed or is in the way. */
  readonly operation: string | undefined;
  /** How long the service asked to wait before the next try, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** Long text that goes with the error, for a report. */
  readonly detail: string | undefined;

  constructor(code: GkeErrorCode, message: string, options: GkeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.infrastructure = code !== 'INVALID';
    this.exitCode = code === 'INVALID' ? 2 : 3;
    this.cluster = options.cluster;
    this.location = options.location;
    this.operation = options.operation;
    this.retryAfterMs = options.retryAfterMs;
    this.detail = options.detail;
  }
}
