/** A refusal of the Compute Engine API. */
export class ComputeApiError extends Error {
  static {
    this.prototype.name = 'ComputeApiError';
  }
  /** HTTP status. */
  readonly status: 400 | 404 | 409;
  readonly reason: string;

  constructor(status: ComputeApiError['status'], reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}
