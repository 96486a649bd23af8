import { joinKey } from '../results.js';
import { describeArtifact } from './artifact-types.js';
import type { ArtifactObject, ArtifactTypeOptions } from './artifact-types.js';

/** What uploading a folder needs of an object store. */
export interface ArtifactStore {
  uploadFolder(
    dir: string,
    toUri: string,
    options: {
      readonly concurrency?: number;
      readonly compress?: readonly string[];
      readonly describe?: (file: UploadedFile) => Promise<ArtifactObject | undefined>;
      readonly onProgress?: (done: { readonly objects: number; readonly total: number }) => void;
      readonly signal?: AbortSignal;
    },
  ): Promise<readonly { readonly uri: string }[]>;
}

/** A file below the folder, `name` with slashes. */
export interface UploadedFile {
  readonly name: string;
  readHead(maxBytes?: number): Promise<Uint8Array>;
}

/** Options of {@link uploadArtifacts}. */
export interface UploadArtifactsOptions extends ArtifactTypeOptions {
  /** Objects at the same time. @default 16 */
  readonly concurrency?: number | undefined;
  /** Extensions of files to compress, or `*`, as Prow's `compress_file_types`. @default none */
  readonly compressFileTypes?: readonly string[] | undefined;
  /** Told of files that are not uploaded, or not as their name says. @default ignored */
  readonly onWarning?: (message: string, name: string) => void;
  readonly onProgress?: (done: { readonly objects: number; readonly total: number }) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Puts the files of a folder below `artifacts/` of a run, named and typed as Prow would. Of files that would be one object the
 * later ones, by name, are left out with a warning. Returns the objects' URIs. All files are tried; errors of the store pass
 * through.
 */
export async function uploadArtifacts(
  store: ArtifactStore,
  paths: { readonly dir: string; readonly runUri: string },
  options: UploadArtifactsOptions = {},
): Promise<readonly string[]> {
  const { concurrency = 16, compressFileTypes = [], mediaTypes, onWarning, onProgress, signal } = options;
  const taken = new Set<string>();
  const objects = await store.uploadFolder(paths.dir, joinKey(paths.runUri, 'artifacts'), {
    concurrency,
    compress: compressFileTypes,
    describe: async (file) => {
      const object = await describeFile(file, { mediaTypes }, onWarning);
      if (taken.has(object.name)) {
        onWarning?.('left out: another file has its place', file.name);
        return undefined;
      }
      taken.add(object.name);
      return object;
    },
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(signal === undefined ? {} : { signal }),
  });
  return objects.map(({ uri }) => uri);
}

/** A file that only claims to be compressed would be unreadable under the encoding: it keeps its name. */
async function describeFile(
  file: UploadedFile,
  options: ArtifactTypeOptions,
  onWarning: UploadArtifactsOptions['onWarning'],
): Promise<ArtifactObject> {
  const object = describeArtifact(file.name, options);
  if (object.contentEncoding === undefined) return object;
  const [first, second] = await file.readHead(2);
  if (first === 0x1f && second === 0x8b) return object;
  onWarning?.('uploaded as it is: its name says gzip, its content is not', file.name);
  return { name: file.name.replaceAll('#', '%23'), contentType: 'application/octet-stream' };
}
