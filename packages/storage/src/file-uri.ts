import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { StorageError } from './errors.js';

/** One place in a file system. */
export interface FileUri {
  readonly scheme: 'file';
  /** Absolute path. Ends in `/` where the URI does: then it is a folder. */
  readonly path: string;
}

const RELATIVE = /^file:\/\/(?<path>\.{1,2}(?:\/[^\r\n]*)?)$/;

/**
 * Parses `file:///PATH`, or `file://./PATH`, which starts at `cwd` (a form of this package: it is in no standard).
 *
 * @throws {StorageError} `INVALID_URI` when it is neither, or a relative one comes without `cwd`.
 */
export function parseFileUri(uri: string, options: { readonly cwd?: string } = {}): FileUri {
  const relative = RELATIVE.exec(uri)?.groups?.['path'];
  if (relative !== undefined) {
    if (options.cwd === undefined) throw invalid(uri, 'Write it as file:///PATH: there is no folder to start from.');
    return { scheme: 'file', path: keepSlash(resolve(options.cwd, relative), relative) };
  }
  try {
    const url = new URL(uri);
    if (url.protocol === 'file:' && url.search === '' && url.hash === '')
      return { scheme: 'file', path: fileURLToPath(url) };
  } catch {
    // Not a URL, or one with a host (ERR_INVALID_FILE_URL_HOST): the error below says what is wanted.
  }
  throw invalid(
    uri,
    'Write it as file:///PATH, or file://./PATH below the working directory; encode # and ? as %23 and %3F.',
  );
}

/** Inverse of {@link parseFileUri}, always absolute. */
export function formatFileUri({ path }: Pick<FileUri, 'path'>): string {
  return pathToFileURL(path).href;
}

function keepSlash(path: string, written: string): string {
  return written.endsWith('/') && !path.endsWith('/') ? `${path}/` : path;
}

function invalid(uri: string, hint: string): StorageError {
  return new StorageError('INVALID_URI', `not a file URI: ${JSON.stringify(uri)}`, { uri, hint });
}
