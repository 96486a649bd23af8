import type { ContextOf } from '@seatrial/cli';
import { connectCluster } from './cluster.js';
import { formatYaml, withoutEmpty } from './format-prow-job.js';
import type { triggerFlags } from './kube-flags.js';
import type { ProwJob, ProwJobStatus } from './prow-job.js';
import { runProwJob } from './run-prow-job.js';

/**
 * Prints a ProwJob; with `--trigger-job` runs it instead and prints its status.
 *
 * @returns the exit code: 1 with `--fail-with-job` when it did not succeed.
 */
export async function printOrRun(
  context: ContextOf<typeof triggerFlags>,
  job: ProwJob,
  options: { readonly namespace?: string | undefined },
): Promise<number> {
  const { clock, cwd, env, flags, logger, signal } = context;
  if (!flags['trigger-job']) {
    await printObject(context, job);
    return 0;
  }
  const { kubeconfig, context: kubeContext, 'timeout-minutes': minutes } = flags;
  const cluster = await connectCluster({ clock }, { kubeconfig, context: kubeContext, cwd, env, ...options });
  const { status } = await runProwJob({ cluster, clock }, job, {
    signal,
    timeoutMs: minutes === undefined ? undefined : minutes * 60_000,
    onCreated: ({ metadata: { name, namespace }, spec }) =>
      logger.info('created the prowjob', { name, namespace, job: spec.job }),
    onChange: ({ state, description, url }) => logger.info(`the prowjob is in state ${state}`, { description, url }),
    onLeft: ({ metadata: { name, namespace } }) =>
      logger.warn('the prowjob may go on in the cluster', {
        // A patch may be YAML, which needs no quotes that a log would escape.
        abort: `kubectl -n ${namespace} patch prowjob ${name} --type merge -p 'status: {state: aborted}'`,
      }),
  });
  await printObject(context, status);
  return flags['fail-with-job'] && status.state !== 'success' ? 1 : 0;
}

async function printObject(context: ContextOf<typeof triggerFlags>, value: ProwJob | ProwJobStatus): Promise<void> {
  if (context.flags.json) context.printJson(withoutEmpty(value));
  else context.stdout.write(await formatYaml(value));
}
