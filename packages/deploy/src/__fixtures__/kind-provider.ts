import { execFile } from 'node:child_process';
import { chmod, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { ClusterProvider } from '@seatrial/deploy';

/** Clusters of kind (Kubernetes in Docker), by its command line. */
export function createKindProvider({ kind = 'kind' } = {}): ClusterProvider {
  const run = async (args: readonly string[], signal: AbortSignal | undefined): Promise<string> => {
    signal?.throwIfAborted();
    const { stdout } = await promisify(execFile)(kind, [...args], signal === undefined ? {} : { signal });
    return stdout;
  };
  const exists = async (name: string, signal: AbortSignal | undefined): Promise<boolean> =>
    (await run(['get', 'clusters'], signal)).split('\n').includes(name);
  return {
    name: 'kind',
    ownsCluster: true,
    plan: ({ runId, part }) => ({
      provider: 'kind',
      name: ['seatrial', runId, part].filter((one) => one !== undefined).join('-'),
    }),
    create: async (handle, _request, { signal, timeoutMs, onProgress }) => {
      if (!(await exists(handle.name, signal))) {
        onProgress?.(`kind create cluster --name ${handle.name}`);
        await run(['create', 'cluster', '--name', handle.name, '--wait', `${Math.ceil(timeoutMs / 1_000)}s`], signal);
      }
      return handle;
    },
    kubeconfig: async (handle, path, { signal }) => {
      await mkdir(dirname(path), { recursive: true });
      await run(['export', 'kubeconfig', '--name', handle.name, '--kubeconfig', path], signal);
      await chmod(path, 0o600);
    },
    delete: async (handle, { signal }) => {
      await run(['delete', 'cluster', '--name', handle.name], signal);
    },
    exists: async (handle, { signal }) => exists(handle.name, signal),
  };
}
