import { contentTypeOf } from '../content-type.js';
import { formatGsUri, type GsUri } from '../gs-uri.js';
import type { ObjectFacts, ObjectInfo } from '../object-store.js';

/**
 * What is used of an object in the JSON API.
 *
 * @see https://cloud.google.com/storage/docs/json_api/v1/objects#resource
 */
export interface GsResource {
  readonly name?: string;
  readonly size?: string;
  readonly generation?: string;
  readonly updated?: string;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly contentLanguage?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Base64. */
  readonly md5Hash?: string;
}

/** Fields of an object that are asked for in a listing. */
export const RESOURCE_FIELDS = 'name,size,generation,updated,contentType,contentEncoding,cacheControl,metadata';

/** Path of an object below `/storage/v1`. */
export function objectPath({ bucket, object }: GsUri): string {
  return `b/${bucket}/o/${encodeURIComponent(object)}`;
}

/** What a store says of an object. */
export function gsInfo({ bucket, object }: Pick<GsUri, 'bucket' | 'object'>, resource: GsResource): ObjectInfo {
  const { contentType, contentEncoding, cacheControl, metadata = {} } = resource;
  return {
    uri: formatGsUri({ bucket, object }),
    name: object,
    sizeBytes: Number(resource.size ?? 0),
    generation: resource.generation ?? '',
    updatedMs: Date.parse(resource.updated ?? '') || 0,
    ...(contentType === undefined ? {} : { contentType }),
    ...(contentEncoding === undefined ? {} : { contentEncoding }),
    ...(cacheControl === undefined ? {} : { cacheControl }),
    metadata: { ...metadata },
  };
}

/** An object that is about to be written. */
export function newResource({ object }: GsUri, facts: ObjectFacts): GsResource & { readonly contentType: string } {
  const { contentType = contentTypeOf(object), contentEncoding, cacheControl, metadata } = facts;
  return {
    contentType,
    ...(contentEncoding === undefined ? {} : { contentEncoding }),
    ...(cacheControl === undefined ? {} : { cacheControl }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}
