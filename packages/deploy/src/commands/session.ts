import { UsageError } from '@seatrial/cli';
import type { ContextOf } from '@seatrial/cli';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import type { ClusterHandle, ClusterProvider } from '../cluster-provider.js';
import { connect } from '../connect.js';
import type { KubeClient } from '../kube-client.js';
import type { HelmReleases } from '../releases.js';
import type { commonFlags } from './flags.js';

type Context = ContextOf<typeof commonFlags>;

/** What a command works with, and gives back at its end. */
export interface Session extends AsyncDisposable {
  readonly provider: ClusterProvider;
  readonly handle: ClusterHandle;
  /** Folder of this command alone: kubeconfig, helm's home. Removed at the end. */
  readonly dir: string;
  /** Connects to the cluster, which must be there. */
  kube(): Promise<KubeClient>;
  /** A helm of its own home for the cluster, which must be there. */
  helm(flag: string | undefined): Promise<HelmReleases>;
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
        const { createHelm, findHelm, findWorkspaceHelm } = await import('@seatrial/helm');
        const workspaceCopy = (): Promise<string | undefined> => findWorkspaceHelm({ signal });
        const binary = await findHelm({ env, signal, workspaceCopy, ...(flag === undefined ? {} : { flag }) });
        const onLine = (line: string): void => logger.debug('helm', { line });
        return createHelm({ binary, home: join(dir, 'helm'), kubeconfig, env, signal, onLine });
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function chooseProvider(
  { flags, env, cwd, clock, logger }: Context,
  closers: (() => void | Promise<void>)[],
): Promise<{ provider: ClusterProvider; handle: ClusterHandle }> {
  if (flags.provider === 'kubeconfig') {
    const { createKubeconfigProvider } = await import('../kubeconfig-provider.js');
    const paths = flags.kubeconfig ?? join(env['HOME'] ?? homedir(), '.kube', 'config');
    const kubeconfigPath = paths
      .split(delimiter)
      .map((path) => resolve(cwd, path))
      .join(delimiter);
    const context = flags.context === undefined ? {} : { context: flags.context };
    const provider = createKubeconfigProvider({ kubeconfigPath, ...context });
    return { provider, handle: provider.plan({ runId: '', expiresMs: 0 }) };
  }
  const { createGke, gkeOptionsFromEnv } = await import('@seatrial/gke');
  const { createGkeProvider } = await import('../gke-provider.js');
  const environment = gkeOptionsFromEnv(env);
  const project = flags.project ?? environment.project;
  const locations =
    flags.zone.length > 0 ? flags.zone : environment.location === undefined ? [] : [environment.location];
  const missing = [
    ...(project === undefined ? ['--project'] : []),
    ...(locations.length === 0 ? ['--zone'] : []),
    ...(flags.cluster === undefined ? ['--cluster'] : []),
  ];
  if (project === undefined || flags.cluster === undefined || locations.length === 0) {
    throw new UsageError(`missing for provider gke: ${missing.join(', ')}`, {
      hint: 'Give them, or take a cluster that is there with --provider kubeconfig.',
    });
  }
  const gke = createGke({ ...environment, clock, logger });
  closers.push(() => gke.close());
  const { accessToken } = environment;
  const user = accessToken === undefined ? {} : { user: { token: accessToken } };
  const provider = createGkeProvider({ gke, project, locations, ...user });
  const [location] = locations;
  const handle = {
    provider: 'gke',
    name: flags.cluster,
    project,
    locations: [...locations],
    ...(locations.length === 1 ? { location } : {}),
  };
  return { provider, handle: handle as ClusterHandle };
}
