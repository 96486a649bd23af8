import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { DashboardError } from '../errors.js';

/** A file of the built page. */
export interface PageFile {
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
  /** Compressed, where that is smaller. */
  readonly gzip?: Uint8Array<ArrayBuffer>;
  /** Whether its name changes with its content. */
  readonly immutable: boolean;
}

/** The built page: `index.html` and what it loads. */
export interface PageFiles {
  readonly index: string;
  /** By path below the page. */
  readonly files: ReadonlyMap<string, PageFile>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

const compress = promisify(gzip);

/** Reads the page that Vite built: less than a megabyte, so it is held. @throws {DashboardError} `NOT_BUILT`. */
export async function readPageFiles(folder: string): Promise<PageFiles> {
  const index = await readFile(join(folder, 'index.html'), 'utf8').catch((cause: unknown) => {
    throw new DashboardError('NOT_BUILT', `the page has not been built: there is no ${join(folder, 'index.html')}`, {
      cause,
      hint: 'Run: npx nx build dashboard',
    });
  });
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name !== 'index.html')
    .map(async (entry): Promise<[string, PageFile]> => {
      const path = join(entry.parentPath, entry.name);
      const body = new Uint8Array(await readFile(path));
      const small = new Uint8Array(await compress(body, { level: 9 }));
      const name = relative(folder, path).replaceAll('\\', '/');
      return [
        name,
        {
          type: TYPES[extname(name)] ?? 'application/octet-stream',
          body,
          ...(small.length < body.length ? { gzip: small } : {}),
          immutable: name.startsWith('assets/'),
        },
      ];
    });
  return { index, files: new Map(await Promise.all(files)) };
}

/**
 * The page for an address below the base: everything in it is relative to `<base>`, which leads back up, so that it works
 * below any prefix that a proxy takes away.
 *
 * @param path Path of the address below the base, without its first slash.
 */
export function pageFor({ index }: PageFiles, path: string): string {
  const depth = path.split('/').length - 1;
  return index.replace('<base href="./" />', `<base href="${depth === 0 ? './' : '../'.repeat(depth)}" />`);
}
