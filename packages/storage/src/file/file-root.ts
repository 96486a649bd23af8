import { realpath } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { StorageError } from '../errors.js';
import { formatFileUri } from '../file-uri.js';

/** Where `file://` may go. */
export interface FileRoot {
  /**
   * @throws {StorageError} `INVALID_NAME` for a path outside, by its name or through a symbolic link that is there now.
   * Who may put links below the root while it is asked is trusted.
   */
  check(operation: string, path: string): Promise<void>;
}

/** A root that holds paths in; without one they go anywhere. */
export function createFileRoot(dir: string | undefined): FileRoot {
  if (dir === undefined) return { check: async () => {} };
  const root = resolve(dir);
  let real: Promise<string> | undefined;
  return {
    async check(operation, path) {
      if (!isWithin(root, resolve(path))) throw outside(operation, path, root);
      // Made by the first write, perhaps: until then its folder says where it will be.
      const realRoot = await (real ??= realpath(root).catch(() => {
        real = undefined;
        return realPathOf(root);
      }));
      if (!isWithin(realRoot, await realPathOf(resolve(path)))) throw outside(operation, path, root);
    },
  };
}

function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** Resolves links as far as the path is there; what is not, cannot be one. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const parent = dirname(path);
    if ((code !== 'ENOENT' && code !== 'ENOTDIR') || parent === path) throw error;
    return resolve(await realPathOf(parent), path.slice(parent.length).replace(/^[/\\]+/, ''));
  }
}

function outside(operation: string, path: string, root: string): StorageError {
  const uri = formatFileUri({ path });
  return new StorageError('INVALID_NAME', `cannot ${operation} ${uri}: it is not below ${root}`, {
    uri,
    path,
    operation,
    hint: 'Name a place below the root this store was given.',
  });
}
