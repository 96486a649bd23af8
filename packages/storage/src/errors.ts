/** Why an operation on an object did not succeed. */
export type StorageErrorCode =
  | 'INVALID_URI'
  | 'INVALID_NAME'
  | 'NOT_FOUND'
  | 'DENIED'
  | 'PRECONDITION_FAILED'
  | 'UNAVAILABLE'
  | 'FAILED';

/** Facts of a failed operation. */
export interface StorageErrorFacts extends ErrorOptions {
  readonly hint?: string;
  /** URI of the object. */
  readonly uri?: string;
  /** Of `gs://`. */
  readonly bucket?: string;
  /** Of `gs://`: name in the bucket. */
  readonly object?: string;
  /** Of `file://`. */
  readonly path?: string;
  /** What was tried: `read`, `write`, `list`, … */
  readonly operation?: string;
  /** Status of the service's answer. */
  readonly httpStatus?: number;
}

/** Everything this package throws. Match on `code`; `cause` keeps the original. */
export class StorageError extends Error {
  static {
    this.prototype.name = 'StorageError'; // on the prototype: not printed as a field
  }
  readonly code: StorageErrorCode;
  /** One imperative sentence: what the reader can do about it. */
  readonly hint: string | undefined;
  readonly uri: string | undefined;
  readonly bucket: string | undefined;
  readonly object: string | undefined;
  readonly path: string | undefined;
  readonly operation: string | undefined;
  readonly httpStatus: number | undefined;
  /** Whether it says nothing about what was asked for: the store could not be reached or refused us. */
  readonly infrastructure: boolean;

  constructor(code: StorageErrorCode, message: string, facts: StorageErrorFacts = {}) {
    super(message, facts.cause === undefined ? {} : { cause: facts.cause });
    this.code = code;
    this.hint = facts.hint;
    this.uri = facts.uri;
    this.bucket = facts.bucket;
    this.object = facts.object;
    this.path = facts.path;
    this.operation = facts.operation;
    this.httpStatus = facts.httpStatus;
    this.infrastructure = code === 'UNAVAILABLE' || code === 'DENIED';
  }
}
