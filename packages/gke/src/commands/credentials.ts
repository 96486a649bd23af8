import { resolve } from 'node:path';
import type { CommandContext, ContextOf } from '@seatrial/cli';
import { gkeOptionsFromEnv } from '../environment.js';
import { GkeError } from '../errors.js';
import { execPluginUser } from '../exec-plugin.js';
import type { KubeconfigUser } from '../kubeconfig.js';
import { writeKubeconfig } from '../kubeconfig.js';
import { formatExecCredential, readAccessToken } from '../token.js';
import type { credentialsFlags, userFlags } from './flags.js';
import { clusterOf, withGke } from './session.js';

/** The exec plugin, or the token of now where that is asked for. */
export async function kubeconfigUser({
  flags,
  env,
}: Pick<ContextOf<typeof userFlags>, 'flags' | 'env'>): Promise<KubeconfigUser> {
  if (flags['static-token'] !== true) return execPluginUser({ command: flags['exec-command'], env });
  return { token: (await readAccessToken(gkeOptionsFromEnv(env))).token };
}

/** Writes a kubeconfig for a cluster. */
export async function getCredentials(context: ContextOf<typeof credentialsFlags>): Promise<void> {
  const { flags, signal, cwd } = context;
  await withGke(context, async ({ gke, environment }) => {
    const ref = clusterOf(flags, environment);
    const cluster = await gke.findCluster(ref, { signal });
    if (cluster === undefined) {
      throw new GkeError('NOT_FOUND', `there is no cluster ${ref.name} in ${ref.location} of ${ref.project}`, {
        hint: 'List them: seatrial-gke list',
      });
    }
    await writeKubeconfig({ cluster, path: resolve(cwd, flags.kubeconfig), user: await kubeconfigUser(context) });
    context.print(flags.kubeconfig);
  });
}

/** Prints a token in the form kubectl asks an exec plugin for. */
export async function execCredential(context: CommandContext): Promise<void> {
  context.print(formatExecCredential(await readAccessToken(gkeOptionsFromEnv(context.env))));
}
