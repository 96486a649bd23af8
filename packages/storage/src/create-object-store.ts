import { randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { StorageError } from './errors.js';
import { createFileBackend } from './file/file-backend.js';
import { FileContent } from './file/file-content.js';
import { fileError } from './file/file-errors.js';
import { readFacts } from './file/file-facts.js';
import { generationOf } from './file/file-generation.js';
import { fileInfo } from './file/file-info.js';
import { writeWhole } from './file/file-write.js';
import { downloadFolder, uploadFolder } from './folders.js';
import type { GsUri } from './gs-uri.js';
import { createGsBackend } from './gs/gs-backend.js';
import type { GsOptions } from './gs/gs-options.js';
import { compress, decompress } from './gzip.js';
import type {
  Backend,
  ListOptions,
  ObjectBody,
  ObjectInfo,
  ObjectStore,
  OpenObject,
  WriteOptions,
} from './object-store.js';
import { formatUri, parseUri, placeFacts, type StorageUri } from './uri.js';

export interface ObjectStoreOptions {
  /** Cloud Storage. @default the service, with the application default credentials */
  readonly gcs?: GsOptions;
  /** Folder that `file://./x` starts from. @default such URIs are refused */
  readonly cwd?: string;
  /** Folder that no `file://` leaves, by `..` or a symbolic link: `INVALID_NAME`. @default any place */
  readonly fileRoot?: string;
  /** Ends whatever has no signal of its own. */
  readonly signal?: AbortSignal;
  /** Makes names of temporary files unique. @default random */
  readonly newId?: () => string;
  /** Milliseconds since the epoch. @default the system's clock */
  readonly now?: () => number;
  /** Waits between two attempts. @default the system's timers */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** From 0 to 1: spreads the attempts of many who wait. @default Math.random */
  readonly random?: () => number;
}

/** Largest file that is read as a whole, in bytes: larger ones are streamed. */
const SMALL_BYTES = 8 * 1024 * 1024;

/** Opens the object store. Nothing is connected to before it is used. */
export function createObjectStore(options: ObjectStoreOptions = {}): ObjectStore {
  const { gcs = {}, cwd, fileRoot, signal: storeSignal, newId = randomUUID, now = Date.now } = options;
  const { sleep = systemSleep, random = Math.random } = options;
  const writer = { newId, now };
  const backends = {
    gs: createGsBackend(gcs, { now, sleep, random }),
    file: createFileBackend({ ...writer, ...(fileRoot === undefined ? {} : { root: fileRoot }) }),
  };
  const placeOf = (uri: string): StorageUri => parseUri(uri, cwd === undefined ? {} : { cwd });
  const at = (uri: string): { place: StorageUri; backend: Backend<StorageUri> } => {
    const place = placeOf(uri);
    // The scheme of the place has chosen the backend of its kind.
    return { place, backend: backends[place.scheme] as Backend<StorageUri> };
  };

  const withSignal = <T extends { readonly signal?: AbortSignal }>(given?: T): T =>
    ({ ...(storeSignal === undefined ? {} : { signal: storeSignal }), ...given }) as T;

  const startOf = (prefix: StorageUri, { startAt }: ListOptions): { readonly startAt?: StorageUri } => {
    if (startAt === undefined) return {};
    const start = placeOf(startAt);
    if (start.scheme === prefix.scheme && !(start.scheme === 'gs' && start.bucket !== (prefix as GsUri).bucket))
      return { startAt: start };
    throw new StorageError('INVALID_URI', `${startAt} is in another place than ${formatUri(prefix)}`, {
      uri: startAt,
      operation: 'list',
      hint: 'Start a listing at a URI of the same bucket.',
    });
  };

  async function* until<T>(signal: AbortSignal | undefined, items: AsyncIterable<T>): AsyncGenerator<T> {
    signal?.throwIfAborted();
    for await (const item of items) {
      signal?.throwIfAborted();
      yield item;
    }
  }

  const writeTo = async (uri: string, body: ObjectBody, writeOptions: WriteOptions): Promise<ObjectInfo> => {
    const { place, backend } = at(uri);
    const { gzip = false, ...rest } = withSignal(writeOptions);
    rest.signal?.throwIfAborted();
    if (!gzip || rest.contentEncoding !== undefined) return backend.write(place, body, rest);
    const encoded = await compress(body, rest).catch((error: unknown) => {
      rest.signal?.throwIfAborted();
      throw error;
    });
    return backend.write(place, encoded.body, encoded.compressed ? { ...rest, contentEncoding: 'gzip' } : rest);
  };

  const store: ObjectStore = {
    read: async (uri, readOptions) => buffer(await store.readStream(uri, readOptions)),
    readText: async (uri) => text(await store.readStream(uri)),
    async readJson(uri) {
      const content = await store.readText(uri);
      try {
        return JSON.parse(content) as unknown;
      } catch (cause) {
        throw new StorageError('FAILED', `${uri} holds no JSON: ${(cause as Error).message}`, {
          cause,
          ...placeFacts(placeOf(uri)),
          uri,
          operation: 'read',
        });
      }
    },
    async readStream(uri, readOptions) {
      const { place, backend } = at(uri);
      const { raw = false, ...rest } = withSignal(readOptions);
      rest.signal?.throwIfAborted();
      const opened = await backend.open(place, rest);
      return raw ? opened.bytes : decode(opened, { place, isPart: rest.start !== undefined || rest.end !== undefined });
    },
    async find(uri) {
      for (;;) {
        const info = await store.stat(uri);
        if (info === undefined) return undefined;
        try {
          // Text and generation must be of one write, else a precondition would guard nothing.
          return { text: await text(await store.readStream(uri, { generation: info.generation })), info };
        } catch (error) {
          if (!(error instanceof StorageError && error.code === 'NOT_FOUND')) throw error; // replaced in between
        }
      }
    },
    write: (uri, body, writeOptions = {}) => writeTo(uri, body, writeOptions),
    async writeFile(uri, path, writeOptions = {}) {
      const file = await open(path).catch((error: unknown) => {
        throw fileError('read', path, error);
      });
      try {
        const stats = await file.stat({ bigint: true });
        const facts = await readFacts(path, generationOf(stats));
        const size = Number(stats.size);
        // So much and no more: a log that is written faster than it is uploaded would never come to an end.
        const content = new FileContent(file, { path, size });
        const body = size <= SMALL_BYTES ? await buffer(content) : content;
        return await writeTo(uri, body, { ...facts, ...writeOptions });
      } catch (error) {
        throw fileError('read', path, error);
      } finally {
        await file.close();
      }
    },
    async downloadFile(uri, path, given) {
      const { signal } = withSignal(given);
      const body = await store.readStream(uri, { signal });
      try {
        return fileInfo(path, await writeWhole(writer, { path, body }, { signal }));
      } catch (error) {
        throw fileError('write', path, error);
      } finally {
        body.destroy();
      }
    },
    async *list(prefixUri, listOptions = {}) {
      const { place, backend } = at(prefixUri);
      yield* until(withSignal(listOptions).signal, backend.list(place, startOf(place, listOptions)));
    },
    async *listLevel(prefixUri, listOptions = {}) {
      const { place, backend } = at(prefixUri);
      yield* until(withSignal(listOptions).signal, backend.listLevel(place, startOf(place, listOptions)));
    },
    async *listFolders(folderUri, listOptions) {
      const folder = formatUri(placeOf(folderUri));
      const isBucket = /^gs:\/\/[^/]*$/.test(folder);
      for await (const { kind, uri } of store.listLevel(
        folder.endsWith('/') || isBucket ? folder : `${folder}/`,
        listOptions,
      )) {
        if (kind === 'folder') yield uri;
      }
    },
    async stat(uri): Promise<ObjectInfo | undefined> {
      const { place, backend } = at(uri);
      return backend.stat(place);
    },
    exists: async (uri) => (await store.stat(uri)) !== undefined,
    async delete(uri, deleteOptions = {}) {
      const { place, backend } = at(uri);
      await backend.delete(place, deleteOptions);
    },
    async copy(fromUri, toUri, given = {}) {
      const [from, to] = [at(fromUri), at(toUri)];
      const copyOptions = withSignal(given);
      copyOptions.signal?.throwIfAborted();
      if (from.place.scheme === 'gs' && to.place.scheme === 'gs') {
        return backends.gs.copy(from.place, to.place, copyOptions);
      }
      for (;;) {
        const info = await from.backend.stat(from.place);
        if (info === undefined) throw noSuchObject('copy', from.place);
        const { generation, contentType, contentEncoding, cacheControl, metadata } = info;
        const opened = await from.backend
          .open(from.place, { generation, signal: copyOptions.signal })
          .catch((error: unknown) => {
            if (error instanceof StorageError && error.code === 'NOT_FOUND') return undefined; // replaced in between
            throw error;
          });
        if (opened === undefined) continue;
        try {
          const facts = { contentType, contentEncoding, cacheControl, metadata };
          return await to.backend.write(to.place, opened.bytes, { ...facts, ...copyOptions });
        } finally {
          opened.bytes.destroy();
        }
      }
    },
    uploadFolder: (dir, toUri, folderOptions) => uploadFolder(store, { dir, toUri }, withSignal(folderOptions)),
    downloadFolder: async (fromUri, dir, folderOptions) =>
      // Absolute, as the URIs of what is listed are.
      downloadFolder(store, { fromUri: formatUri(placeOf(fromUri)), dir }, withSignal(folderOptions)),
  };
  return store;
}

function systemSleep(ms: number, signal?: AbortSignal): Promise<void> {
  return delay(ms, undefined, signal === undefined ? {} : { signal });
}

/** @throws {StorageError} `FAILED` for a part of what is compressed: where it begins in the content, nobody knows. */
function decode(
  { contentEncoding, bytes }: OpenObject,
  { place, isPart }: { readonly place: StorageUri; readonly isPart: boolean },
): Readable {
  const facts = placeFacts(place);
  if (contentEncoding !== 'gzip') return bytes;
  if (isPart) {
    bytes.destroy();
    throw new StorageError('FAILED', `cannot read a part of ${facts.uri}: it is stored compressed`, {
      ...facts,
      operation: 'read',
      hint: 'Read the whole object, or a part of the stored bytes with raw.',
    });
  }
  return decompress(
    bytes,
    (cause) =>
      new StorageError('FAILED', `cannot read ${facts.uri}: it is said to be gzip, but ${cause.message}`, {
        cause,
        ...facts,
        operation: 'read',
        hint: 'Read it raw, and write it anew with the encoding it has.',
      }),
  );
}

function noSuchObject(operation: string, place: StorageUri): StorageError {
  const facts = placeFacts(place);
  return new StorageError('NOT_FOUND', `cannot ${operation} ${facts.uri}: there is no such object`, {
    ...facts,
    operation,
  });
}

/**
 * Reads `STORAGE_EMULATOR_HOST`, by which Google's clients find a stand-in of Cloud Storage, and the project.
 *
 * @see https://github.com/googleapis/nodejs-storage
 */
export function storeOptionsFromEnv(
  env: Readonly<Record<string, string | undefined>>,
): Pick<ObjectStoreOptions, 'gcs'> {
  const host = env['STORAGE_EMULATOR_HOST'];
  const projectId = env['CLOUDSDK_CORE_PROJECT'] || env['GOOGLE_CLOUD_PROJECT'];
  return {
    gcs: {
      ...(host ? { apiEndpoint: host.includes('://') ? host : `http://${host}` } : {}),
      ...(projectId ? { projectId } : {}),
    },
  };
}
