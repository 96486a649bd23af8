import type { Clock } from './clock.js';
import type { Problem, TestCase } from './report.js';

/** A function to run as a test case. */
export interface FunctionCaseSpec<T> {
  readonly name: string;
  readonly className?: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly run: () => Promise<T>;
}

/** What became of it. */
export interface FunctionCase<T> {
  readonly case: TestCase;
  /** What the function returned; absent when it threw. */
  readonly result?: T;
  /** What it threw. */
  readonly error?: unknown;
}

/** Runs a function as a test case: returning is a pass, throwing a failure. Never throws what `run` threw. */
export async function runAsTestCase<T>(spec: FunctionCaseSpec<T>): Promise<FunctionCase<T>> {
  const { name, className, clock, run } = spec;
  const startedMs = clock.now();
  const finish = (problems: readonly Problem[]): TestCase => ({
    name,
    ...(className === undefined ? {} : { className }),
    durationSeconds: Math.max(0, clock.now() - startedMs) / 1000,
    problems,
  });
  try {
    const result = await run();
    return { case: finish([]), result };
  } catch (error) {
    return { case: finish([problemOf(error)]), error };
  }
}

/**
 * Describes a thrown value as a problem: its message, its code or class, and as text its `detail`, else its stack, with
 * its `hint`.
 */
export function problemOf(error: unknown): Problem {
  const facts = (typeof error === 'object' && error !== null ? error : {}) as Readonly<Record<string, unknown>>;
  const message = textOf(facts['message']) ?? (error instanceof Error ? error.name : String(error));
  const { code, detail, hint, stack, name } = facts;
  const body = textOf(detail) ?? (textOf(code) === undefined ? textOf(stack) : undefined) ?? message;
  const hinted = textOf(hint) === undefined ? [] : [`hint: ${String(hint)}`];
  const causes = causesOf(facts['cause']).map((cause) => `caused by: ${cause}`);
  const type = textOf(code) ?? textOf(name);
  return {
    // Not `error`: Gubernator takes a case with nothing but an error for a pass.
    kind: 'failure',
    message,
    ...(type === undefined ? {} : { type }),
    text: [body, ...causes, ...hinted].join('\n'),
  };
}

function causesOf(cause: unknown): readonly string[] {
  const causes: string[] = [];
  for (let next = cause; next instanceof Error && causes.length < 5; next = next.cause) causes.push(next.message);
  return causes;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
