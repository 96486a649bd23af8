/**
 * One object store over gs:// and file:// URIs.
 *
 * @example
 * const store = createObjectStore();
 * await store.write('gs://ci-logs/logs/e2e/17/started.json', '{}', { ifGenerationMatch: '0' });
 * for await (const { uri, sizeBytes } of store.list('gs://ci-logs/logs/e2e/17/')) console.log(uri, sizeBytes);
 *
 * @module
 */
export { createObjectStore, storeOptionsFromEnv, type ObjectStoreOptions } from './create-object-store.js';
export { StorageError, type StorageErrorCode, type StorageErrorFacts } from './errors.js';
export { type FileUri, formatFileUri, parseFileUri } from './file-uri.js';
export { formatGsUri, type GsUri, parseGsUri } from './gs-uri.js';
export type { GsOptions } from './gs/gs-options.js';
export type {
  ByteRange,
  DeleteOptions,
  FolderOptions,
  FolderProgress,
  ListEntry,
  ListOptions,
  LocalFile,
  ObjectBody,
  ObjectDescription,
  ObjectFacts,
  ObjectInfo,
  ObjectStore,
  ReadOptions,
  UploadFolderOptions,
  WriteOptions,
} from './object-store.js';
export { removeTornWrites } from './file/torn-writes.js';
export { formatUri, joinUri, parseUri, type StorageUri } from './uri.js';
