import type { Readable } from 'node:stream';

/** What a store knows of an object. */
export interface ObjectInfo {
  readonly uri: string;
  /** Name in the bucket, or absolute path of the file. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Changes with every write; for `ifGenerationMatch`. Never `'0'`. */
  readonly generation: string;
  /** Milliseconds since the epoch. */
  readonly updatedMs: number;
  /** For files: by the name's extension. */
  readonly contentType?: string;
  /** Custom metadata. Files have none. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface WriteOptions {
  /** @default by the name's extension */
  readonly contentType?: string;
  /** `Cache-Control` of later reads. Not kept by `file://`. */
  readonly cacheControl?: string;
  /** Custom metadata. Not kept by `file://`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Write only over this generation; `'0'` only where nothing is. Else `PRECONDITION_FAILED`. */
  readonly ifGenerationMatch?: string;
  readonly signal?: AbortSignal;
}

export interface DeleteOptions {
  readonly ifGenerationMatch?: string;
  /** Whether a missing object is fine. @default false */
  readonly ignoreMissing?: boolean;
}

export interface FolderOptions {
  /** Objects at the same time. @default 16 */
  readonly concurrency?: number;
  readonly onProgress?: (done: {
    readonly objects: number;
    readonly total: number;
    readonly sizeBytes: number;
  }) => void;
  readonly signal?: AbortSignal;
}

/** Bytes from `start` to `end`, both included, counted from 0. */
export interface ByteRange {
  readonly start?: number;
  readonly end?: number;
}

/** What an object may be written from. */
export type ObjectBody = string | Uint8Array | Readable;

/**
 * Objects by URI, the same over `gs://` and `file://`. Every method throws `StorageError`: `INVALID_URI`, `NOT_FOUND`,
 * `INVALID_NAME`, `DENIED`, `PRECONDITION_FAILED`, `UNAVAILABLE`, `FAILED`, with the URI and what was tried.
 */
export interface ObjectStore {
  read(uri: string): Promise<Uint8Array>;
  /** As UTF-8. */
  readText(uri: string): Promise<string>;
  readJson(uri: string): Promise<unknown>;
  readStream(uri: string, range?: ByteRange): Promise<Readable>;
  /** Text and facts of one generation of an object, or `undefined` where there is none. */
  find(uri: string): Promise<{ readonly text: string; readonly info: ObjectInfo } | undefined>;
  /** Replaces the object as a whole: a reader sees all of the old one or all of the new one. */
  write(uri: string, body: ObjectBody, options?: WriteOptions): Promise<ObjectInfo>;
  /** Writes what a local file holds. */
  writeFile(uri: string, path: string, options?: WriteOptions): Promise<ObjectInfo>;
  /** Objects whose URI starts with this text, by name. */
  list(prefixUri: string, options?: { readonly signal?: AbortSignal }): AsyncIterable<ObjectInfo>;
  /** What lies directly below a folder and has objects below it; URIs that end in `/`, by name. */
  listFolders(folderUri: string): AsyncIterable<string>;
  stat(uri: string): Promise<ObjectInfo | undefined>;
  exists(uri: string): Promise<boolean>;
  delete(uri: string, options?: DeleteOptions): Promise<void>;
  /** Between any two places, also of different schemes. */
  copy(fromUri: string, toUri: string, options?: WriteOptions): Promise<ObjectInfo>;
  /** Puts a folder's files below a URI. Symbolic links are left out. All are tried; failures are thrown together. */
  uploadFolder(dir: string, toUri: string, options?: FolderOptions): Promise<readonly ObjectInfo[]>;
  /** Puts the objects below a URI into a folder. A name that would leave it is refused: `INVALID_NAME`. */
  downloadFolder(fromUri: string, dir: string, options?: FolderOptions): Promise<readonly string[]>;
}

/** One kind of store, by parsed places. */
export interface Backend<Place> {
  read(place: Place, range?: ByteRange): Promise<Readable>;
  write(place: Place, body: ObjectBody, options: WriteOptions): Promise<ObjectInfo>;
  list(prefix: Place): AsyncIterable<ObjectInfo>;
  listFolders(folder: Place): AsyncIterable<string>;
  stat(place: Place): Promise<ObjectInfo | undefined>;
  delete(place: Place, options: DeleteOptions): Promise<void>;
}
