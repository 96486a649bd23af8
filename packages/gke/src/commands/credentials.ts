import { resolve } from 'node:path';
import type { CommandContext, ContextOf } from '@seatrial/cli';
import { gkeOptionsFromEnv } from '../environment.js';
import { GkeError } from '../errors.js';
import { createGke } from '../gke.js';
import type { KubeconfigUser } from '../kubeconfig.js';
import { writeKubeconfig } from '../kubeconfig.js';
import { formatExecCredential, readAccessToken } from '../token.js';
import type { credentialsFlags } from './flags.js';
import { needed } from './flags.js';

/** A token that was given is used as it is; else an exec plugin fetches fresh ones. */
export function kubeconfigUser(env: Readonly<Record<string, string | undefined>>): KubeconfigUser {
  const { accessToken } = gkeOptionsFromEnv(env);
  if (accessToken !== undefined) return { token: accessToken };
  return { exec: { command: 'seatrial-gke', args: ['exec-credential'] } };
}

/** Writes a kubeconfig for a cluster. */
export async function getCredentials(context: ContextOf<typeof credentialsFlags>): Promise<void> {
  const { flags, env, clock, logger, signal } = context;
  const environment = gkeOptionsFromEnv(env);
  const ref = {
    project: needed(flags.project ?? environment.project, 'project', 'CLOUDSDK_CORE_PROJECT'),
    location: needed(flags.zone ?? environment.location, 'zone', 'CLOUDSDK_COMPUTE_ZONE'),
    name: flags.cluster,
  };
  const gke = createGke({ ...environment, clock, logger });
  try {
    const cluster = await gke.findCluster(ref, { signal });
    if (cluster === undefined) {
      throw new GkeError('NOT_FOUND', `there is no cluster ${ref.name} in ${ref.location} of ${ref.project}`, {
        hint: 'List them: seatrial-gke list',
      });
    }
    const { token } = flags['static-token'] === true ? await readAccessToken(environment) : { token: undefined };
    const user = token === undefined ? kubeconfigUser(env) : { token };
    await writeKubeconfig({ cluster, path: resolve(context.cwd, flags.kubeconfig), user });
    context.print(flags.kubeconfig);
  } finally {
    await gke.close();
  }
}

/** Prints a token in the form kubectl asks an exec plugin for. */
export async function execCredential(context: CommandContext): Promise<void> {
  context.print(formatExecCredential(await readAccessToken(gkeOptionsFromEnv(context.env))));
}
