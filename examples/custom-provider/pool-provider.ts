import { chmod, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterHandle, ClusterProvider } from '@seatrial/deploy';

/** Where the clusters are. */
export interface PoolProviderOptions {
  /** Folder with a kubeconfig for each cluster of the pool, `<cluster>.kubeconfig`. All who share the pool share it. */
  readonly dir: string;
  /** How often to look for a free cluster, in milliseconds. @default 1_000 */
  readonly pollMs?: number;
}

/**
 * Clusters out of a pool that is always there: a run takes a free one, and gives it back. Who has which stands in the
 * folder, as `<cluster>.lease` with the name of the run's cluster in it.
 */
export function createPoolProvider({ dir, pollMs = 1_000 }: PoolProviderOptions): ClusterProvider {
  const list = async (ending: string): Promise<string[]> =>
    (await readdir(dir)).filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length));
  const lease = (cluster: string): string => join(dir, `${cluster}.lease`);

  /** The cluster of the pool that a handle's run has. A lease goes while it is looked at: then it is nobody's. */
  const find = async ({ name }: ClusterHandle): Promise<string | undefined> => {
    for (const cluster of await list('.lease'))
      if ((await readFile(lease(cluster), 'utf8').catch(() => '')) === name) return cluster;
    return undefined;
  };

  /** Takes a free one: `wx` makes the file only where there is none, so two runs never get the same. */
  const take = async ({ name }: ClusterHandle): Promise<string | undefined> => {
    for (const cluster of await list('.kubeconfig')) {
      const taken = await writeFile(lease(cluster), name, { flag: 'wx' }).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return false;
          throw error;
        },
      );
      if (taken) return cluster;
    }
    return undefined;
  };

  return {
    name: 'pool',
    ownsCluster: true,
    // Written to the journal before anything is taken: so only of what is known by then.
    plan: ({ runId, part }) => ({ provider: 'pool', name: part === undefined ? runId : `${runId}-${part}` }),
    async create(handle, _request, { timeoutMs, signal, onProgress }) {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        signal?.throwIfAborted();
        const cluster = (await find(handle)) ?? (await take(handle));
        if (cluster !== undefined) return { ...handle, cluster };
        if (Date.now() + pollMs > deadline) throw new Error(`no cluster of ${dir} was free within ${timeoutMs} ms`);
        onProgress?.('all clusters of the pool are taken');
        await sleep(pollMs, undefined, signal === undefined ? {} : { signal });
      }
    },
    async kubeconfig(handle, path) {
      const cluster = await find(handle);
      if (cluster === undefined) throw new Error(`${handle.name} has no cluster of the pool`);
      await mkdir(dirname(path), { recursive: true });
      await copyFile(join(dir, `${cluster}.kubeconfig`), path);
      await chmod(path, 0o600);
    },
    async delete(handle) {
      const cluster = await find(handle);
      if (cluster !== undefined) await rm(lease(cluster), { force: true });
    },
    exists: async (handle) => (await find(handle)) !== undefined,
  };
}
