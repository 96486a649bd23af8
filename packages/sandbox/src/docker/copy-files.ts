import { posix } from 'node:path';
import { cleanPath } from '../registry/unpack-layer.js';
import { DockerError } from './docker-error.js';
import type { FileTree, TreeEntry } from './file-tree.js';
import { resolvePath } from './file-tree.js';
import { compilePattern, isPattern } from './go-pattern.js';

/** One COPY or ADD, its variables filled in. */
export interface CopyRequest {
  readonly keyword: 'COPY' | 'ADD';
  readonly sources: readonly string[];
  /** Absolute, or relative to the working directory. A slash at the end makes it a folder. */
  readonly destination: string;
  readonly workingDir: string;
  readonly owner: { readonly uid: number; readonly gid: number };
}

/** What is copied from; `missing` is how the engine words that something is not there. */
export interface CopySource {
  readonly tree: FileTree;
  readonly missing: (path: string) => string;
}

/**
 * What a COPY adds to a file system, parents that are missing included.
 *
 * @throws {DockerError} 400 when a source is not there or several go into what is no folder.
 * @see https://docs.docker.com/reference/dockerfile/#copy
 */
export function planCopy(request: CopyRequest, from: CopySource, into: FileTree): FileTree {
  const { keyword, destination, workingDir, owner } = request;
  const matches = request.sources.flatMap((source) => findSources(keyword, source, from));
  if (matches.length === 0) throw new DockerError(400, `${keyword} failed: no source files were specified`);
  const asFolder = destination.endsWith('/') || destination === '.' || destination.endsWith('/.');
  if (!asFolder && (matches.length > 1 || request.sources.length > 1)) {
    const message = `When using ${keyword} with more than one source file, the destination must be a directory and end with a /`;
    throw new DockerError(400, message);
  }
  const target = resolvePath(into, posix.resolve('/', workingDir, destination));
  const added: FileTree = new Map();
  const add = (path: string, entry: TreeEntry) => {
    if (path === '') return;
    addParents(path, { added, into, mtimeMs: entry.mtimeMs, owner });
    added.set(path, { ...entry, ...owner });
  };
  for (const source of matches) {
    const entry = from.tree.get(source);
    if (source !== '' && entry?.type !== 'directory') {
      if (entry === undefined) continue;
      const isFolder = asFolder || target === '' || into.get(target)?.type === 'directory';
      add(isFolder ? join(target, posix.basename(source)) : target, entry);
      continue;
    }
    // A folder's content is copied, not the folder itself.
    if (target !== '' && into.get(target)?.type !== 'directory')
      add(target, { ...(entry ?? folder), type: 'directory' });
    const prefix = source === '' ? '' : `${source}/`;
    for (const [path, inner] of from.tree) {
      if (!path.startsWith(prefix)) continue;
      const place = join(target, path.slice(prefix.length));
      // What is a folder on both sides keeps its place; only its owner and mode change.
      add(place, inner);
    }
  }
  return added;
}

const folder: TreeEntry = { type: 'directory', mode: 0o755, uid: 0, gid: 0, mtimeMs: 0, sizeBytes: 0 };

function join(base: string, path: string): string {
  return base === '' ? path : `${base}/${path}`;
}

function addParents(
  path: string,
  { added, into, mtimeMs, owner }: { added: FileTree; into: FileTree; mtimeMs: number; owner: CopyRequest['owner'] },
): void {
  for (let parent = posix.dirname(path); parent !== '.' && parent !== ''; parent = posix.dirname(parent)) {
    if (added.has(parent) || into.get(parent)?.type === 'directory') return;
    added.set(parent, { ...folder, ...owner, mtimeMs });
  }
}

function findSources(keyword: string, source: string, { tree, missing }: CopySource): string[] {
  if (posix.normalize(source).startsWith('../') || posix.normalize(source) === '..') {
    throw new DockerError(400, `${keyword} failed: forbidden path outside the build context: ${source} ()`);
  }
  const path = cleanPath(source);
  if (!isPattern(path)) {
    const resolved = resolvePath(tree, path);
    if (resolved === '' || tree.has(resolved)) return [resolved];
    throw new DockerError(400, `${keyword} failed: ${missing(path)}`);
  }
  const matches = compilePattern(path);
  if (matches === undefined) throw new DockerError(400, `${keyword} failed: syntax error in pattern`);
  return [...tree.keys()].filter(matches).sort();
}

/**
 * Reads `--chown`: numbers, or names that the image's /etc/passwd and /etc/group know.
 *
 * @param find A file of the image as text.
 * @throws {DockerError} 400
 */
export async function parseOwner(
  chown: string | undefined,
  find: (path: string) => Promise<string | undefined>,
): Promise<CopyRequest['owner']> {
  if (chown === undefined) return { uid: 0, gid: 0 };
  const [user = '', group = user] = chown.split(':');
  const uid = await idOf(user, 'etc/passwd', find);
  return { uid, gid: await idOf(group, 'etc/group', find) };
}

async function idOf(name: string, file: string, find: (path: string) => Promise<string | undefined>): Promise<number> {
  if (/^\d{1,10}$/.test(name)) return Number(name);
  if (name === 'root') return 0;
  const line = (await find(file))?.split('\n').find((item) => item.startsWith(`${name}:`));
  const id = line?.split(':')[2];
  if (id !== undefined && /^\d+$/.test(id)) return Number(id);
  throw new DockerError(
    400,
    `unable to convert uid/gid chown string to host mapping: can't find ${file === 'etc/passwd' ? 'uid for user' : 'gid for group'} ${name}: no such ${file === 'etc/passwd' ? 'user' : 'group'}: ${name}`,
  );
}
