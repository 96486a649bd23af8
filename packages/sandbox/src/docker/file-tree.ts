import { createWriteStream } from 'node:fs';
import { join, posix } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { randomUUID } from 'node:crypto';
import { extract } from 'tar-stream';
import { cleanPath, gunzipIfNeeded } from '../registry/unpack-layer.js';

/** A file, folder or symbolic link; its content lies in a file of its own. */
export interface TreeEntry {
  readonly type: 'file' | 'directory' | 'symlink';
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeMs: number;
  readonly sizeBytes: number;
  /** Where the content of a file lies. */
  readonly content?: string;
  /** Target of a link. */
  readonly target?: string;
}

/** Files by path: no slash in front or behind, `''` is the root and never in it. */
export type FileTree = Map<string, TreeEntry>;

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** `tree` without a path and all below it. */
export function removePath(tree: FileTree, path: string): void {
  tree.delete(path);
  for (const name of tree.keys()) if (name.startsWith(`${path}/`)) tree.delete(name);
}

/**
 * Lays a tar, packed with gzip or not, over a tree. Content goes to new files in `dir`.
 *
 * @param options.whiteouts Take `.wh.` names as in layers.
 */
export async function readTar(
  source: Readable,
  tree: FileTree,
  options: { readonly dir: string; readonly whiteouts: boolean },
): Promise<void> {
  const tar = extract();
  const broken = new AbortController();
  const reading = pipeline(gunzipIfNeeded(source), tar);
  reading.catch((cause) => broken.abort(cause));
  const fresh = new Set<string>();
  for await (const entry of tar) {
    const { header } = entry;
    const path = cleanPath(header.name);
    const name = posix.basename(path);
    if (options.whiteouts && name.startsWith(WHITEOUT)) {
      const folder = posix.dirname(path) === '.' ? '' : `${posix.dirname(path)}/`;
      if (name !== OPAQUE) removePath(tree, folder + name.slice(WHITEOUT.length));
      else for (const other of tree.keys()) if (other.startsWith(folder) && !fresh.has(other)) tree.delete(other);
    } else if (path !== '') {
      fresh.add(path);
      const common = {
        mode: header.mode & 0o7777,
        uid: header.uid,
        gid: header.gid,
        mtimeMs: header.mtime?.getTime() ?? 0,
      };
      if (header.type === 'directory') {
        if (tree.get(path)?.type !== 'directory') removePath(tree, path);
        tree.set(path, { type: 'directory', sizeBytes: 0, ...common });
      } else if (header.type === 'symlink') {
        removePath(tree, path);
        tree.set(path, { type: 'symlink', sizeBytes: 0, target: header.linkname, ...common });
      } else if (header.type === 'link') {
        const same = tree.get(cleanPath(header.linkname));
        if (same !== undefined) tree.set(path, same);
      } else if (header.type === 'file' || header.type === 'contiguous-file') {
        const content = join(options.dir, randomUUID());
        const body = entry as unknown as Readable;
        await pipeline(body, createWriteStream(content, { flags: 'wx', mode: 0o600 }), { signal: broken.signal });
        removePath(tree, path);
        tree.set(path, { type: 'file', sizeBytes: header.size, content, ...common });
      }
    }
    entry.resume();
  }
  await reading;
  addParents(tree);
}

/** Archives may leave out the folders their files are in. */
function addParents(tree: FileTree): void {
  for (const [path, { mtimeMs }] of [...tree]) {
    for (let folder = posix.dirname(path); folder !== '.' && !tree.has(folder); folder = posix.dirname(folder)) {
      tree.set(folder, { type: 'directory', mode: 0o755, uid: 0, gid: 0, mtimeMs, sizeBytes: 0 });
    }
  }
}

/** Follows the links of a tree; the result never leaves it. A path that is not there stays as it is. */
export function resolvePath(tree: FileTree, path: string, depth = 0): string {
  const parts = cleanPath(path).split('/').filter(Boolean);
  let at = '';
  for (const [index, part] of parts.entries()) {
    const next = at === '' ? part : `${at}/${part}`;
    const entry = tree.get(next);
    if (entry?.type !== 'symlink' || depth > 40) {
      at = next;
      continue;
    }
    const target = posix.resolve('/', at, entry.target ?? '');
    return resolvePath(tree, posix.join(target, ...parts.slice(index + 1)), depth + 1);
  }
  return at;
}
