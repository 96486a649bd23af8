import { Readable } from 'node:stream';
import type { GsUri } from '../gs-uri.js';
import type { OpenObject, ReadOptions } from '../object-store.js';
import { createContentCheck } from './content-check.js';
import type { GsClient, GsMedia } from './gs-client.js';
import { gsError } from './gs-errors.js';

/**
 * Opens an object's stored bytes. A connection that is lost midway is made anew, from where it was lost and of the same
 * generation; a whole object is checked against its hash at the end.
 *
 * @throws {StorageError} here for what the answer says at once, from the stream for what goes wrong later.
 */
export async function openObject(
  deps: { readonly client: GsClient; readonly idleTimeoutMs: number },
  place: GsUri,
  options: ReadOptions,
): Promise<OpenObject> {
  const { client } = deps;
  const { start, end, generation, signal } = options;
  try {
    const first = await client.retry(() => client.openMedia(place, { start, end, generation }, { signal }), { signal });
    return { contentEncoding: first.headers['content-encoding'], bytes: follow(deps, { place, first, options }) };
  } catch (error) {
    signal?.throwIfAborted();
    throw gsError('read', place, error);
  }
}

interface Reading {
  readonly place: GsUri;
  readonly first: GsMedia;
  readonly options: ReadOptions;
}

function follow(deps: { readonly client: GsClient; readonly idleTimeoutMs: number }, reading: Reading): Readable {
  const { place, first, options } = reading;
  const stop = new AbortController();
  let source = first.stream;
  const bytes = Readable.from(
    (async function* () {
      try {
        yield* readOn(deps, { ...reading, stop: stop.signal, onSource: (stream) => (source = stream) });
      } catch (error) {
        options.signal?.throwIfAborted();
        throw gsError('read', place, error);
      }
    })(),
    { objectMode: false },
  );
  // Whoever reads gets the error, too; until then it is nobody's.
  bytes.on('error', () => {});
  const abort = (): void => void bytes.destroy(options.signal?.reason);
  options.signal?.addEventListener('abort', abort, { once: true });
  bytes.once('close', () => {
    options.signal?.removeEventListener('abort', abort);
    stop.abort();
    source.destroy();
  });
  return bytes;
}

async function* readOn(
  { client, idleTimeoutMs }: { readonly client: GsClient; readonly idleTimeoutMs: number },
  { place, first, options, stop, onSource }: Reading & { stop: AbortSignal; onSource: (stream: Readable) => void },
): AsyncGenerator<Buffer> {
  const { start = 0, end } = options;
  const { headers } = first;
  const generation = options.generation ?? headers['x-goog-generation'];
  // Unpacked on its way, it has no length that is known, and what arrives is not what is stored.
  const isStored = headers['x-goog-stored-content-encoding'] !== 'gzip' || headers['content-encoding'] === 'gzip';
  const length = isStored ? headers['content-length'] : undefined;
  const expected = length === undefined ? undefined : Number(length);
  const isWhole = options.start === undefined && end === undefined;
  const check = isWhole && isStored ? await createContentCheck(place, headers['x-goog-hash']) : undefined;
  let source = first.stream;
  let [received, lost] = [0, 0];
  for (;;) {
    try {
      for await (const chunk of withIdleLimit(source, idleTimeoutMs)) {
        received += chunk.length;
        lost = 0;
        check?.update(chunk);
        yield chunk;
      }
      if (expected === undefined || received >= expected) break;
      throw connectionLost(`the connection ended after ${received} of ${expected} bytes`);
    } catch (error) {
      if (stop.aborted || expected === undefined) throw error;
      await client.pause((lost += 1), error, { signal: stop });
      const range = { start: start + received, ...(end === undefined ? {} : { end }), generation };
      source = (await client.retry(() => client.openMedia(place, range, { signal: stop }), { signal: stop })).stream;
      onSource(source);
    }
  }
  check?.verify();
}

/**
 * The client's HTTP library does not notice a connection that is lost in the middle of an answer of known length
 * (measured with 7.22 and node-fetch 2.7): its stream then neither goes on nor ends. A reader that takes its time is no
 * lost connection, so only waits for the stream count.
 */
async function* withIdleLimit(source: Readable, idleTimeoutMs: number): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  for (;;) {
    const idle = connectionLost(`nothing came for ${idleTimeoutMs} ms`);
    const timer = setTimeout(() => source.destroy(idle), idleTimeoutMs);
    const { done, value } = await chunks.next().finally(() => clearTimeout(timer));
    if (done === true) return;
    yield value;
  }
}

function connectionLost(message: string): Error {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}
