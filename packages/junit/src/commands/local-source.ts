import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { JunitError } from '../errors.js';
import { MAX_BYTES, tooLarge } from '../xml-scanner.js';
import type { FoundFiles, ReportFile, ReportSource } from './report-store.js';

/** Pieces of less than this take longer in all. */
const CHUNK_BYTES = 256 * 1024;

/** Files, folders and patterns of this machine. Writes put a file into place in one step and make its folder. */
export function createLocalSource(options: { readonly cwd: string; readonly newId: () => string }): ReportSource {
  const { cwd, newId } = options;
  return {
    async find(path) {
      const start = resolve(cwd, path);
      const found = await stat(start).catch((cause: NodeJS.ErrnoException) => {
        if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return undefined;
        throw unreadable(path, cause);
      });
      if (found?.isDirectory() === true) return { files: await listFolder(start), isFolder: true };
      if (found !== undefined) return { files: [{ name: basename(start), place: start }], isFolder: false };
      return expand(path, cwd);
    },
    async open(place) {
      const { size } = await stat(place).catch((cause: unknown) => {
        throw unreadable(place, cause);
      });
      if (size > MAX_BYTES) throw tooLarge(MAX_BYTES);
      return readPieces(place);
    },
    async write(path, xml) {
      const target = resolve(cwd, path);
      await mkdir(dirname(target), { recursive: true });
      const temporary = join(dirname(target), `.${newId()}.tmp`);
      try {
        await writeFile(temporary, xml, { flag: 'wx' });
        await rename(temporary, target);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
    forget: (path) => rm(resolve(cwd, path), { force: true }),
  };
}

async function listFolder(folder: string): Promise<readonly ReportFile[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((place) => ({
      name: place
        .slice(folder.length + 1)
        .split(sep)
        .join('/'),
      place,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function expand(pattern: string, cwd: string): Promise<FoundFiles> {
  const { glob, isDynamicPattern } = await import('tinyglobby');
  const matches = isDynamicPattern(pattern) ? await glob(pattern, { cwd, expandDirectories: false, dot: true }) : [];
  if (matches.length === 0) throw unreadable(pattern, undefined);
  return { files: matches.sort().map((name) => ({ name, place: resolve(cwd, name) })), isFolder: false };
}

async function* readPieces(place: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(place, { highWaterMark: CHUNK_BYTES });
  } catch (cause) {
    throw unreadable(place, cause);
  }
}

function unreadable(path: string, cause: unknown): JunitError {
  const why = cause instanceof Error ? cause.message : 'there is no such file or folder, and no file matches';
  return new JunitError('UNREADABLE', `cannot read ${path}: ${why}`, {
    cause,
    file: path,
    hint: 'Name report files, folders that hold some, or patterns in quotes.',
  });
}
