import { UsageError } from '@seatrial/cli';
import type { ContextOf } from '@seatrial/cli';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import type { ClusterHandle, ClusterProvider } from '../cluster-provider.js';
import type { clusterFlags } from './flags.js';

type Context = ContextOf<typeof clusterFlags>;

/** A provider, and which of its clusters. */
export interface ChosenCluster {
  readonly provider: ClusterProvider;
  readonly handle: ClusterHandle;
}

/**
 * The cluster that the flags name. Nothing is asked of it yet.
 *
 * @param closers gets what is to be called at the end.
 * @throws {UsageError} for flags that the provider needs.
 */
export async function chooseProvider(
  context: Context,
  closers: (() => void | Promise<void>)[],
): Promise<ChosenCluster> {
  switch (context.flags.provider) {
    case 'kubeconfig':
      return chooseKubeconfig(context);
    case 'sandbox':
      return chooseSandbox(context, closers);
    default:
      return chooseGke(context, closers);
  }
}

async function chooseKubeconfig({ flags, env, cwd }: Context): Promise<ChosenCluster> {
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

async function chooseSandbox(
  { flags, env, clock, logger }: Context,
  closers: (() => void | Promise<void>)[],
): Promise<ChosenCluster> {
  if (!env['SEATRIAL_GKE_ENDPOINT']) {
    throw new UsageError('there is no sandbox: SEATRIAL_GKE_ENDPOINT is not set', {
      hint: 'Start one with `seatrial-sandbox up`, and take over what `seatrial-sandbox env` prints.',
    });
  }
  const { createSandboxProvider } = await import('../sandbox-provider.js');
  const [location] = flags.zone;
  const where = location === undefined ? {} : { location };
  const provider = createSandboxProvider({ sandbox: async () => env, clock, logger, ...where });
  closers.push(() => provider[Symbol.asyncDispose]());
  const planned = provider.plan({ runId: 'trial', expiresMs: 0 });
  return { provider, handle: { ...planned, name: flags.cluster ?? planned.name } };
}

async function chooseGke(
  { flags, env, clock, logger }: Context,
  closers: (() => void | Promise<void>)[],
): Promise<ChosenCluster> {
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
