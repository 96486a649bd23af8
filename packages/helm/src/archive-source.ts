import { open } from 'node:fs/promises';
import { maxChartBytes, notPackaged } from './archive-files.js';

/** What reading a stored chart needs of an object store. */
export interface ArchiveStore {
  read(uri: string, options?: { readonly signal?: AbortSignal }): Promise<Uint8Array>;
  /** Without it, or without a size, an object is read whatever its size is. @default none */
  stat?(uri: string): Promise<{ readonly sizeBytes?: number | undefined } | undefined>;
}

/**
 * Reads a packaged chart of an object store. What is larger than helm takes a chart to be, even unpacked, is refused before it
 * fills the memory.
 *
 * @throws {HelmError} `INVALID_CHART`; and what the store throws
 */
export async function readStoredChart(
  store: ArchiveStore,
  uri: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Uint8Array> {
  const { signal } = options;
  signal?.throwIfAborted();
  checkArchiveSize((await store.stat?.(uri))?.sizeBytes, uri);
  return store.read(uri, signal === undefined ? {} : { signal });
}

/** {@link readStoredChart} of a file of this machine. @throws {HelmError} `INVALID_CHART`, also when it cannot be read */
export async function readArchiveFile(path: string): Promise<Buffer> {
  const file = await open(path).catch((cause: unknown) => {
    throw notPackaged(path, 'it cannot be read', cause);
  });
  try {
    checkArchiveSize((await file.stat()).size, path);
    return await file.readFile().catch((cause: unknown) => {
      throw notPackaged(path, 'it cannot be read', cause);
    });
  } finally {
    await file.close();
  }
}

/** @throws {HelmError} `INVALID_CHART` */
export function checkArchiveSize(sizeBytes: number | undefined, from: string): void {
  if (sizeBytes === undefined || sizeBytes <= maxChartBytes) return;
  throw notPackaged(from, `it has ${sizeBytes} bytes, more than the ${maxChartBytes} that helm takes`);
}
