import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import pLimit from 'p-limit';
import { formatFileUri } from '../file-uri.js';
import type { ListEntry, ObjectInfo } from '../object-store.js';
import { fileError } from './file-errors.js';
import { readFacts } from './file-facts.js';
import { generationOf, statFile } from './file-generation.js';
import { fileInfo } from './file-info.js';
import { factsPath, isHidden } from './hidden-files.js';

const CONCURRENCY = 16;
const BATCH = 256;

interface Span {
  /** Path, perhaps of a folder with its slash: where the listing begins. */
  readonly startAt: string | undefined;
}

/** Facts of all files below a folder whose names there start with `prefix`, in order of names. */
export async function* listFiles(folder: string, prefix: string, span: Span): AsyncGenerator<ObjectInfo> {
  for await (const entry of listLevel(folder, prefix, span)) {
    if (entry.kind === 'object') yield entry.info;
    else yield* listFiles(entry.path, '', span);
  }
}

/** As {@link listFiles}, with folders that have files somewhere below instead of what is in them. */
export async function* listFileLevel(folder: string, prefix: string, span: Span): AsyncGenerator<ListEntry> {
  for await (const entry of listLevel(folder, prefix, span)) {
    if (entry.kind === 'object') yield entry;
    else if (await hasFiles(entry.path)) yield { kind: 'folder', uri: `${formatFileUri({ path: entry.path })}/` };
  }
}

type LevelEntry = Extract<ListEntry, { kind: 'object' }> | { readonly kind: 'folder'; readonly path: string };

async function* listLevel(folder: string, prefix: string, { startAt = '' }: Span): AsyncGenerator<LevelEntry> {
  const all = await entriesOf(folder);
  const names = new Set(all.map(({ name }) => name));
  const limit = pLimit(CONCURRENCY);
  const wanted = all.filter((entry) => {
    if (!entry.name.startsWith(prefix) || isHidden(entry.name)) return false;
    const path = join(folder, entry.name);
    // A folder is of interest as long as something in it can be.
    if (entry.isDirectory()) return `${path}/` >= startAt || startAt.startsWith(`${path}/`);
    return entry.isFile() && path >= startAt;
  });
  for (let at = 0; at < wanted.length; at += BATCH) {
    const listed = await Promise.all(
      wanted.slice(at, at + BATCH).map(async (entry): Promise<LevelEntry | undefined> => {
        const path = join(folder, entry.name);
        return entry.isDirectory() ? { kind: 'folder', path } : limit(() => infoOf(path, names));
      }),
    );
    for (const entry of listed) if (entry !== undefined) yield entry;
  }
}

/** `names` is what lies in the file's folder: most have no facts, which is then known without a look. */
async function infoOf(path: string, names: ReadonlySet<string>): Promise<LevelEntry | undefined> {
  try {
    const stats = await statFile(path);
    if (stats === undefined) return undefined; // deleted in between
    const generation = generationOf(stats);
    const hasFacts = names.has(basename(factsPath(path, generation)));
    const info = fileInfo(path, stats, hasFacts ? await readFacts(path, generation) : undefined);
    return { kind: 'object', uri: info.uri, info };
  } catch (error) {
    throw fileError('list', path, error);
  }
}

async function hasFiles(folder: string): Promise<boolean> {
  for (const entry of await entriesOf(folder)) {
    if (entry.isFile() && !isHidden(entry.name)) return true;
    if (entry.isDirectory() && (await hasFiles(join(folder, entry.name)))) return true;
  }
  return false;
}

async function entriesOf(folder: string) {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    // Where nothing was written there is nothing to list, as in a bucket.
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw fileError('list', folder, error);
  });
  // `a/` sorts before `a.txt` by names, as objects do, only if folders carry their slash.
  const key = (entry: (typeof entries)[number]): string => (entry.isDirectory() ? `${entry.name}/` : entry.name);
  return entries.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
