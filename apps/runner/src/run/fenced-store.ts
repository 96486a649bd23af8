import type { ObjectStore } from '@seatrial/storage';
import type { Lease } from './lease.js';

/**
 * A store whose objects are written only as long as the lease is held: writing rejects with why it was lost. Uploads that
 * go on meanwhile are aborted. Reading goes on.
 */
export function createFencedStore(store: ObjectStore, lease: Pick<Lease, 'signal' | 'confirm'>): ObjectStore {
  const fenced = async <T>(write: () => Promise<T>): Promise<T> => {
    await lease.confirm();
    return write();
  };
  const whileHeld = <Options extends { readonly signal?: AbortSignal }>(options: Options | undefined) => ({
    ...(options as Options),
    signal: options?.signal === undefined ? lease.signal : AbortSignal.any([options.signal, lease.signal]),
  });
  return {
    ...store,
    write: (uri, body, options) => fenced(() => store.write(uri, body, whileHeld(options))),
    writeFile: (uri, path, options) => fenced(() => store.writeFile(uri, path, whileHeld(options))),
    copy: (fromUri, toUri, options) => fenced(() => store.copy(fromUri, toUri, whileHeld(options))),
    uploadFolder: (dir, toUri, options) => fenced(() => store.uploadFolder(dir, toUri, whileHeld(options))),
    delete: (...args) => fenced(() => store.delete(...args)),
  };
}
