import { clusterName, createGke, gkeOptionsFromEnv } from '@seatrial/gke';
import type { Gke, Logger } from '@seatrial/gke';
import type { ClusterHandle, ClusterProvider } from './cluster-provider.js';
import { DeployError } from './errors.js';
import { createGkeProvider } from './gke-provider.js';
import { systemClock } from './limits.js';
import type { Clock } from './limits.js';

/** Which sandbox, and where in it. */
export interface SandboxProviderOptions {
  /**
   * Gives the sandbox's environment, starting one if need be: called once, at the first use. Of `@seatrial/sandbox` it is
   * `env` of what `startSandbox` returns, so nothing here depends on it.
   */
  readonly sandbox: () => Promise<Readonly<Record<string, string | undefined>>>;
  /** Zone of the clusters. @default 'us-central1-a' */
  readonly location?: string;
  /** Fields of every cluster; a request's own win. */
  readonly cluster?: Readonly<Record<string, unknown>>;
  readonly clock?: Clock;
  /** @default silent */
  readonly logger?: Logger;
}

/** {@link ClusterProvider} that holds connections. */
export interface SandboxProvider extends ClusterProvider {
  /** Ends the connections; the sandbox is its owner's to close. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Clusters of a sandbox, a local cloud on loopback: made and deleted through the sandbox's GKE API by the same client that
 * asks the real one. They end with their sandbox, so a handle of an earlier one is of a cluster that is gone.
 *
 * @throws {DeployError} `INVALID` at the first use when the environment names no sandbox.
 */
export function createSandboxProvider(options: SandboxProviderOptions): SandboxProvider {
  const { location = 'us-central1-a', clock = systemClock } = options;
  let opened: Promise<{ readonly gke: Gke; readonly provider: ClusterProvider }> | undefined;
  const open = async () => {
    const env = await options.sandbox();
    const { project = 'sandbox', accessToken, endpoint } = gkeOptionsFromEnv(env);
    if (endpoint === undefined) {
      throw new DeployError('INVALID', 'the environment names no sandbox: SEATRIAL_GKE_ENDPOINT is not set', {
        hint: 'Start one with `seatrial sandbox up` and take over what `seatrial sandbox env` prints.',
      });
    }
    const token = accessToken === undefined ? {} : { accessToken };
    const logger = options.logger === undefined ? {} : { logger: options.logger };
    const gke = createGke({ endpoint, ...token, ...logger, clock });
    const user = accessToken === undefined ? {} : { user: { token: accessToken } };
    const cluster = options.cluster === undefined ? {} : { cluster: options.cluster };
    return { gke, provider: createGkeProvider({ gke, project, locations: [location], ...user, ...cluster }) };
  };
  const inner = async (): Promise<ClusterProvider> => (await (opened ??= open())).provider;
  // The inner provider knows its own handles only by their fields.
  const ours = (handle: ClusterHandle): ClusterHandle => ({ ...handle, provider: 'sandbox' });
  return {
    name: 'sandbox',
    ownsCluster: true,
    plan: ({ runId, part }) => ({
      provider: 'sandbox',
      name: clusterName({ runId, ...(part === undefined ? {} : { part }) }),
      location,
      locations: [location],
    }),
    create: async (handle, request, limits) => ours(await (await inner()).create(handle, request, limits)),
    kubeconfig: async (handle, path, limits) => (await inner()).kubeconfig(handle, path, limits),
    delete: async (handle, limits) => (await inner()).delete(handle, limits),
    exists: async (handle, limits) => (await inner()).exists(handle, limits),
    [Symbol.asyncDispose]: async () => {
      if (opened !== undefined) await (await opened.catch(() => undefined))?.gke.close(); // its users have the error
    },
  };
}
