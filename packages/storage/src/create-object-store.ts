import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { buffer, text } from 'node:stream/consumers';
import { StorageError } from './errors.js';
import { createFileBackend } from './file/file-backend.js';
import { fileError } from './file/file-errors.js';
import { downloadFolder, uploadFolder } from './folders.js';
import { createGsBackend, type GsOptions } from './gs/gs-backend.js';
import type { Backend, ObjectInfo, ObjectStore } from './object-store.js';
import { formatUri, parseUri, type StorageUri } from './uri.js';

export interface ObjectStoreOptions {
  /** Cloud Storage. @default the service, with the application default credentials */
  readonly gcs?: GsOptions;
  /** Folder that `file://./x` starts from. @default such URIs are refused */
  readonly cwd?: string;
  /** Ends whatever has no signal of its own. */
  readonly signal?: AbortSignal;
  /** Makes names of temporary files unique. @default random */
  readonly newId?: () => string;
  /** Milliseconds since the epoch. @default the system's clock */
  readonly now?: () => number;
}

/** Largest file that is sent in one piece, in bytes. */
const SMALL_BYTES = 8 * 1024 * 1024;

/** Opens the object store. Nothing is connected to before it is used. */
export function createObjectStore(options: ObjectStoreOptions = {}): ObjectStore {
  const { gcs = {}, cwd, signal: storeSignal, newId = randomUUID, now = Date.now } = options;
  const backends = { gs: createGsBackend(gcs), file: createFileBackend({ newId, now }) };
  const at = (uri: string): { place: StorageUri; backend: Backend<StorageUri> } => {
    const place = parseUri(uri, cwd === undefined ? {} : { cwd });
    // The scheme of the place has chosen the backend of its kind.
    return { place, backend: backends[place.scheme] as Backend<StorageUri> };
  };

  const withSignal = <T extends { readonly signal?: AbortSignal }>(given?: T): T =>
    ({ ...(storeSignal === undefined ? {} : { signal: storeSignal }), ...given }) as T;

  const store: ObjectStore = {
    read: async (uri) => buffer(await store.readStream(uri)),
    readText: async (uri) => text(await store.readStream(uri)),
    async readJson(uri) {
      const content = await store.readText(uri);
      try {
        return JSON.parse(content) as unknown;
      } catch (cause) {
        throw new StorageError('FAILED', `${uri} holds no JSON: ${(cause as Error).message}`, {
          cause,
          uri,
          operation: 'read',
        });
      }
    },
    async readStream(uri, range) {
      storeSignal?.throwIfAborted();
      const { place, backend } = at(uri);
      return backend.read(place, range);
    },
    async find(uri) {
      for (;;) {
        const info = await store.stat(uri);
        if (info === undefined) return undefined;
        const content = await store.readText(uri).catch((error: unknown) => {
          if (error instanceof StorageError && error.code === 'NOT_FOUND') return undefined; // deleted in between
          throw error;
        });
        // Text and generation must be of one write, else a precondition would guard nothing.
        if ((await store.stat(uri))?.generation === info.generation && content !== undefined)
          return { text: content, info };
      }
    },
    async write(uri, body, writeOptions = {}) {
      const { place, backend } = at(uri);
      return backend.write(place, body, withSignal(writeOptions));
    },
    async writeFile(uri, path, writeOptions = {}) {
      const { place, backend } = at(uri);
      const file = await open(path).catch((error: unknown) => {
        throw fileError('read', path, error);
      });
      try {
        const { size } = await file.stat();
        // Small ones in one piece, for which a service needs one request instead of two.
        const body =
          size <= SMALL_BYTES ? await file.readFile() : createReadStream(path, { fd: file, autoClose: false });
        return await backend.write(place, body, withSignal(writeOptions));
      } catch (error) {
        throw fileError('read', path, error);
      } finally {
        await file.close();
      }
    },
    async *list(prefixUri, { signal = storeSignal } = {}) {
      const { place, backend } = at(prefixUri);
      for await (const info of backend.list(place)) {
        signal?.throwIfAborted();
        yield info;
      }
    },
    async *listFolders(folderUri) {
      const { place, backend } = at(folderUri);
      yield* backend.listFolders(place);
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
    async copy(fromUri, toUri, writeOptions = {}) {
      const [from, to] = [at(fromUri), at(toUri)];
      if (from.place.scheme === 'gs' && to.place.scheme === 'gs') {
        return backends.gs.copy(from.place, to.place, withSignal(writeOptions));
      }
      const body = await from.backend.read(from.place);
      try {
        return await to.backend.write(to.place, body, withSignal(writeOptions));
      } finally {
        body.destroy();
      }
    },
    uploadFolder: (dir, toUri, folderOptions) => uploadFolder(store, { dir, toUri }, withSignal(folderOptions)),
    downloadFolder: async (fromUri, dir, folderOptions) =>
      // Absolute, as the URIs of what is listed are.
      downloadFolder(store, { fromUri: formatUri(at(fromUri).place), dir }, withSignal(folderOptions)),
  };
  return store;
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
