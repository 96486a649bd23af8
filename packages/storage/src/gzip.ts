import { addAbortSignal, PassThrough, Readable, type Transform } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, createGzip, gzip } from 'node:zlib';
import type { ObjectBody } from './object-store.js';

/**
 * Whether bytes begin as gzip with deflate, the only method there is.
 *
 * @see https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1
 */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 0x08;
}

const MAGIC_BYTES = 3;

/**
 * Compresses a body, a stream as it is read. What is gzip already is given back as it is.
 *
 * @param options.signal Ends the wait for the first bytes of a stream.
 */
export async function compress(
  body: ObjectBody,
  options: { readonly signal?: AbortSignal } = {},
): Promise<{ readonly body: ObjectBody; readonly compressed: boolean }> {
  if (body instanceof Readable) return compressStream(body, options);
  const bytes = Buffer.from(body as Uint8Array);
  return isGzip(bytes) ? { body: bytes, compressed: false } : { body: await gzipBytes(bytes), compressed: true };
}

const gzipBytes = promisify<Uint8Array, Buffer>(gzip);

async function compressStream(
  source: Readable,
  { signal }: { readonly signal?: AbortSignal },
): Promise<{ readonly body: Readable; readonly compressed: boolean }> {
  if (signal !== undefined) addAbortSignal(signal, source);
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer | string>;
  let head = Buffer.alloc(0);
  while (head.length < MAGIC_BYTES) {
    const { done, value } = await chunks.next();
    if (done === true) break;
    head = Buffer.concat([head, Buffer.from(value as Buffer)]);
  }
  const whole = Readable.from(withHead(head, chunks), { objectMode: false });
  whole.once('close', () => source.destroy());
  return isGzip(head) ? { body: whole, compressed: false } : { body: piped(whole, createGzip()), compressed: true };
}

async function* withHead(head: Buffer, rest: AsyncIterator<Buffer | string>): AsyncGenerator<Buffer | string> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** Content of a stream of gzip. `describe` makes the error of what is no gzip. */
export function decompress(source: Readable, describe: (error: Error) => Error): Readable {
  const gunzip = createGunzip();
  const plain = new PassThrough();
  gunzip.once('error', (error) => plain.destroy(source.errored ?? describe(error)));
  // Whoever reads gets the error, too; until then it is nobody's.
  plain.on('error', () => {});
  plain.once('close', () => gunzip.destroy());
  return piped(source, gunzip).pipe(plain);
}

/** `pipe`, with the source's error going on and an end of the target ending the source. */
function piped<Target extends Transform>(source: Readable, target: Target): Target {
  source.once('error', (error) => target.destroy(error));
  target.once('close', () => source.destroy());
  return source.pipe(target);
}
