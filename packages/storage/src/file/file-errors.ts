import { StorageError, type StorageErrorCode } from '../errors.js';
import { formatFileUri } from '../file-uri.js';

const CODES: Readonly<Record<string, StorageErrorCode>> = {
  ENOENT: 'NOT_FOUND',
  ENOTDIR: 'NOT_FOUND',
  EISDIR: 'NOT_FOUND', // a folder is no object
  EACCES: 'DENIED',
  EPERM: 'DENIED',
  EROFS: 'DENIED',
  EEXIST: 'PRECONDITION_FAILED',
  ENOSPC: 'UNAVAILABLE',
  EDQUOT: 'UNAVAILABLE',
  EIO: 'UNAVAILABLE',
};

/** A system error as a StorageError. Errors that are none, an abort's reason too, stay as they are. */
export function fileError(operation: string, path: string, error: unknown): unknown {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (error instanceof StorageError || code === undefined || code.startsWith('ABORT')) return error;
  const uri = formatFileUri({ path });
  const isInTheWay = code === 'EEXIST' && syscall === 'mkdir';
  const mapped =
    operation === 'write' && (isInTheWay || code === 'EISDIR' || code === 'ENOTDIR') ? 'FAILED' : CODES[code];
  return new StorageError(mapped ?? 'FAILED', `cannot ${operation} ${uri}: ${(error as Error).message}`, {
    cause: error,
    uri,
    path,
    operation,
  });
}
