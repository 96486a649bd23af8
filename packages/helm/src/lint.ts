import { HelmError } from './errors.js';
import type { HelmOutcome } from './helm-process.js';

/** One finding of `helm lint`. */
export interface LintMessage {
  readonly severity: 'info' | 'warning' | 'error';
  /** File or folder in the chart; may be empty. */
  readonly path: string;
  readonly text: string;
}

/** What `helm lint` found. */
export interface LintReport {
  readonly passed: boolean;
  readonly messages: readonly LintMessage[];
  /** The whole output. */
  readonly output: string;
}

/** Reads the output of `helm lint`. @throws {HelmError} `FAILED` when helm ended otherwise than with a lint result. */
export function parseLint(run: HelmOutcome & { readonly task: string }): LintReport {
  const output = run.stdout;
  if (!/^==> Linting /m.test(output) || (run.exitCode !== 0 && run.exitCode !== 1)) {
    throw new HelmError('FAILED', `${run.task}: helm did not lint`, {
      childExitCode: run.exitCode,
      stderr: run.stderr,
      detail: run.tail,
    });
  }
  const messages = [...output.matchAll(/^\[(INFO|WARNING|ERROR)\] (?:([^\s:]*): )?(.*(?:\n(?!\[|==> |$).*)*)/gm)].map(
    ([, severity = '', path = '', text = '']): LintMessage => ({
      severity: severity.toLowerCase() as LintMessage['severity'],
      path,
      text,
    }),
  );
  return { passed: run.exitCode === 0, messages, output };
}
