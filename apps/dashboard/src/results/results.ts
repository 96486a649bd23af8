import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { joinUri, type ObjectStore } from '@seatrial/storage';
import pLimit from 'p-limit';

/** What is used of an object store. */
export type ReadStore = Pick<ObjectStore, 'readStream' | 'list' | 'listLevel' | 'stat'>;

/** An object of the results. */
export interface ResultObject {
  /** Below the results, with slashes, decoded. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly updatedMs: number;
  /** Changes with every write. */
  readonly generation: string;
  readonly contentEncoding?: string;
}

/** One level of a listing. */
export type ResultEntry = { readonly kind: 'folder'; readonly path: string } | (ResultObject & { kind: 'object' });

/** Listings stop here, whatever is asked for. */
const MAX_LISTED = 100_000;
/** Objects a page of a listing holds in Cloud Storage. */
const PAGE = 1_000;

export interface ListBounds {
  /** Most entries that are handed back. @default 100,000 */
  readonly max?: number;
  /** Path below the results that a listing starts at. */
  readonly startAt?: string;
}

/** One place of results, read by paths below it. Paths are checked by who takes them from outside. */
export interface Results {
  /** As it is shown. */
  readonly uri: string;
  /** Requests to the store so far; a page of a listing counts as one. */
  readonly requests: number;
  /** Decoded text, or `undefined` where there is no such object. */
  readText(path: string): Promise<string | undefined>;
  /** Bytes from `start` to `end`, both included; decoded when all are asked for. */
  stream(path: string, range?: { readonly start: number; readonly end: number }): Promise<Readable>;
  stat(path: string): Promise<ResultObject | undefined>;
  /** Objects whose path starts so, by name. */
  list(prefix: string, bounds?: ListBounds): Promise<readonly ResultObject[]>;
  /** Objects and folders directly below; folders end in `/`. */
  listLevel(prefix: string, bounds?: ListBounds): Promise<readonly ResultEntry[]>;
}

/** Opens the results at a URI. No more than `concurrency` requests are under way at a time. */
export function openResults(
  store: ReadStore,
  uri: string,
  { concurrency = 32 }: { /** @default 32 */ readonly concurrency?: number } = {},
): Results {
  const root = uri.replace(/([^/:])\/+$/, '$1');
  const limit = pLimit(concurrency);
  const uriOf = (path: string): string => joinUri(root, path);
  const base = uriOf('x').slice(0, -1);
  const pathOf = (objectUri: string): string => {
    const path = objectUri.slice(base.length);
    return objectUri.startsWith('file:') ? decodeURIComponent(path) : path;
  };
  let requests = 0;
  const counted = <T>(use: () => Promise<T>): Promise<T> =>
    limit(() => {
      requests += 1;
      return use();
    });

  const collect = <Item, Kept>(
    open: () => AsyncIterable<Item>,
    { max = MAX_LISTED }: ListBounds,
    keep: (item: Item) => Kept,
  ): Promise<readonly Kept[]> =>
    counted(async () => {
      const kept: Kept[] = [];
      for await (const item of open()) {
        if (kept.length >= max) break;
        if (kept.length > 0 && kept.length % PAGE === 0) requests += 1;
        kept.push(keep(item));
      }
      return kept;
    });

  const startOf = ({ startAt }: ListBounds) => (startAt === undefined ? {} : { startAt: uriOf(startAt) });

  return {
    uri: root,
    get requests() {
      return requests;
    },
    readText: (path) =>
      counted(async () => {
        try {
          return await text(await store.readStream(uriOf(path)));
        } catch (error) {
          if (isMissing(error)) return undefined;
          throw error;
        }
      }),
    stream: (path, range) => counted(() => store.readStream(uriOf(path), range)),
    stat: (path) =>
      counted(async () => {
        const info = await store.stat(uriOf(path));
        return info === undefined ? undefined : objectOf(path, info);
      }),
    list: (prefix, bounds = {}) =>
      collect(
        () => store.list(uriOf(prefix), startOf(bounds)),
        bounds,
        (info) => objectOf(pathOf(info.uri), info),
      ),
    listLevel: (prefix, bounds = {}) =>
      collect(
        () => store.listLevel(uriOf(prefix), startOf(bounds)),
        bounds,
        (entry): ResultEntry =>
          entry.kind === 'folder'
            ? { kind: 'folder', path: pathOf(entry.uri) }
            : { kind: 'object', ...objectOf(pathOf(entry.uri), entry.info) },
      ),
  };
}

/** Whether a store says that there is no such object. */
export function isMissing(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'NOT_FOUND';
}

function objectOf(
  path: string,
  info: { sizeBytes: number; updatedMs: number; generation: string; contentEncoding?: string },
): ResultObject {
  const { sizeBytes, updatedMs, generation, contentEncoding } = info;
  return { path, sizeBytes, updatedMs, generation, ...(contentEncoding === undefined ? {} : { contentEncoding }) };
}
