/** The part of an object store that records need. */
export interface RecordStore {
  /** `undefined` when there is no such object. */
  find(uri: string): Promise<{ readonly text: string; readonly info: { readonly generation: string } } | undefined>;
  stat(uri: string): Promise<{ readonly generation: string } | undefined>;
  write(uri: string, body: string | Uint8Array, options: RecordWriteOptions): Promise<unknown>;
  writeFile(uri: string, path: string, options: RecordWriteOptions): Promise<unknown>;
}

/** The part of an object store that a release needs: its records, and what it has published. */
export interface ReleaseStore extends RecordStore {
  /** Throws an error of code `NOT_FOUND` when there is no such object. */
  read(uri: string, options?: { readonly signal?: AbortSignal }): Promise<Uint8Array>;
  /** Objects whose URI starts with this. Throws an error of code `NOT_FOUND` when the bucket is not there. */
  list(
    prefixUri: string,
  ): AsyncIterable<{ readonly uri: string; readonly updatedMs: number; readonly sizeBytes?: number }>;
  /** URIs of what lies directly below a folder, each with a slash at its end. */
  listFolders(folderUri: string): AsyncIterable<string>;
  stat(uri: string): Promise<
    | {
        readonly generation: string;
        readonly sizeBytes?: number | undefined;
        readonly updatedMs?: number | undefined;
        readonly metadata?: Readonly<Record<string, string>> | undefined;
      }
    | undefined
  >;
}

/** How a record is written. */
export interface RecordWriteOptions {
  readonly contentType?: string;
  readonly cacheControl?: string;
  /** Generation that must be there; `0` for none. Else the write throws an error of code `PRECONDITION_FAILED`. */
  readonly ifGenerationMatch?: string;
}

/** Whether someone else wrote in between. */
export function isPreconditionFailed(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'PRECONDITION_FAILED';
}

/** `base/part/part` with one slash between each. */
export function joinUri(base: string, ...parts: readonly string[]): string {
  return [base.replace(/\/+$/, ''), ...parts].join('/');
}
