import { grpcCodes } from '../faults.js';

/** A refusal of a gRPC API. */
export class GrpcError extends Error {
  static {
    this.prototype.name = 'GrpcError';
  }
  /** gRPC's number. */
  readonly code: number;

  constructor(code: keyof typeof grpcCodes, message: string) {
    super(message);
    this.code = grpcCodes[code] ?? 2;
  }

  /** What gRPC sends as the status message. */
  get details(): string {
    return this.message;
  }
}
