import { createHash } from 'node:crypto';
import { StorageError } from '../errors.js';
import type { GsUri } from '../gs-uri.js';
import type { WriteOptions } from '../object-store.js';
import { placeFacts } from '../uri.js';
import type { BodyChunk } from './body-chunks.js';
import type { GsAnswer, GsClient } from './gs-client.js';
import { statusOf } from './gs-errors.js';
import { objectPath, type GsResource } from './gs-resource.js';

type Conditions = Pick<WriteOptions, 'signal' | 'ifGenerationMatch'>;

/**
 * Uploads piece by piece. A piece whose answer does not come goes on where the service says it has got to.
 *
 * @see https://cloud.google.com/storage/docs/performing-resumable-uploads
 */
export async function uploadInPieces(
  client: GsClient,
  upload: {
    readonly place: GsUri;
    readonly resource: GsResource;
    readonly first: BodyChunk;
    readonly rest: AsyncIterable<BodyChunk>;
  },
  { signal, ifGenerationMatch }: Conditions,
): Promise<GsResource> {
  const { place, resource, first, rest } = upload;
  const { headers } = await client.send(
    {
      method: 'POST',
      path: await client.uploadUrl(place.bucket),
      query: { uploadType: 'resumable', name: place.object, ifGenerationMatch },
      headers: { 'X-Upload-Content-Type': resource.contentType ?? 'application/octet-stream' },
      json: resource,
    },
    { signal },
  );
  const session = headers['location'];
  if (session === undefined) throw new Error('the service named no place for the pieces');
  const md5 = createHash('md5');
  const put = (chunk: BodyChunk): Promise<GsResource | undefined> => {
    md5.update(chunk.data);
    return putPiece(client, { session, chunk }, { signal });
  };
  try {
    let written = await put(first);
    for await (const chunk of rest) written = await put(chunk);
    if (written === undefined) throw new Error('the service waits for more than there is');
    await requireSame(client, { place, written, md5Hash: md5.digest('base64') });
    return written;
  } catch (error) {
    // So that the service need not keep what came for a week. Nobody waits for it, and if it fails, it does that.
    client.sendOnce({ method: 'DELETE', path: session }).catch(() => {});
    throw error;
  }
}

/** @returns The object after its last piece. */
async function putPiece(
  client: GsClient,
  { session, chunk }: { readonly session: string; readonly chunk: BodyChunk },
  { signal }: Pick<Conditions, 'signal'>,
): Promise<GsResource | undefined> {
  const { data, start, isLast } = chunk;
  const end = start + data.length;
  const total = isLast ? String(end) : '*';
  let from = start;
  const send = (range: string, body: Buffer): Promise<GsAnswer> =>
    client.sendOnce({ method: 'PUT', path: session, headers: { 'Content-Range': `bytes ${range}` }, body }, { signal });
  return client
    .retry(
      async (attempt) => {
        for (let ask = attempt > 1; ; ask = false) {
          const answer = ask
            ? await send(`*/${total}`, Buffer.alloc(0))
            : await send(`${from}-${end - 1}/${total}`, data.subarray(from - start));
          if (answer.status !== 308) return answer.body as GsResource;
          const reached = receivedBytes(answer);
          if (reached < start) throw new Error(`the service lost what it had got of the upload, up to ${start} bytes`);
          if (reached >= end && !isLast) return undefined;
          from = reached;
        }
      },
      { signal },
    )
    .catch((error: unknown) => {
      // Not "there is no such object", which these mean elsewhere.
      const status = statusOf(error);
      if (status !== 404 && status !== 410) throw error;
      throw Object.assign(new Error('the service forgot the upload'), { cause: error, code: 'ECONNRESET' });
    });
}

function receivedBytes({ headers }: GsAnswer): number {
  const last = /^bytes=0-(?<last>\d+)$/.exec(headers['range'] ?? '')?.groups?.['last'];
  return last === undefined ? 0 : Number(last) + 1;
}

/** The hash is known only after the last piece: an object that came out different is taken away again. */
async function requireSame(
  client: GsClient,
  { place, written, md5Hash }: { readonly place: GsUri; readonly written: GsResource; readonly md5Hash: string },
): Promise<void> {
  if (written.md5Hash === undefined || written.md5Hash === md5Hash) return;
  await client.send({ method: 'DELETE', path: objectPath(place), query: { ifGenerationMatch: written.generation } });
  const facts = placeFacts(place);
  throw new StorageError('UNAVAILABLE', `cannot write ${facts.uri}: it was changed on its way, and is removed`, {
    ...facts,
    operation: 'write',
    hint: 'Write it again.',
  });
}
