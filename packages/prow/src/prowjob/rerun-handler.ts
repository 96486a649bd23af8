import { randomUUID } from 'node:crypto';
import type { ContextOf } from '@seatrial/cli';
import { UsageError } from '@seatrial/cli';
import { connectCluster } from './cluster.js';
import { printOrRun } from './print-or-run.js';
import type { ProwJob } from './prow-job.js';
import { readConfig } from './read-config.js';
import { isFileName, readProwJobFile } from './read-prow-job.js';
import type { rerunFlags } from './rerun-command.js';
import { rerunLatest, rerunProwJob } from './rerun.js';

/** Prints a new ProwJob of an old one, or runs it. */
export async function rerun(context: ContextOf<typeof rerunFlags>): Promise<number> {
  const { clock, flags } = context;
  const { mode, 'config-path': configPath } = flags;
  if (mode === 'latest' && configPath === undefined) {
    throw new UsageError('--mode latest needs the config', { hint: 'Give --config-path.' });
  }
  const old = await readOld(context);
  const options = { newId: randomUUID, startTimeMs: clock.now() };
  const job =
    configPath === undefined || mode === 'original'
      ? rerunProwJob(old, options)
      : rerunLatest(old, await readConfig(context, configPath, flags['job-config-path']), options);
  return printOrRun(context, job, { namespace: flags.namespace ?? old.metadata.namespace });
}

async function readOld({
  args,
  clock,
  cwd,
  env,
  flags,
  signal,
  stdin,
}: ContextOf<typeof rerunFlags>): Promise<ProwJob> {
  const [name = ''] = args;
  if (isFileName(name)) return readProwJobFile(name, { cwd, stdin });
  const { kubeconfig, context, namespace } = flags;
  const cluster = await connectCluster({ clock }, { kubeconfig, context, namespace, cwd, env });
  return cluster.get(name, { signal });
}
