import { grpcCodes } from '../faults.js';

/** A refusal of the GKE API. */
export class GkeApiError extends Error {
  static {
    this.prototype.name = 'GkeApiError';
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
