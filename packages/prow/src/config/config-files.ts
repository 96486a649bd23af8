import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { ConfigProblem } from './problem.js';

/** Largest file that is read, in bytes, unpacked. */
const MAX_BYTES = 16 * 1024 * 1024;
const unzip = promisify(gunzip);

/** How findings name a file. */
export type NameFile = (path: string) => string;

/** Names files relative to a folder where they are below it, and else as they are. */
export function relativeTo(cwd: string): NameFile {
  return (path) => {
    const below = relative(cwd, resolve(cwd, path));
    return below === '' || below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below) ? path : below;
  };
}

/**
 * Lists the files of a job config: a file, or all `.yaml` and `.yml` below a folder, by name. As Prow does, names that start
 * with `..` are skipped (Kubernetes mounts have such), and what a `.prowignore` names, by the rules of a .gitignore.
 * Two files of one base name are a problem.
 */
export async function listConfigFiles(
  path: string,
  nameFile: NameFile,
): Promise<{ readonly files: readonly string[]; readonly problems: readonly ConfigProblem[] }> {
  let files: readonly string[];
  try {
    files = (await stat(path)).isDirectory() ? await walk(path, await readIgnored(path)) : [path];
  } catch (error) {
    return { files: [], problems: [unreadable(nameFile(path), error)] };
  }
  const seen = new Map<string, string>();
  const problems: ConfigProblem[] = [];
  for (const file of files) {
    const before = seen.get(basename(file));
    if (before === undefined) seen.set(basename(file), file);
    else
      problems.push({
        ...at(nameFile(file)),
        message: `a file of this name is there already: ${nameFile(before)}`,
        hint: 'Rename one: Prow mounts all of them into one folder.',
      });
  }
  return { files, problems };
}

/** Reads a file of config as text; one that is gzipped is unpacked. */
export async function readConfigFile(file: string, nameFile: NameFile): Promise<string | ConfigProblem> {
  try {
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      if (size > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES / 1024 / 1024} MiB`);
      const bytes = await handle.readFile();
      const isZipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
      return (isZipped ? await unzip(bytes, { maxOutputLength: MAX_BYTES }) : bytes).toString('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    return unreadable(nameFile(file), error);
  }
}

type IsIgnored = (path: string) => boolean;

async function walk(folder: string, isIgnored: IsIgnored): Promise<readonly string[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const files: string[] = [];
  for (const { name } of entries) {
    const path = join(folder, name);
    if (name.startsWith('..') || isIgnored(path)) continue;
    // Not of the entry: a mounted config map is made of links.
    const found = await stat(path);
    if (found.isDirectory()) files.push(...(await walk(path, isIgnored)));
    else if (/\.ya?ml$/.test(name)) files.push(path);
  }
  return files;
}

async function readIgnored(root: string): Promise<IsIgnored> {
  const rules = await findIgnoreFiles(root);
  if (rules.length === 0) return () => false;
  const { default: createIgnore } = await import('ignore');
  const matchers = rules.map(({ folder, text }) => ({ folder, ignore: createIgnore().add(text) }));
  return (path) =>
    matchers.some(({ folder, ignore }) => {
      const below = relative(folder, path).split(sep).join('/');
      return below !== '' && !below.startsWith('../') && ignore.ignores(below);
    });
}

async function findIgnoreFiles(root: string): Promise<readonly { readonly folder: string; readonly text: string }[]> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true });
  const files = entries
    .filter(({ name }) => name === '.prowignore')
    .map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(files.map(async (file) => ({ folder: dirname(file), text: await readFile(file, 'utf8') })));
}

function unreadable(file: string, error: unknown): ConfigProblem {
  const { code, message } = error as NodeJS.ErrnoException;
  return { ...at(file), message: `cannot be read: ${code === 'ENOENT' ? 'there is no such file or folder' : message}` };
}

function at(file: string): Pick<ConfigProblem, 'code' | 'position'> {
  return { code: 'FILE', position: { file, line: 1, column: 1 } };
}
