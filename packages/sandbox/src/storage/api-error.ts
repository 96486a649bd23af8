/** A refusal in the form of Google's JSON APIs. */
export class StorageApiError extends Error {
  static {
    this.prototype.name = 'StorageApiError';
  }
  readonly status: 304 | 400 | 404 | 405 | 409 | 410 | 412 | 413 | 416 | 499 | 501;
  readonly reason: string;
  /** The header or parameter at fault, as the real service names it. */
  readonly location: string | undefined;

  constructor(status: StorageApiError['status'], reason: string, message: string, location?: string) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.location = location;
  }

  /** @see https://cloud.google.com/storage/docs/json_api/v1/status-codes */
  toJSON(): unknown {
    const { status, reason, message, location } = this;
    const at =
      location === undefined ? {} : { locationType: location === 'If-Match' ? 'header' : 'parameter', location };
    return { error: { code: status, message, errors: [{ message, domain: 'global', reason, ...at }] } };
  }
}

export function noSuchBucket(): StorageApiError {
  return new StorageApiError(404, 'notFound', 'The specified bucket does not exist.');
}

export function noSuchObject(bucket: string, name: string): StorageApiError {
  return new StorageApiError(404, 'notFound', `No such object: ${bucket}/${name}`);
}

export function preconditionFailed(): StorageApiError {
  const message = 'At least one of the pre-conditions you specified did not hold.';
  return new StorageApiError(412, 'conditionNotMet', message, 'If-Match');
}

export function invalid(message: string, location?: string): StorageApiError {
  return new StorageApiError(400, 'invalid', message, location);
}
