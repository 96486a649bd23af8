import { resolve } from 'node:path';
import type { ClusterProvider } from './cluster-provider.js';
import { connect } from './connect.js';
import { DeployError } from './errors.js';
import { readKubeconfigContext, writePrivateFile } from './kubeconfig-file.js';

/** Whatever kubectl points at. */
export interface KubeconfigProviderOptions {
  /** A kubeconfig, or several as `KUBECONFIG` lists them. */
  readonly kubeconfigPath: string;
  /** @default the current context */
  readonly context?: string;
}

/**
 * A cluster that is there already. Nothing of the cluster is created or deleted, and the kubeconfig is only read: the
 * run gets a copy with the one context.
 */
export function createKubeconfigProvider(options: KubeconfigProviderOptions): ClusterProvider {
  const { kubeconfigPath, context } = options;
  return {
    name: 'kubeconfig',
    ownsCluster: false,
    plan: () => ({
      provider: 'kubeconfig',
      name: context ?? 'current-context',
      kubeconfigPath,
      ...(context === undefined ? {} : { context }),
    }),
    create: async (handle) => {
      const found = await readKubeconfigContext(kubeconfigPath, { context: handle.context });
      // The user may switch contexts during the run: from here on it is this one.
      return { ...handle, name: found.name, context: found.name, server: found.server };
    },
    kubeconfig: async (handle, path) => {
      if (kubeconfigPath.split(':').some((one) => resolve(one) === resolve(path))) {
        throw new DeployError('INVALID', `will not write to ${path}: it is the kubeconfig the cluster is taken from`, {
          hint: 'Name a file of the run.',
        });
      }
      const { text } = await readKubeconfigContext(kubeconfigPath, { context: handle.context });
      await writePrivateFile(path, text);
    },
    delete: async () => {},
    exists: async (handle, { signal }) => {
      const { name } = await readKubeconfigContext(kubeconfigPath, { context: handle.context });
      // Connecting reads one file only; of several, the one that has the context.
      for (const path of kubeconfigPath.split(':')) {
        const kube = await connect(path, { context: name }).catch(() => undefined);
        if (kube === undefined) continue;
        try {
          return (await kube.get({ apiVersion: 'v1', kind: 'Namespace', name: 'default' }, { signal })) !== undefined;
        } finally {
          kube.close();
        }
      }
      return false;
    },
  };
}
