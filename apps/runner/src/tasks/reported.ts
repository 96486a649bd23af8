import type { Json, TaskContext } from '@seatrial/pipeline';
import { type Problem, type TestSuite, verdictOf } from '@seatrial/junit';
import { RunnerError } from '../errors.js';
import type { Trial } from '../trial.js';

/** What a task that is a test itself hands back besides its output: cases of its own. */
export interface Reported<Output> {
  readonly output: Output;
  /** Cases to report in place of the one that stands for the task. */
  readonly suite?: TestSuite;
}

/** Lines of a failing test's text that an error repeats. */
const DETAIL_LINES = 30;

/**
 * Runs a task's body and writes `artifacts/junit_<task>.xml` of it, whatever became of it.
 *
 * A body that throws is reported as a failing case with the error and the last lines of the
 * task's log. A suite with failures fails the task with `TESTS_FAILED`.
 */
export async function reported<Output extends Json | void>(
  trial: Trial,
  context: TaskContext<unknown>,
  body: () => Promise<Reported<Output>>,
): Promise<Output> {
  const { name } = context;
  const startedMs = trial.clock.now();
  const write = (problems: readonly Problem[]): Promise<void> =>
    trial.results.report(name, {
      name: 'seatrial',
      timestamp: new Date(startedMs).toISOString(),
      cases: [
        { name, className: trial.config.name, durationSeconds: (trial.clock.now() - startedMs) / 1_000, problems },
      ],
    });
  let result: Reported<Output>;
  try {
    result = await body();
  } catch (error) {
    await write([problemOf(error, trial.results.log.tail(name))]).catch((reportError: unknown) => {
      throw new AggregateError([error, reportError], messageOf(error));
    });
    throw error;
  }
  const { suite, output } = result;
  if (suite === undefined) {
    await write([]);
    return output;
  }
  await trial.results.report(name, { timestamp: new Date(startedMs).toISOString(), ...suite });
  const verdict = verdictOf({ suites: [suite] });
  if (!verdict.passed) {
    const [first] = verdict.failed;
    const count = verdict.failures + verdict.errors;
    throw new RunnerError(
      'TESTS_FAILED',
      `${count} of ${verdict.tests} failed: ${first?.name ?? name}: ${first?.message ?? ''}`,
      {
        detail: (first?.text ?? '').trim().split('\n').slice(-DETAIL_LINES).join('\n'),
      },
    );
  }
  return output;
}

/** A junit problem with the reason first, then what the error carries, then the task's last lines. */
function problemOf(error: unknown, tail: readonly string[]): Problem {
  const { detail, hint, code } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const parts = [
    messageOf(error),
    typeof detail === 'string' ? detail : '',
    typeof hint === 'string' ? `hint: ${hint}` : '',
    tail.length > 0 ? `last lines of the log:\n${tail.join('\n')}` : '',
  ];
  return {
    kind: 'failure',
    message: messageOf(error),
    ...(typeof code === 'string' ? { type: code } : {}),
    text: parts.filter((part) => part !== '').join('\n\n'),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
