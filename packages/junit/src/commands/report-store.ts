/** The part of an object store that these commands need. `@seatrial/storage`'s has this shape. */
export interface ReportStore {
  readStream(uri: string): Promise<AsyncIterable<Uint8Array>>;
  /** All objects whose URI starts with this text. */
  list(prefixUri: string): AsyncIterable<{ readonly uri: string }>;
  write(uri: string, text: string, options: { readonly contentType: string }): Promise<unknown>;
}

/** The surroundings that a store is opened from. */
export interface StoreSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly signal: AbortSignal;
}

/** Opens the store for URIs such as `gs://…`; called at the first one. */
export type OpenReportStore = (surroundings: StoreSurroundings) => Promise<ReportStore>;

/** A report that was found. */
export interface ReportFile {
  /** Path below the folder that was asked for, with slashes; of a file, its base name. */
  readonly name: string;
  /** What `open` takes. */
  readonly place: string;
}

/** What a path or URI stands for. */
export interface FoundFiles {
  /** Sorted by name. */
  readonly files: readonly ReportFile[];
  /** All below a folder or prefix, reports or not. */
  readonly isFolder: boolean;
}

/** Where reports are read and written. */
export interface ReportSource {
  find(place: string): Promise<FoundFiles>;
  /** A report's bytes. @throws {JunitError} `UNREADABLE`, `TOO_LARGE` */
  open(place: string): Promise<AsyncIterable<Uint8Array>>;
  write(place: string, xml: string): Promise<void>;
  /** Takes an earlier report away, so that nobody takes it for the one to come. */
  forget(place: string): Promise<void>;
}
