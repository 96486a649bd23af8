import protobuf from 'protobufjs';

/**
 * A `google.rpc.Status` that asks to wait, as gRPC carries it in `grpc-status-details-bin`.
 *
 * @see https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto
 */
export function formatRetryInfo(status: {
  readonly code: number;
  readonly message: string;
  readonly retryAfterMs: number;
}): Buffer {
  const seconds = Math.floor(status.retryAfterMs / 1_000);
  const nanos = Math.round((status.retryAfterMs % 1_000) * 1e6);
  const delay = protobuf.Writer.create().uint32(tag(1, 0)).int64(seconds).uint32(tag(2, 0)).int32(nanos).finish();
  const info = protobuf.Writer.create().uint32(tag(1, 2)).bytes(delay).finish();
  const detail = protobuf.Writer.create()
    .uint32(tag(1, 2))
    .string('type.googleapis.com/google.rpc.RetryInfo')
    .uint32(tag(2, 2))
    .bytes(info)
    .finish();
  const { code, message } = status;
  const bytes = protobuf.Writer.create()
    .uint32(tag(1, 0))
    .int32(code)
    .uint32(tag(2, 2))
    .string(message)
    .uint32(tag(3, 2))
    .bytes(detail)
    .finish();
  return Buffer.from(bytes);
}

/** Field number and wire type: 0 is a varint, 2 has a length. */
function tag(field: number, wire: 0 | 2): number {
  return (field << 3) | wire;
}
