/** One fault inside a refusal, as `details.causes[]` of a Status. */
export interface StatusCause {
  /** Machine-readable word such as `FieldValueRequired`. */
  readonly reason?: string;
  /** Human-readable text. */
  readonly message?: string;
  /** Path of the field: `spec.containers[0].name`. */
  readonly field?: string;
}

/** `details` of a Status. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** The `v1` Status object with which a Kubernetes API server answers refusals. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: { readonly continue?: string };
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code: number;
}

/** What an {@link ApiError} is made of. */
export interface ApiErrorInit {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: StatusDetails;
  /** Further members of `metadata`, such as the token that goes on after an expired one. */
  readonly metadata?: { readonly continue?: string };
}

/**
 * A refusal by the API server. `code` is the HTTP status, `reason` the word clients match on,
 * and {@link ApiError.status} the object sent.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
 */
export class ApiError extends Error {
  static {
    this.prototype.name = 'ApiError';
  }
  readonly code: number;
  readonly reason: string;
  readonly status: Status;

  constructor(init: ApiErrorInit) {
    super(init.message);
    this.code = init.code;
    this.reason = init.reason;
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: init.metadata ?? {},
      status: 'Failure',
      message: init.message,
      reason: init.reason,
      ...(init.details === undefined ? {} : { details: init.details }),
      code: init.code,
    };
  }
}

/** Is this a refusal with the given HTTP status, or any refusal where none is given? */
export function isApiError(error: unknown, code?: number): error is ApiError {
  return error instanceof ApiError && (code === undefined || error.code === code);
}
