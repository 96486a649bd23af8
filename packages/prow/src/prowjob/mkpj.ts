import { randomUUID } from 'node:crypto';
import type { CommandContext, ContextOf } from '@seatrial/cli';
import { createGithubClient } from '../github/github-client.js';
import type { GithubContext } from '../github/github-connection.js';
import { readGithubConnection } from '../github/github-connection.js';
import { createProwJob } from './create-prow-job.js';
import { findJob } from './find-job.js';
import type { mkpjFlags } from './mkpj-command.js';
import { printOrRun } from './print-or-run.js';
import { createAsk } from './prompt.js';
import { readConfig } from './read-config.js';
import type { RefSource } from './refs-under-test.js';
import { completeRefs } from './refs-under-test.js';

/** Prints the ProwJob of a configured job, or runs it. */
export async function mkpj(context: ContextOf<typeof mkpjFlags>): Promise<number> {
  const { clock, flags } = context;
  const config = await readConfig(context, flags['config-path'], flags['job-config-path']);
  const configured = findJob(config, flags.job);
  const refs = await completeRefs({ source: githubSource(context), ask: createAsk(context) }, configured, {
    baseRef: flags['base-ref'],
    baseSha: flags['base-sha'],
    pullNumber: flags['pull-number'],
    pullSha: flags['pull-sha'],
    pullAuthor: flags['pull-author'],
    pullHeadRef: flags['pull-head-ref'],
  });
  const job = createProwJob(configured, { refs, newId: randomUUID, startTimeMs: clock.now() });
  return printOrRun(context, job, { namespace: flags.namespace ?? config.prowJobNamespace });
}

// A token that cannot be read is no reason to fail where nothing is looked up.
function githubSource(context: CommandContext & GithubContext): RefSource {
  const client = async () => createGithubClient(await readGithubConnection(context));
  return {
    getPull: async (pull) => (await client()).getPull(pull),
    getRefSha: async (ref) => (await client()).getRefSha(ref),
  };
}
