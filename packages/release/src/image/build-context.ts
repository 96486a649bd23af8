import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack as createPack, type Pack } from 'tar-stream';
import { type IgnoreRules, parseDockerignore } from './dockerignore.js';

/** What goes into a build context. */
export interface ContextOptions {
  /** Relative to the context. Sent even when `.dockerignore` names it, as the engine needs it. @default 'Dockerfile' */
  readonly dockerfile?: string | undefined;
  /** Time of all files, in milliseconds since 1970. One for all, so that the same files make the same image. @default 0 */
  readonly mtimeMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The files of a folder as a tar archive, less those that `.dockerignore` names: streamed, in order of their names, owned by
 * root, with modes 0755 or 0644. An error while reading ends the stream with it.
 */
export function packContext(dir: string, options: ContextOptions = {}): NodeJS.ReadableStream {
  const { signal } = options;
  const pack = createPack();
  const abort = () => pack.destroy(new Error('stopped'));
  signal?.addEventListener('abort', abort, { once: true });
  fill(pack, dir, options)
    .then(() => pack.finalize())
    .catch((error: unknown) => pack.destroy(error as Error))
    .finally(() => signal?.removeEventListener('abort', abort));
  return pack as unknown as NodeJS.ReadableStream;
}

async function fill(pack: Pack, dir: string, options: ContextOptions): Promise<void> {
  const mtime = new Date(options.mtimeMs ?? 0);
  for await (const path of listContext(dir, options)) {
    options.signal?.throwIfAborted();
    const full = join(dir, path);
    const info = await lstat(full);
    const header = { name: path, mtime, uid: 0, gid: 0, uname: '', gname: '' };
    if (info.isSymbolicLink()) {
      pack.entry({ ...header, type: 'symlink', linkname: await readlink(full), mode: 0o777 });
    } else if (info.isDirectory()) {
      pack.entry({ ...header, type: 'directory', mode: 0o755 });
    } else if (info.isFile()) {
      const mode = (info.mode & 0o100) === 0 ? 0o644 : 0o755;
      await pipeline(createReadStream(full), pack.entry({ ...header, type: 'file', mode, size: info.size }));
    } // sockets and pipes have no content to send
  }
}

/** Paths of a context in order, folders before what is in them. */
export async function* listContext(
  dir: string,
  options: Pick<ContextOptions, 'dockerfile'> = {},
): AsyncGenerator<string> {
  const dockerfile = (options.dockerfile ?? 'Dockerfile').replace(/^(?:\.\/)+/, '');
  const rules = await readRules(dir);
  const always = new Set([dockerfile, '.dockerignore']);
  yield* walk(dir, '', rules, always);
}

async function* walk(
  dir: string,
  folder: string,
  rules: IgnoreRules,
  always: ReadonlySet<string>,
): AsyncGenerator<string> {
  const entries = await readdir(join(dir, folder), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1)); // by code unit: no locale decides on the archive
  for (const entry of entries) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    const ignored = rules.ignores(path) && !always.has(path);
    const leadsToDockerfile = [...always].some((each) => each.startsWith(`${path}/`));
    if (!ignored) yield path;
    if (entry.isDirectory() && (!rules.isSealed(path) || leadsToDockerfile)) yield* walk(dir, path, rules, always);
  }
}

async function readRules(dir: string): Promise<IgnoreRules> {
  const text = await readFile(join(dir, '.dockerignore'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return parseDockerignore(text);
}
