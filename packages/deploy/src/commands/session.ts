import type { ContextOf } from '@seatrial/cli';
import type { Helm } from '@seatrial/helm';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterHandle, ClusterProvider } from '../cluster-provider.js';
import { connect } from '../connect.js';
import type { KubeClient } from '../kube-client.js';
import type { HelmReleases } from '../releases.js';
import type { clusterFlags } from './flags.js';
import { chooseProvider } from './provider.js';

type Context = ContextOf<typeof clusterFlags>;

/** What a command works with, and gives back at its end. */
export interface Session extends AsyncDisposable {
  readonly provider: ClusterProvider;
  readonly handle: ClusterHandle;
  /** Folder of this command alone: kubeconfig, helm's home. Removed at the end. */
  readonly dir: string;
  /** Connects to the cluster, which must be there. */
  kube(): Promise<KubeClient>;
  /** A helm of its own home for the cluster, which must be there. @param flag path of the binary */
  helm(flag: string | undefined): Promise<HelmReleases>;
  /** A helm for registries, which needs no cluster. @param flag path of the binary */
  registryHelm(flag: string | undefined): Promise<Pick<Helm, 'pull'>>;
}

/**
 * Opens a session on the cluster the flags name. Nothing is asked of the cluster yet.
 *
 * @throws {UsageError} for flags the provider needs.
 */
export async function openSession(context: Context): Promise<Session> {
  const { env, signal, clock, logger } = context;
  const dir = await mkdtemp(join(tmpdir(), 'seatrial-deploy-'));
  const closers: (() => void | Promise<void>)[] = [() => rm(dir, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const closer of closers.reverse()) await closer();
  };
  try {
    const { provider, handle } = await chooseProvider(context, closers);
    const kubeconfig = join(dir, 'kubeconfig');
    const openHelm = async (flag: string | undefined, forCluster: string | undefined): Promise<Helm> => {
      const { createHelm, findHelm, findWorkspaceHelm } = await import('@seatrial/helm');
      const workspaceCopy = (): Promise<string | undefined> =>
        findWorkspaceHelm({ signal, onProgress: (text) => logger.info(text) });
      const binary = await findHelm({ env, signal, workspaceCopy, ...(flag === undefined ? {} : { flag }) });
      const onLine = (line: string): void => logger.debug('helm', { line });
      return createHelm({ binary, home: join(dir, 'helm'), kubeconfig: forCluster, env, signal, onLine });
    };
    let written: Promise<void> | undefined;
    const writeOnce = (): Promise<void> =>
      (written ??= provider.kubeconfig(handle, kubeconfig, { timeoutMs: 120_000, signal }));
    return {
      provider,
      handle,
      dir,
      kube: async () => {
        await writeOnce();
        const kube = await connect(kubeconfig, { clock });
        closers.push(() => kube.close());
        return kube;
      },
      helm: async (flag) => {
        await writeOnce();
        return openHelm(flag, kubeconfig);
      },
      registryHelm: (flag) => openHelm(flag, undefined),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
