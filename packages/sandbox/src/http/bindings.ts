import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

/** What a Hono app gets from the Node server: the raw request, so that bodies stream without being copied. */
export interface NodeBindings {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** The type argument of this package's Hono apps. */
export interface NodeEnv {
  Bindings: NodeBindings;
}

/** A response body that is read as it is sent. */
export function streamBody(stream: Readable): ReadableStream<Uint8Array> {
  return Readable.toWeb(stream) as ReadableStream<Uint8Array>;
}

/**
 * A request body as text.
 *
 * @returns `undefined` when it is longer than `maxBytes`.
 */
export async function readBody(incoming: IncomingMessage, maxBytes = 4 * 1024 * 1024): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
