import { readFile, rm, writeFile } from 'node:fs/promises';
import { contentTypeOf } from '../content-type.js';
import { StorageError } from '../errors.js';
import { formatFileUri } from '../file-uri.js';
import type { ObjectFacts } from '../object-store.js';
import { factsPath } from './hidden-files.js';

/**
 * Facts a file system has no place for are kept in a hidden file beside the object. Its name holds the generation it
 * belongs to and it is written first, so whatever a crash leaves, no object is read with the facts of another.
 */
export async function writeFacts(path: string, generation: string, facts: ObjectFacts): Promise<void> {
  const kept = worthKeeping(path, facts);
  if (kept !== undefined) await writeFile(factsPath(path, generation), JSON.stringify(kept));
}

/** Repeatable. */
export async function removeFacts(path: string, generation: string): Promise<void> {
  await rm(factsPath(path, generation), { force: true });
}

/** Facts of one generation, or `undefined` where nothing is kept. */
export async function readFacts(path: string, generation: string): Promise<ObjectFacts | undefined> {
  const text = await readFile(factsPath(path, generation), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as ObjectFacts;
  } catch (cause) {
    const uri = formatFileUri({ path });
    throw new StorageError('FAILED', `what is kept of ${uri} is no JSON: ${(cause as Error).message}`, {
      cause,
      uri,
      path,
      hint: `Remove ${factsPath(path, generation)}, or write the object again.`,
    });
  }
}

function worthKeeping(path: string, facts: ObjectFacts): ObjectFacts | undefined {
  const { contentType, contentEncoding, cacheControl, metadata } = facts;
  const kept: ObjectFacts = {
    ...(contentType === undefined || contentType === contentTypeOf(path) ? {} : { contentType }),
    ...(contentEncoding === undefined ? {} : { contentEncoding }),
    ...(cacheControl === undefined ? {} : { cacheControl }),
    ...(metadata === undefined || Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
  return Object.keys(kept).length === 0 ? undefined : kept;
}
