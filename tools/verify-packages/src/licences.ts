import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { glob } from 'tinyglobby';

/** Licences (SPDX) that let anybody use, change and pass on what depends on them. */
const allowed: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
  'Zlib',
]);

/** Packages under a folder's node_modules whose licence is not allowed, or not told. */
export async function licenceFaults(folder: string): Promise<readonly string[]> {
  const files = await glob(['node_modules/**/package.json'], { cwd: folder, dot: true });
  const own = files.filter((file) => /(^|\/)node_modules\/(@[^/]+\/)?[^/@]+$/.test(dirname(file)));
  const faults = await Promise.all(
    own.map(async (file) => {
      const text = await readFile(join(folder, file), 'utf8');
      const { name, version, license, licenses } = JSON.parse(text) as Readonly<Record<string, unknown>>;
      if (typeof name !== 'string' || typeof version !== 'string') return undefined; // marks a folder of a package
      const said = licenceOf(license ?? licenses);
      return isAllowed(said) ? undefined : `licence of ${name}@${version}: ${said === '' ? 'not told' : said}`;
    }),
  );
  return [...new Set(faults.filter((fault) => fault !== undefined))].sort();
}

/** Old packages tell it as an object or a list of them. */
function licenceOf(field: unknown): string {
  if (typeof field === 'string') return field;
  if (Array.isArray(field)) return field.map(licenceOf).join(' OR ');
  return typeof field === 'object' && field !== null && 'type' in field ? String(field.type) : '';
}

/** Reads an expression such as `(MIT OR GPL-3.0)`: of OR one must be allowed, of AND all. */
export function isAllowed(expression: string): boolean {
  const plain = expression.replace(/[()]/g, ' ').trim();
  return plain
    .split(/\s+OR\s+/i)
    .some((choice) => choice.split(/\s+AND\s+/i).every((part) => allowed.has(part.trim())));
}
