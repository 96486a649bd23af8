import type { ContextOf } from '@seatrial/cli';
import type { TestSuite } from '@seatrial/junit';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CaseRunner } from '../case-runner.js';
import type { commonFlags } from './flags.js';

type Context = ContextOf<typeof commonFlags>;

/** Runs one step as a case; throws what the step throws, once it is recorded. */
export type Step = <T>(name: string, run: () => Promise<T>) => Promise<T>;

/**
 * Runs steps, each a case of the report, which is written however they end: a failure is recorded and raised.
 *
 * @throws what the first failing step throws.
 */
export async function runSteps(context: Context, suite: string, steps: (step: Step) => Promise<void>): Promise<void> {
  const { clock, logger } = context;
  const runner = new CaseRunner({ clock, className: suite });
  let failure: { readonly error: unknown } | undefined;
  const step: Step = async (name, run) => {
    logger.info('step begins', { step: name });
    const result = await runner.run(name, async () => {
      try {
        return { value: await run() };
      } catch (error) {
        failure = { error };
        throw error;
      }
    });
    if (result === undefined) throw failure?.error;
    return result.value;
  };
  const report = (): Promise<void> => writeReport(context, { name: suite, cases: runner.cases });
  try {
    await steps(step);
  } catch (error) {
    // What failed first is what is raised; that it could not be reported is said beside it.
    await report().catch((cause: Error) => logger.error('could not write the report', { reason: cause.message }));
    throw error;
  }
  await report();
}

/** Writes a report where `--junit-path` says; without it nothing. */
export async function writeReport(
  { flags, env, cwd, logger }: Context,
  ...suites: readonly TestSuite[]
): Promise<void> {
  const path = flags['junit-path'];
  if (path === undefined) return;
  const { formatReport } = await import('@seatrial/junit');
  const text = formatReport({ suites });
  if (path.startsWith('gs://') || path.startsWith('file://')) {
    const { createObjectStore, storeOptionsFromEnv } = await import('@seatrial/storage');
    await createObjectStore({ ...storeOptionsFromEnv(env), cwd }).write(path, text, { contentType: 'application/xml' });
  } else {
    await mkdir(dirname(resolve(cwd, path)), { recursive: true });
    await writeFile(resolve(cwd, path), text);
  }
  logger.info('report written', { path });
}

/** Prints the verdict on suites. @returns the exit code: 0 passed, 1 failed, 3 the cluster was at fault. */
export async function printVerdict(context: Context, ...suites: readonly TestSuite[]): Promise<number> {
  const [{ exitCodes }, { casesOf }] = await Promise.all([import('@seatrial/cli'), import('@seatrial/junit')]);
  // Of one test the suite's name says nothing that its cases do not.
  const named = [...casesOf(suites)].map(({ path, testCase }) => ({
    ...testCase,
    name: [...path.slice(suites.length === 1 ? 1 : 0), testCase.name].join(' / '),
  }));
  for (const { name, skipped, problems: own, durationSeconds = 0, flaky, attempts = [] } of named) {
    const state = own.length > 0 ? 'FAILED' : flaky === true ? 'flaky' : skipped === undefined ? 'passed' : 'skipped';
    const again = attempts.length === 0 ? '' : `, attempt ${attempts.length + 1}`;
    context.print(`${state.padEnd(7)} ${name} (${durationSeconds.toFixed(1)} s${again})`);
  }
  const problems = named.flatMap(({ name, problems }) => problems.map((problem) => ({ name, ...problem })));
  for (const { name, message = '', text = '' } of problems) context.print(`\n${name}: ${text === '' ? message : text}`);
  if (problems.length === 0) return exitCodes.success;
  return problems.some(({ kind }) => kind === 'failure') ? exitCodes.failed : exitCodes.infrastructure;
}
