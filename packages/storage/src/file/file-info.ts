import { contentTypeOf } from '../content-type.js';
import { formatFileUri } from '../file-uri.js';
import type { ObjectFacts, ObjectInfo } from '../object-store.js';
import { generationOf, type FileStats } from './file-generation.js';

/** What a store says of a file. */
export function fileInfo(path: string, stats: FileStats, facts: ObjectFacts = {}): ObjectInfo {
  const { contentType = contentTypeOf(path), contentEncoding, cacheControl, metadata = {} } = facts;
  return {
    uri: formatFileUri({ path }),
    name: path,
    sizeBytes: Number(stats.size),
    generation: generationOf(stats),
    updatedMs: Number(stats.mtimeMs),
    contentType,
    ...(contentEncoding === undefined ? {} : { contentEncoding }),
    ...(cacheControl === undefined ? {} : { cacheControl }),
    metadata,
  };
}
