import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { buffer, text } from 'node:stream/consumers';
import { StorageError } from './errors.js';
import { createFileBackend } from './file/file-backend.js';
import { fileError } from './file/file-errors.js';
import { downloadFolder, uploadFolder } from './folders.js';
import { createGsBackend, type GsOptions } from './gs/gs-backend.js';
import type { Backend, ObjectInfo, ObjectStore } from './object-store.js';
import { parseUri, type StorageUri } from './uri.js';

export interface ObjectStoreOptions {
  /** Cloud Storage. @default the service, with the application default credentials */
  readonly gs?: GsOptions;
  /** Folder that `file://./x` starts from. @default such URIs are refused */
  readonly cwd?: string;
  /** Ends whatever has no signal of its own. */
  readonly signal?: AbortSignal;
  /** Makes names of temporary files unique. @default random */
  readonly newId?: () => string;
  /** Milliseconds since the epoch. @default the system's clock */
  readonly now?: () => number;
}

/** Opens the object store. Nothing is connected to before it is used. */
export function createObjectStore(options: ObjectStoreOptions = {}): ObjectStore {
  const { gs = {}, cwd, signal: storeSignal, newId = randomUUID, now = Date.now } = options;
  const backends = { gs: createGsBackend(gs), file: createFileBackend({ newId, now }) };
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
      const stream = createReadStream(path);
      return store.write(uri, stream, writeOptions).catch((error: unknown) => {
        stream.destroy();
        throw (error as NodeJS.ErrnoException).syscall === undefined ? error : fileError('read', path, error);
      });
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
    copy: async (fromUri, toUri, writeOptions) => store.write(toUri, await store.readStream(fromUri), writeOptions),
    uploadFolder: (dir, toUri, folderOptions) => uploadFolder(store, { dir, toUri }, withSignal(folderOptions)),
    downloadFolder: (fromUri, dir, folderOptions) => downloadFolder(store, { fromUri, dir }, withSignal(folderOptions)),
  };
  return store;
}

/**
 * Reads `STORAGE_EMULATOR_HOST`, by which Google's clients find a stand-in of Cloud Storage, and the project.
 *
 * @see https://github.com/googleapis/nodejs-storage
 */
export function storeOptionsFromEnv(env: Readonly<Record<string, string | undefined>>): Pick<ObjectStoreOptions, 'gs'> {
  const host = env['STORAGE_EMULATOR_HOST'];
  const projectId = env['CLOUDSDK_CORE_PROJECT'] || env['GOOGLE_CLOUD_PROJECT'];
  return {
    gs: {
      ...(host ? { apiEndpoint: host.includes('://') ? host : `http://${host}` } : {}),
      ...(projectId ? { projectId } : {}),
    },
  };
}
