import { access } from 'node:fs/promises';
import type { Finished } from '../finished.js';
import { joinKey, writeFinished } from '../results.js';
import type { ResultWriter } from '../results.js';
import { uploadArtifacts } from './upload-artifacts.js';
import type { ArtifactStore, UploadArtifactsOptions } from './upload-artifacts.js';

/** What uploading a run needs of an object store. */
export interface RunUploadStore extends ArtifactStore, ResultWriter {
  writeFile(
    uri: string,
    path: string,
    options: { readonly contentType?: string; readonly signal?: AbortSignal },
  ): Promise<unknown>;
}

const plain = 'text/plain; charset=utf-8';

/**
 * Uploads what a run leaves behind, in an order that readers can rely on: all artifacts, then the log, then `finished.json`.
 *
 * When artifacts fail the log is uploaded all the same, `finished.json` is not, since it would promise what is not there, and
 * the error is thrown. To repeat it all is safe. A log that cannot be read becomes a line that says so, as with Prow's sidecar.
 */
export async function uploadRun(
  store: RunUploadStore,
  runUri: string,
  options: UploadArtifactsOptions & {
    /** Folder of the artifacts. */
    readonly dir: string;
    /** File of the log. Without it there is no `build-log.txt`. */
    readonly buildLogPath?: string;
    /** Without it the run stays open. */
    readonly finished?: Finished;
  },
): Promise<{ readonly artifacts: readonly string[] }> {
  const { dir, buildLogPath, finished, signal } = options;
  const [uploaded] = await Promise.allSettled([uploadArtifacts(store, { dir, runUri }, options)]);
  signal?.throwIfAborted();
  if (buildLogPath !== undefined) await writeBuildLog(store, joinKey(runUri, 'build-log.txt'), buildLogPath, signal);
  if (uploaded.status === 'rejected') throw uploaded.reason;
  if (finished !== undefined) await writeFinished(store, runUri, finished, { signal });
  return { artifacts: uploaded.value };
}

async function writeBuildLog(
  store: RunUploadStore,
  uri: string,
  path: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const options = { contentType: plain, ...(signal === undefined ? {} : { signal }) };
  const unreadable = await access(path).then(
    () => undefined,
    (error: unknown) => String((error as { readonly code?: unknown }).code),
  );
  if (unreadable === undefined) await store.writeFile(uri, path, options);
  else await store.write(uri, `the log of the run could not be read: ${unreadable}\n`, options);
}
