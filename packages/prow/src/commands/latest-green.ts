import type { ContextOf } from '@seatrial/cli';
import { createObjectStore, storeOptionsFromEnv } from '@seatrial/storage';
import { ProwError } from '../errors.js';
import { parseJobEnvironment } from '../job-environment.js';
import { revisionOf } from '../job.js';
import { latestGreenUri, moveLatestGreen, readLatestGreen } from '../latest-green.js';
import type { latestGreenFlags } from './latest-green-flags.js';

/** Prints the newest green commit, or records a newer one. */
export async function latestGreen(context: ContextOf<typeof latestGreenFlags>): Promise<number> {
  const { clock, cwd, env, flags, signal } = context;
  const store = createObjectStore({ ...storeOptionsFromEnv(env), cwd });
  if (!flags.move) {
    const uri = latestGreenUri(flags.green, flags.job ?? parseJobEnvironment(env).job);
    const green = await readLatestGreen(store, uri);
    if (green === undefined) {
      context.logger.warn('no green commit yet', { uri });
      return 1;
    }
    if (flags.json) context.printJson(green);
    else context.print(green.sha);
    return 0;
  }
  const { buildId, ...job } = parseJobEnvironment(env);
  const sha = revisionOf(job);
  if (sha === undefined || job.type !== 'postsubmit') {
    throw new ProwError('INVALID_ENVIRONMENT', 'only a postsubmit with a commit can be green', {
      hint: 'Run it in a postsubmit, or leave out --move to read.',
    });
  }
  const uri = latestGreenUri(flags.green, job.job);
  const moved = await moveLatestGreen(store, uri, { job: job.job, sha, buildId }, { clock, signal });
  if (flags.json) context.printJson({ uri, sha, moved: moved === 'moved' });
  else context.print(moved);
  return 0;
}
