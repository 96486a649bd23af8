import type { Problem, TestCase } from '@seatrial/junit';
import type { Clock } from './limits.js';
import { cut } from './text.js';

const MAX_TEXT = 256 * 1024;

/** Runs the parts of a test one after the other, each as a case; after one that failed, those that need it are skipped. */
export class CaseRunner {
  readonly cases: TestCase[] = [];
  readonly #clock: Clock;
  readonly #className: string;
  readonly #signal: AbortSignal | undefined;

  constructor(options: {
    readonly clock: Clock;
    readonly className: string;
    readonly signal?: AbortSignal | undefined;
  }) {
    this.#clock = options.clock;
    this.#className = options.className;
    this.#signal = options.signal;
  }

  /**
   * Runs one part. An error becomes the case's problem: `failure` when the thing under test is at fault, `error` when
   * the cluster is. An abort is neither, and is thrown.
   *
   * @returns what it returned; `undefined` when it failed.
   */
  async run<T>(
    name: string,
    part: (output: (line: string) => void) => Promise<T>,
    describe: (error: unknown) => Promise<string> = async () => '',
  ): Promise<T | undefined> {
    const start = this.#clock.now();
    const output: string[] = [];
    const problems: Problem[] = [];
    let result: T | undefined;
    try {
      result = await part((line) => output.push(line));
    } catch (error) {
      this.#signal?.throwIfAborted();
      problems.push(await problemOf(error, describe));
    }
    const systemOut = output.length === 0 ? {} : { systemOut: cut(output.join('\n'), MAX_TEXT) };
    const durationSeconds = (this.#clock.now() - start) / 1_000;
    this.cases.push({ name, className: this.#className, durationSeconds, problems, ...systemOut });
    return problems.length === 0 ? result : undefined;
  }

  skip(name: string, message: string): void {
    this.cases.push({ name, className: this.#className, problems: [], skipped: { message } });
  }
}

async function problemOf(error: unknown, describe: (error: unknown) => Promise<string>): Promise<Problem> {
  const { name, message, code, detail, infrastructure } = error as Partial<Error> & {
    readonly code?: string;
    readonly detail?: string;
    readonly infrastructure?: boolean;
  };
  let more: string;
  try {
    more = await describe(error);
  } catch (cause) {
    more = `could not find out more: ${(cause as Error).message}`;
  }
  const text = [message ?? String(error), more, detail ?? ''].filter((part) => part !== '').join('\n\n');
  return {
    kind: infrastructure === true ? 'error' : 'failure',
    message: message ?? String(error),
    type: code ?? name ?? 'Error',
    text: cut(text, MAX_TEXT),
  };
}
