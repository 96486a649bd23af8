import type { ContextOf } from '@seatrial/cli';
import { formatJobEnvironment } from '../environment-variables.js';
import { parseJobEnvironment } from '../job-environment.js';
import { revisionOf } from '../job.js';
import type { envFlags } from './env-flags.js';

/** Prints what job this is. */
export async function env(context: ContextOf<typeof envFlags>): Promise<void> {
  const job = parseJobEnvironment(context.env, { strict: context.flags.strict });
  for (const warning of job.warnings) context.logger.warn('contradiction in the job environment', { warning });
  if (context.flags.json) {
    context.printJson({ ...job, revision: revisionOf(job) });
    return;
  }
  for (const [name, value] of Object.entries(formatJobEnvironment(job))) context.print(`${name}=${value}`);
}
