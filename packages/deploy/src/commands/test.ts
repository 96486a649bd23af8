import { UsageError } from '@seatrial/cli';
import type { ContextOf } from '@seatrial/cli';
import { basename, resolve } from 'node:path';
import { runCommandTest } from '../command-test.js';
import { runHelmTest } from '../helm-test.js';
import { runCustomResourceTest } from '../resource-test.js';
import { runTests } from '../run-tests.js';
import type { TrialTest } from '../run-tests.js';
import { readBuildInfo } from './build-info.js';
import type { testFlags } from './flags.js';
import { printVerdict, writeReport } from './report.js';
import { openSession } from './session.js';
import type { Session } from './session.js';
import { newId, readTemplate, templateParams } from './template.js';

type Context = ContextOf<typeof testFlags>;

/** Runs the chart's test hooks, custom resources and a program, several at a time. */
export async function test(context: Context): Promise<number> {
  const { flags, clock, signal, logger } = context;
  await using session = await openSession(context);
  const tests = await listTests(context, session);
  if (tests.length === 0) {
    throw new UsageError('there is nothing to test', {
      hint: 'Leave out --no-helm-test, name templates with --spec, or write a program after --.',
    });
  }
  const suites = await runTests(tests, {
    clock,
    signal,
    maxParallel: flags['max-parallel'],
    retries: flags.retries,
    onLine: (line) => logger.info(line),
  });
  const code = await printVerdict(context, ...suites);
  await writeReport(context, ...suites);
  return code;
}

async function listTests(context: Context, session: Session): Promise<readonly TrialTest[]> {
  const { flags, args, rest, cwd, env, clock } = context;
  if (args.length > 0) {
    throw new UsageError(`unexpected argument ${args[0]}`, { hint: 'Write the program and its arguments after --.' });
  }
  const { namespace, release } = flags;
  const timeoutMs = flags['timeout-minutes'] * 60_000;
  const facts = flags['build-info'] === undefined ? {} : await readBuildInfo(resolve(cwd, flags['build-info']));
  const image = flags.image ?? facts.image;
  // First, so that a mistyped name costs nothing.
  const templates = await Promise.all(
    flags.spec.map(async (path) => ({
      name: basename(path).replace(/\.ya?ml$/, ''),
      template: await readTemplate(cwd, path),
    })),
  );
  const kube = await session.kube();
  const helm = flags['helm-test'] ? await session.helm(flags.helm) : undefined;
  return [
    ...(helm === undefined
      ? []
      : [
          {
            name: 'helm test',
            timeoutMs,
            run: (attempt) => runHelmTest({ ...attempt, helm, kube, clock, release, namespace }),
          } satisfies TrialTest,
        ]),
    ...templates.map(({ name, template }): TrialTest => ({
      name,
      timeoutMs,
      run: (attempt) =>
        runCustomResourceTest({
          ...attempt,
          kube,
          clock,
          name,
          template,
          namespace,
          newId,
          params: templateParams({ image, param: flags.param }),
          condition: flags.condition,
          failureConditions: flags['failure-condition'],
        }),
    })),
    ...(rest.length === 0
      ? []
      : [
          {
            name: flags.name,
            timeoutMs,
            run: (attempt) =>
              runCommandTest({
                ...attempt,
                name: flags.name,
                command: rest,
                cwd,
                env,
                clock,
                kubeconfig: kube.kubeconfig,
                artifacts: resolve(cwd, flags.artifacts),
                facts: { ...facts, image, namespace, release },
              }),
          } satisfies TrialTest,
        ]),
  ];
}
