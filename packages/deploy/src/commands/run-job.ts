import type { ContextOf } from '@seatrial/cli';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DeployError } from '../errors.js';
import { runCustomResourceTest } from '../resource-test.js';
import type { jobFlags } from './flags.js';
import { printVerdict, writeReport } from './report.js';
import { openSession } from './session.js';

/** Creates a custom resource, waits for its condition and deletes it. */
export async function runJob(context: ContextOf<typeof jobFlags>): Promise<number> {
  const { flags, cwd, clock, signal, logger } = context;
  const template = await readFile(resolve(cwd, flags.spec), 'utf8').catch((cause: Error) => {
    throw new DeployError('INVALID', `cannot read the template: ${cause.message}`, {
      cause,
      hint: 'Name a YAML file with --spec.',
    });
  });
  await using session = await openSession(context);
  const suite = await runCustomResourceTest({
    kube: await session.kube(),
    clock,
    signal,
    template,
    namespace: flags.namespace,
    params: { ...(flags.image === undefined ? {} : { image: flags.image }), ...flags.param },
    name: flags.name,
    condition: flags.condition,
    failureConditions: flags['failure-condition'],
    timeoutMs: flags['timeout-minutes'] * 60_000,
    newId: () => randomBytes(4).toString('hex'),
    onLine: (line) => logger.info(line),
  });
  const code = await printVerdict(context, suite);
  await writeReport(context, suite);
  return code;
}
