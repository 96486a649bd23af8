import { createWriteStream } from 'node:fs';
import { chmod, link, lstat, mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { dirname, join, posix, relative } from 'node:path';
import type { Readable } from 'node:stream';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Header } from 'tar-stream';

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';
const MAX_LINKS = 40;

/**
 * Unpacks gzip where the bytes begin with its magic, else hands them on.
 *
 * A failure of the source becomes one of the result.
 */
export function gunzipIfNeeded(source: Readable): Readable {
  const out = new PassThrough();
  source.once('error', (cause) => out.destroy(cause));
  source.once('readable', () => {
    const head = source.read() as Buffer | null;
    if (head !== null) source.unshift(head);
    const packed = head !== null && head[0] === 0x1f && head[1] === 0x8b;
    const work = packed ? pipeline(source, createGunzip(), out) : pipeline(source, out);
    work.catch((cause) => out.destroy(cause));
  });
  return out;
}

/** `a/b` for `./a//b/`, `/a/b` and `a/x/../b`; never leaves the root. `''` is the root itself. */
export function cleanPath(path: string): string {
  return posix.join('/', path).replace(/^\/+|\/+$/g, '');
}

/**
 * Lays one layer over a folder.
 *
 * Whiteouts remove what they name. No entry, link or chain of links reaches out of the folder: absolute link targets are
 * taken from the folder and written as relative ones, so that they also hold for a process of the host. Owners and devices
 * are left out, since both take root.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/layer.md
 */
export async function unpackLayer(source: Readable, root: string): Promise<void> {
  const { extract } = await import('tar-stream');
  const tar = extract();
  const reading = pipeline(gunzipIfNeeded(source), tar);
  // An archive that is cut off ends without a word to the entry being read.
  const broken = new AbortController();
  reading.catch((cause) => broken.abort(cause));
  const fresh = new Set<string>();
  for await (const entry of tar) {
    await unpackEntry(entry.header, entry as unknown as Readable, { root, fresh, signal: broken.signal });
    entry.resume();
  }
  await reading;
}

async function unpackEntry(
  header: Header,
  body: Readable,
  { root, fresh, signal }: { readonly root: string; readonly fresh: Set<string>; readonly signal: AbortSignal },
): Promise<void> {
  const path = cleanPath(header.name);
  if (path === '') return;
  const name = posix.basename(path);
  const parent = await openFolder(root, posix.dirname(path));
  if (name === OPAQUE) return clearFolder(root, parent, fresh);
  if (name.startsWith(WHITEOUT)) return rm(join(parent, name.slice(WHITEOUT.length)), { recursive: true, force: true });
  const target = join(parent, name);
  fresh.add(relative(root, target));
  const before = await find(target);
  const mode = (header.mode ?? 0o644) & 0o777;
  if (header.type === 'directory') {
    if (before !== undefined && !before.isDirectory()) await rm(target, { force: true });
    await mkdir(target, { recursive: true });
    await chmod(target, mode | 0o700);
    return;
  }
  if (before !== undefined) await rm(target, { recursive: true, force: true });
  if (header.type === 'symlink') return symlink(innerTarget(root, target, header.linkname ?? ''), target);
  if (header.type === 'link') return linkInside(root, header.linkname ?? '', target);
  if (header.type !== 'file' && header.type !== 'contiguous-file') return; // devices and pipes
  await pipeline(body, createWriteStream(target, { flags: 'wx', mode: mode | 0o600 }), { signal });
  await chmod(target, mode | 0o600);
}

async function find(path: string) {
  try {
    return await lstat(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}

/** What an opaque whiteout hides: everything below the folder that this layer did not bring itself. */
async function clearFolder(root: string, folder: string, fresh: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!fresh.has(relative(root, join(folder, name)))) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** The target of a symbolic link, relative to where it lies and within the root. */
function innerTarget(root: string, at: string, target: string): string {
  const from = posix.join('/', relative(root, dirname(at)));
  const inner = posix.resolve(from, target);
  return posix.relative(from, inner) || '.';
}

async function linkInside(root: string, name: string, target: string): Promise<void> {
  const path = cleanPath(name);
  const source = join(await openFolder(root, posix.dirname(path)), posix.basename(path));
  // A hard link to a symbolic link would be one to whatever that points to on some systems.
  if ((await find(source))?.isFile() === true) await link(source, target);
}

/**
 * The real folder of a path within the root, made where it is missing. Symbolic links on the way are followed as if the root
 * were the whole file system.
 */
async function openFolder(root: string, path: string): Promise<string> {
  let rest = path.split('/').filter((part) => part !== '' && part !== '.');
  let at: string[] = [];
  let links = 0;
  for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
    if (part === '..') {
      at.pop();
      continue;
    }
    const next = join(root, ...at, part);
    const found = await find(next);
    if (found?.isSymbolicLink() === true) {
      if ((links += 1) > MAX_LINKS) throw new Error(`too many symbolic links on the way to ${path}`);
      const target = await readlink(next);
      if (target.startsWith('/')) at = [];
      rest = [...target.split('/').filter((name) => name !== '' && name !== '.'), ...rest];
      continue;
    }
    if (found !== undefined && !found.isDirectory()) await rm(next);
    if (found?.isDirectory() !== true) await mkdir(next);
    at.push(part);
  }
  return join(root, ...at);
}
