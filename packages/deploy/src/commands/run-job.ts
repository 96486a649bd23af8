import type { ContextOf } from '@seatrial/cli';
import { runCustomResourceTest } from '../resource-test.js';
import type { ResourceExpectations } from '../resource-test.js';
import { runTests } from '../run-tests.js';
import type { jobFlags } from './flags.js';
import { printVerdict, writeReport } from './report.js';
import { openSession } from './session.js';
import { newId, readTemplate, templateParams } from './template.js';

/** Creates a custom resource, waits for its condition, looks at what it brought about and deletes it. */
export async function runJob(context: ContextOf<typeof jobFlags>): Promise<number> {
  const { flags, cwd, clock, signal, logger } = context;
  const template = await readTemplate(cwd, flags.spec);
  await using session = await openSession(context);
  const kube = await session.kube();
  const suites = await runTests(
    [
      {
        name: flags.name,
        timeoutMs: flags['timeout-minutes'] * 60_000,
        run: (attempt) =>
          runCustomResourceTest({
            ...attempt,
            kube,
            clock,
            template,
            newId,
            namespace: flags.namespace,
            params: templateParams(flags),
            name: flags.name,
            condition: flags.condition,
            failureConditions: flags['failure-condition'],
            expect: expectations(flags['expect-pod'], flags['expect-service']),
          }),
      },
    ],
    { clock, signal, retries: flags.retries, onLine: (line) => logger.info(line) },
  );
  const code = await printVerdict(context, ...suites);
  await writeReport(context, ...suites);
  return code;
}

function expectations(
  pod: Readonly<Record<string, string>>,
  service: Readonly<Record<string, string>>,
): ResourceExpectations {
  const some = (labels: Readonly<Record<string, string>>) =>
    Object.keys(labels).length === 0 ? undefined : [{ labels }];
  const [pods, services] = [some(pod), some(service)];
  return { ...(pods === undefined ? {} : { pods }), ...(services === undefined ? {} : { services }) };
}
