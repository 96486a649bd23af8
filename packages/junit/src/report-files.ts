import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { UsageError } from '@seatrial/cli';
import { JunitError } from './errors.js';

/** Bytes; where TestGrid stops reading too. */
const MAX_BYTES = 100_000_000;

/** Paths of the reports that arguments name: files as they are, of folders every `*.xml` below, sorted. */
export async function findReports(args: readonly string[], cwd: string): Promise<readonly string[]> {
  const found = await Promise.all(args.map((arg) => expand(arg, cwd)));
  return found.flat();
}

/** Text by base name. @throws {UsageError} when two have the same. */
export async function readReports(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const path of paths) {
    const name = basename(path);
    if (files.has(name)) {
      throw new UsageError(`two reports are called ${name}`, { hint: 'Name one folder, or the files one by one.' });
    }
    files.set(name, await readReportFile(path));
  }
  return files;
}

async function readReportFile(path: string): Promise<string> {
  const { size } = await stat(path);
  if (size > MAX_BYTES) {
    throw new JunitError('TOO_LARGE', `${path} has ${size} bytes, more than ${MAX_BYTES}`, {
      hint: 'Leave output out of the report.',
    });
  }
  return readFile(path, 'utf8');
}

async function expand(arg: string, cwd: string): Promise<readonly string[]> {
  if (/^[a-z]+:\/\//.test(arg)) {
    throw new UsageError(`${arg} is a URI, not a file`, {
      hint: 'Download it first: seatrial-storage cp --recursive URI FOLDER.',
    });
  }
  const path = resolve(cwd, arg);
  const info = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new JunitError('NOT_FOUND', `cannot read ${arg}: ${cause.message}`, {
      cause,
      hint: 'Name a report, or a folder of reports.',
    });
  });
  if (!info.isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.xml'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
