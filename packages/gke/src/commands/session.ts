import { UsageError } from '@seatrial/cli';
import type { CommandContext } from '@seatrial/cli';
import type { ClusterRef } from '../cluster.js';
import type { GkeEnvironment } from '../environment.js';
import { gkeOptionsFromEnv } from '../environment.js';
import type { Gke } from '../gke.js';
import { createGke } from '../gke.js';

/** What a command works with. */
export interface Session {
  readonly gke: Gke;
  readonly environment: GkeEnvironment;
}

/** Runs a command's work with a client, which is closed at its end. */
export async function withGke<T>(
  { env, clock, logger }: Pick<CommandContext, 'env' | 'clock' | 'logger'>,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const environment = gkeOptionsFromEnv(env);
  const gke = createGke({ ...environment, clock, logger });
  try {
    return await work({ gke, environment });
  } finally {
    await gke.close();
  }
}

/** The project of the flags or the environment. @throws {UsageError} without one */
export function projectOf(flags: { readonly project: string | undefined }, environment: GkeEnvironment): string {
  return needed(flags.project ?? environment.project, 'project', 'CLOUDSDK_CORE_PROJECT');
}

/** The cluster that flags and environment name. @throws {UsageError} for what is missing */
export function clusterOf(
  flags: { readonly project: string | undefined; readonly zone: string | undefined; readonly cluster: string },
  environment: GkeEnvironment,
): ClusterRef {
  return {
    project: projectOf(flags, environment),
    location: needed(flags.zone ?? environment.location, 'zone', 'CLOUDSDK_COMPUTE_ZONE'),
    name: flags.cluster,
  };
}

/** A flag that has no default but in the environment. @throws {UsageError} when it is not set. */
export function needed(value: string | undefined, flag: string, variable: string): string {
  if (value !== undefined && value !== '') return value;
  throw new UsageError(`--${flag} is missing`, { hint: `Give --${flag} or set ${variable}.` });
}
