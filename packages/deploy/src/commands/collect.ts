import type { ContextOf } from '@seatrial/cli';
import { resolve } from 'node:path';
import { collect as collectFrom } from '../collect.js';
import { DeployError } from '../errors.js';
import { within } from '../limits.js';
import type { collectFlags } from './flags.js';
import { runSteps } from './report.js';
import { openSession } from './session.js';

const MiB = 1024 * 1024;

/** Writes logs, events and objects of namespaces into a folder. */
export async function collect(context: ContextOf<typeof collectFlags>): Promise<void> {
  const { flags, cwd, clock, logger } = context;
  await using session = await openSession(context);
  const kube = await session.kube();
  const minutes = flags['timeout-minutes'];
  const onTimeout = (): DeployError => new DeployError('TIMEOUT', `collecting was not done within ${minutes} minutes`);
  const limits = { timeoutMs: minutes * 60_000, signal: context.signal, onTimeout };
  await runSteps(context, 'deploy collect', async (step) => {
    const { files, problems } = await step('collect', () =>
      within(clock, limits, (signal) =>
        collectFrom({
          kube,
          signal,
          namespaces: [flags.namespace, ...flags['also-namespace']],
          dir: resolve(cwd, flags.out),
          maxLogBytes: Math.ceil(flags['max-log-mib'] * MiB),
          maxTotalBytes: Math.ceil(flags['max-total-mib'] * MiB),
          maxParallel: flags['max-parallel'],
        }),
      ),
    );
    for (const problem of problems) logger.warn('left out', { problem });
    if (flags.json) context.printJson({ files, problems });
    else context.print(`${files.length} files in ${flags.out}`);
  });
}
