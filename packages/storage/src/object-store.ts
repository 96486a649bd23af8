import type { Readable } from 'node:stream';

/** What a store knows of an object. */
export interface ObjectInfo {
  readonly uri: string;
  /** Name in the bucket, or absolute path of the file. */
  readonly name: string;
  /** Of what is stored: for a compressed object, of the compressed bytes. */
  readonly sizeBytes: number;
  /** Changes with every write; for `ifGenerationMatch`. Never `'0'`. */
  readonly generation: string;
  /** Milliseconds since the epoch. */
  readonly updatedMs: number;
  readonly contentType?: string;
  /** How the stored bytes are encoded. Reads decode `gzip` unless told otherwise. */
  readonly contentEncoding?: string;
  readonly cacheControl?: string;
  /** Custom metadata. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What is kept beside an object's bytes. */
export interface ObjectFacts {
  /** @default by the name's extension */
  readonly contentType?: string;
  /** Encoding the body has already, such as `gzip`: it is stored as it is, and reads decode it. */
  readonly contentEncoding?: string;
  /** `Cache-Control` of later reads. */
  readonly cacheControl?: string;
  /** Custom metadata. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface WriteOptions extends ObjectFacts {
  /**
   * Whether the body is compressed on its way, and `contentEncoding` set. One that is gzip already, or has a
   * `contentEncoding`, is left as it is. @default false
   */
  readonly gzip?: boolean;
  /** Write only over this generation; `'0'` only where nothing is. Else `PRECONDITION_FAILED`. */
  readonly ifGenerationMatch?: string;
  readonly signal?: AbortSignal;
}

export interface DeleteOptions {
  readonly ifGenerationMatch?: string;
  /** Whether a missing object is fine. @default false */
  readonly ignoreMissing?: boolean;
}

/** Bytes from `start` to `end`, both included, counted from 0. */
export interface ByteRange {
  readonly start?: number;
  readonly end?: number;
}

/** A range is one of stored bytes: of a compressed object, only with `raw`. */
export interface ReadOptions extends ByteRange {
  /** Gives the stored bytes, compressed if they are. @default false */
  readonly raw?: boolean;
  /** Only this generation; else `NOT_FOUND`. */
  readonly generation?: string;
  readonly signal?: AbortSignal;
}

export interface ListOptions {
  /** Whole URI: what sorts before it is left out. It need not exist. */
  readonly startAt?: string;
  readonly signal?: AbortSignal;
}

/** One line of a listing that does not go below the next `/`. */
export type ListEntry =
  | { readonly kind: 'object'; readonly uri: string; readonly info: ObjectInfo }
  /** `uri` ends in `/`. */
  | { readonly kind: 'folder'; readonly uri: string };

/** How far a transfer is. Totals are known from the start. */
export interface FolderProgress {
  /** Objects that have arrived. */
  readonly objects: number;
  /** All objects. */
  readonly total: number;
  /** Bytes of the objects that have arrived. */
  readonly sizeBytes: number;
  /** Bytes of all objects: of the files that go up, or as they are stored of those that come down. */
  readonly totalBytes: number;
}

export interface FolderOptions {
  /** Objects at the same time. @default 16 */
  readonly concurrency?: number;
  /** Called for each object that has arrived, in whatever order they do. */
  readonly onProgress?: (done: FolderProgress) => void;
  readonly signal?: AbortSignal;
}

/** A file that is about to be uploaded. */
export interface LocalFile {
  /** Absolute. */
  readonly path: string;
  /** Path below the folder, with `/` between its parts. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Its first bytes, at most `maxBytes`. @default 1025, more than what Prow takes for too small to compress */
  readHead(maxBytes?: number): Promise<Uint8Array>;
}

/** Where and as what a file is uploaded. */
export interface ObjectDescription extends ObjectFacts {
  /** Name below the URI. @default the file's name below the folder */
  readonly name?: string;
  /** Whether it is compressed on its way. @default as `compress` says */
  readonly gzip?: boolean;
}

export interface UploadFolderOptions extends FolderOptions {
  /**
   * Says what becomes of a file; `undefined` leaves it out. Called once a file, one after the other, in order of names,
   * before anything is sent. Two files of the same name are refused: `INVALID_NAME`.
   */
  readonly describe?: (file: LocalFile) => ObjectDescription | undefined | Promise<ObjectDescription | undefined>;
  /** Which files are taken, before `describe`. @default all */
  readonly filter?: (file: LocalFile) => boolean;
  /**
   * Extensions, without their dot, of files that are compressed on their way, or `'*'`: those of more than 1,024 bytes
   * that are not gzip already, as Prow's `compress_file_types` has it. @default none
   */
  readonly compress?: readonly string[];
  /** Only where nothing is, for every file. @default false */
  readonly createOnly?: boolean;
}

/** What an object may be written from. */
export type ObjectBody = string | Uint8Array | Readable;

/**
 * Objects by URI, the same over `gs://` and `file://`. Every method throws `StorageError`: `INVALID_URI`, `NOT_FOUND`,
 * `INVALID_NAME`, `DENIED`, `PRECONDITION_FAILED`, `UNAVAILABLE`, `FAILED`, with the URI and what was tried.
 */
export interface ObjectStore {
  read(uri: string, options?: ReadOptions): Promise<Uint8Array>;
  /** As UTF-8. */
  readText(uri: string): Promise<string>;
  readJson(uri: string): Promise<unknown>;
  readStream(uri: string, options?: ReadOptions): Promise<Readable>;
  /** Text and facts of one generation of an object, or `undefined` where there is none. */
  find(uri: string): Promise<{ readonly text: string; readonly info: ObjectInfo } | undefined>;
  /** Replaces the object as a whole: a reader sees all of the old one or all of the new one. */
  write(uri: string, body: ObjectBody, options?: WriteOptions): Promise<ObjectInfo>;
  /**
   * Writes what a local file holds when it is called: of one that grows meanwhile, so much as it was long. Facts that
   * `file://` keeps beside it hold unless others are given.
   */
  writeFile(uri: string, path: string, options?: WriteOptions): Promise<ObjectInfo>;
  /** Puts an object's decoded content into a local file, whole or not at all. Nothing is kept beside it. */
  downloadFile(uri: string, path: string, options?: { readonly signal?: AbortSignal }): Promise<ObjectInfo>;
  /** Objects whose URI starts with this text, by name. */
  list(prefixUri: string, options?: ListOptions): AsyncIterable<ObjectInfo>;
  /** Objects and folders whose URI starts with this text and goes to the next `/` at most, by name. */
  listLevel(prefixUri: string, options?: ListOptions): AsyncIterable<ListEntry>;
  /** What lies directly below a folder and has objects below it; URIs that end in `/`, by name. */
  listFolders(folderUri: string, options?: ListOptions): AsyncIterable<string>;
  stat(uri: string): Promise<ObjectInfo | undefined>;
  exists(uri: string): Promise<boolean>;
  delete(uri: string, options?: DeleteOptions): Promise<void>;
  /**
   * Between any two places, also of different schemes. Stored bytes stay as they are, and so do facts that are not given
   * anew.
   */
  copy(fromUri: string, toUri: string, options?: Omit<WriteOptions, 'gzip' | 'contentEncoding'>): Promise<ObjectInfo>;
  /** Puts a folder's files below a URI. Symbolic links are left out. All are tried; failures are thrown together. */
  uploadFolder(dir: string, toUri: string, options?: UploadFolderOptions): Promise<readonly ObjectInfo[]>;
  /**
   * Puts the objects below a URI into a folder, decoded. A name that would leave it is refused: `INVALID_NAME`.
   */
  downloadFolder(fromUri: string, dir: string, options?: FolderOptions): Promise<readonly string[]>;
}

/** An open object: its facts, and its bytes as they are stored, or a range of them. */
export interface OpenObject {
  readonly contentEncoding: string | undefined;
  readonly bytes: Readable;
}

/** One kind of store, by parsed places. Bodies and reads are of stored bytes: who calls encodes and decodes. */
export interface Backend<Place> {
  open(place: Place, options: ReadOptions): Promise<OpenObject>;
  write(place: Place, body: ObjectBody, options: Omit<WriteOptions, 'gzip'>): Promise<ObjectInfo>;
  /** `startAt` is a place of the same kind. */
  list(prefix: Place, options: { readonly startAt?: Place }): AsyncIterable<ObjectInfo>;
  listLevel(prefix: Place, options: { readonly startAt?: Place }): AsyncIterable<ListEntry>;
  stat(place: Place): Promise<ObjectInfo | undefined>;
  delete(place: Place, options: DeleteOptions): Promise<void>;
}
