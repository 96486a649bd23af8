import { GrpcError } from '../grpc/grpc-error.js';

/** A refusal of the GKE API. */
export class GkeApiError extends GrpcError {
  static {
    this.prototype.name = 'GkeApiError';
  }
}
