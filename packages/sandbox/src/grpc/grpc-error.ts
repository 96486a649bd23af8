import { grpcCodes } from '../faults.js';

/** A refusal of a gRPC API. */
export class GrpcError extends Error {
  static {
    this.prototype.name = 'GrpcError';
  }
  /** gRPC's number. */
  readonly code: number;
  /** What the answer asks to wait before the next try, as `google.rpc.RetryInfo`, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(code: keyof typeof grpcCodes, message: string, options: { readonly retryAfterMs?: number } = {}) {
    super(message);
    this.code = grpcCodes[code] ?? 2;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** What gRPC sends as the status message. */
  get details(): string {
    return this.message;
  }
}
