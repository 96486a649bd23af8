/**
 * The lint step, without dependencies. Prints `file:line: what is wrong`, ends with 1 when there is anything.
 *
 * - every .js file parses as a module, every .json file as JSON; needs node's `--experimental-vm-modules`
 * - each relative import names a file that exists and names that it exports; each imported name is used
 * - no tab, no space at a line's end, one line end at the end of a file, no line over 170 characters, no `console`
 */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SourceTextModule } from 'node:vm';
import { checkImports } from './check-imports.js';
import { checkText } from './check-text.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const TEXT = /\.(?:js|json|ya?ml|tpl|md|txt)$|(?:^|\/)(?:Dockerfile|\.dockerignore|\.helmignore)$/;
const run = promisify(execFile);

async function listFiles(folder) {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = await Promise.all(
    entries
      .filter(({ name }) => name !== 'node_modules')
      .map((entry) => (entry.isDirectory() ? listFiles(join(folder, entry.name)) : [join(folder, entry.name)])),
  );
  return files.flat();
}

/** Parsed here, and again by `node --check` where that fails: only it tells the line. */
async function checkSyntax(file, text) {
  try {
    if (file.endsWith('.json')) JSON.parse(text);
    if (file.endsWith('.js')) new SourceTextModule(text, { identifier: file });
    return [];
  } catch ({ message }) {
    const { stderr = '' } = await run(process.execPath, ['--check', file]).catch((error) => error);
    return [{ line: Number(/:(\d+)\n/.exec(stderr)?.[1] ?? 1), message }];
  }
}

const files = (await listFiles(root)).filter((file) => TEXT.test(file)).sort();
const texts = new Map();
for (const file of files) texts.set(file, await readFile(file, 'utf8'));
const readSibling = (from, specifier) => texts.get(join(dirname(from), specifier));

const problems = await Promise.all(
  files.map(async (file) => {
    const text = texts.get(file);
    const found = [
      ...(await checkSyntax(file, text)),
      ...checkText(text, { code: file.endsWith('.js') }),
      ...(file.endsWith('.js') ? checkImports(text, (specifier) => readSibling(file, specifier)) : []),
    ];
    return found.map(({ line, message }) => `${relative(root, file)}:${line}: ${message}`);
  }),
);
for (const problem of problems.flat()) process.stdout.write(`${problem}\n`);
process.stdout.write(`${files.length} files, ${problems.flat().length} problems\n`);
process.exitCode = problems.flat().length === 0 ? 0 : 1;
