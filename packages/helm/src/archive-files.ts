import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import type { Header } from 'tar-stream';
import { HelmError } from './errors.js';

// helm's limits: what is larger can be packed and then not be installed.
/** Largest file of a chart. */
export const maxFileBytes = 5 * 1024 * 1024;
/** Largest chart, unpacked. */
export const maxChartBytes = 100 * 1024 * 1024;
/** Far more than any chart has; without a limit, an archive of empty files would fill a disk's inodes. */
const maxFiles = 10_000;

/** The error for what claims to be a packaged chart and is none. */
export function notPackaged(from: string, why: string, cause?: unknown): HelmError {
  return new HelmError('INVALID_CHART', `${from} is not a packaged chart: ${why}`, { cause, file: from });
}

/**
 * The files of a packaged chart by their path below the chart's folder, in the archive's order. The archive is not
 * trusted: a path that leaves the chart's folder, a link, a second file of the same name and sizes beyond helm's limits are
 * refused before anything could be written.
 *
 * @throws {HelmError} `INVALID_CHART`; `from` is for its message.
 */
export async function readArchiveFiles(body: Uint8Array, from: string): Promise<ReadonlyMap<string, Buffer>> {
  const tar = await promisify(gunzip)(body, { maxOutputLength: maxChartBytes }).catch((cause: unknown) => {
    throw notPackaged(from, 'it is not gzip, or unpacks to more than helm takes', cause);
  });
  const files = new Map<string, Buffer>();
  const roots = new Set<string>();
  const reader = extract();
  try {
    reader.end(tar);
    for await (const entry of reader) {
      const path = pathOf(entry.header, from);
      const chunks: Uint8Array[] = [];
      if (path !== undefined && (entry.header.size ?? 0) > maxFileBytes) {
        throw notPackaged(from, `${entry.header.name} has more than ${maxFileBytes} bytes`);
      }
      for await (const chunk of entry) chunks.push(chunk as Uint8Array);
      if (path === undefined) continue;
      if (files.has(path.below)) throw notPackaged(from, `it holds ${path.below} twice`);
      if (files.size === maxFiles) throw notPackaged(from, `it holds more than ${maxFiles} files`);
      files.set(path.below, Buffer.concat(chunks));
      roots.add(path.root);
    }
  } catch (cause) {
    if (cause instanceof HelmError) throw cause;
    throw notPackaged(from, 'it is not a tar', cause);
  }
  if (roots.size > 1) throw notPackaged(from, `it holds several folders: ${[...roots].join(', ')}`);
  if (!files.has('Chart.yaml')) throw notPackaged(from, 'it holds no Chart.yaml');
  return files;
}

/** `undefined` for a folder, which is there by its files. */
function pathOf(header: Header, from: string): { readonly root: string; readonly below: string } | undefined {
  const { name, type } = header;
  // A drive letter or a backslash would leave the folder on Windows.
  if (/^\/|\\|^[A-Za-z]:|\0/.test(name)) throw notPackaged(from, `${JSON.stringify(name)} is not a path below it`);
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw notPackaged(from, `${JSON.stringify(name)} leaves its folder`);
  if (type === 'directory') return undefined;
  if (type !== 'file' && type !== 'contiguous-file') {
    throw notPackaged(from, `${JSON.stringify(name)} is a ${type ?? 'thing of no known type'}, not a file`);
  }
  const [root = '', ...below] = parts;
  if (below.length === 0) throw notPackaged(from, `${JSON.stringify(name)} is not in the chart's folder`);
  return { root, below: below.join('/') };
}
