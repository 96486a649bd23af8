import type { GsUri } from '../gs-uri.js';
import type { ObjectInfo, WriteOptions } from '../object-store.js';
import type { GsClient } from './gs-client.js';
import { gsError } from './gs-errors.js';
import { gsInfo, objectPath, type GsResource } from './gs-resource.js';

interface Rewritten {
  readonly done?: boolean;
  readonly rewriteToken?: string;
  readonly resource?: GsResource;
}

/**
 * Copies within the service, which does a large object in several calls. The client's own `copy` forgets metadata and
 * preconditions after the first of them (read in 7.22).
 *
 * @see https://cloud.google.com/storage/docs/json_api/v1/objects/rewrite
 */
export async function copyObject(
  client: Pick<GsClient, 'send'>,
  { from, to }: { readonly from: GsUri; readonly to: GsUri },
  { signal, ifGenerationMatch, ...given }: Omit<WriteOptions, 'gzip' | 'contentEncoding'>,
): Promise<ObjectInfo> {
  try {
    const source = await sourceOf(client, from, given, signal);
    const path = `${objectPath(from)}/rewriteTo/${objectPath(to)}`;
    let rewriteToken: string | undefined;
    for (;;) {
      const { body } = await client.send(
        {
          method: 'POST',
          path,
          query: { sourceGeneration: source.generation, ifGenerationMatch, rewriteToken },
          json: source.resource,
        },
        { signal },
      );
      const { done, resource, rewriteToken: next } = body as Rewritten;
      if (done === true && resource !== undefined) return gsInfo(to, resource);
      if (next === undefined) throw new Error('the service neither finished the copy nor said how to go on');
      rewriteToken = next;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw gsError('copy', from, error);
  }
}

/** With one fact given anew the service takes none from the source, so the others are sent along. */
async function sourceOf(
  client: Pick<GsClient, 'send'>,
  from: GsUri,
  { contentType, cacheControl, metadata }: Omit<WriteOptions, 'gzip' | 'contentEncoding'>,
  signal: AbortSignal | undefined,
): Promise<{ readonly generation?: string; readonly resource: GsResource }> {
  if (contentType === undefined && cacheControl === undefined && metadata === undefined) return { resource: {} };
  const { body } = await client.send({ method: 'GET', path: objectPath(from) }, { signal });
  const before = body as GsResource;
  const { contentEncoding, contentDisposition, contentLanguage } = before;
  const resource = {
    contentType: contentType ?? before.contentType,
    cacheControl: cacheControl ?? before.cacheControl,
    metadata: metadata ?? before.metadata,
    contentEncoding,
    contentDisposition,
    contentLanguage,
  };
  return { resource, ...(before.generation === undefined ? {} : { generation: before.generation }) };
}
