import { inspect } from 'node:util';
import { exitCodes } from './exit-codes.js';

/** Codes of errors, of any package, that say the caller wrote something wrong. */
export const usageErrorCodes: ReadonlySet<unknown> = new Set([
  'USAGE',
  'INVALID_CONFIG',
  'INVALID_FLAG',
  'INVALID_URI',
  'UNKNOWN_TASK',
]);

const DETAIL_LINES = 40;

/** Fields that thrown errors may carry, whatever their class. */
interface ErrorFacts {
  readonly message?: unknown;
  readonly code?: unknown;
  readonly hint?: unknown;
  readonly detail?: unknown;
  readonly exitCode?: unknown;
  readonly infrastructure?: unknown;
  readonly cause?: unknown;
}

/**
 * The exit code of a thrown value: its own `exitCode` from 1 to 255, else 2 for wrong usage, else 3 where
 * `infrastructure` is true, else 1.
 */
export function exitCodeOf(error: unknown): number {
  const facts = factsOf(error);
  const { exitCode } = facts;
  if (typeof exitCode === 'number' && Number.isInteger(exitCode) && exitCode > 0 && exitCode < 256) return exitCode;
  if (usageErrorCodes.has(facts.code)) return exitCodes.usage;
  return facts.infrastructure === true ? exitCodes.infrastructure : exitCodes.failed;
}

/**
 * Text for stderr: `error: …`, the end of its detail indented, its causes, `hint: …`. Several lines, the last one
 * without a line break.
 */
export function formatError(error: unknown, options: { readonly color: boolean; readonly withStack: boolean }): string {
  const paint = (code: string, text: string) => (options.color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const facts = factsOf(error);
  const lines = [`${paint('31', 'error:')} ${messageOf(error)}`];
  if (typeof facts.detail === 'string') lines.push(...lastLines(facts.detail).map((line) => `  ${line}`));
  if (error instanceof AggregateError) {
    lines.push(
      ...error.errors.map(
        (inner) => `  ${formatError(inner, { color: false, withStack: false }).replaceAll('\n', '\n  ')}`,
      ),
    );
  }
  lines.push(...causesOf(error).map((cause) => `  caused by: ${cause}`));
  if (typeof facts.hint === 'string') lines.push(`${paint('36', 'hint:')} ${facts.hint}`);
  if (options.withStack) lines.push(inspect(error));
  return lines.join('\n');
}

function factsOf(error: unknown): ErrorFacts {
  return typeof error === 'object' && error !== null ? error : {};
}

function messageOf(error: unknown): string {
  const { message } = factsOf(error);
  if (typeof message === 'string' && message !== '') return message;
  return error instanceof Error ? error.name : `thrown: ${inspect(error)}`;
}

function lastLines(text: string): readonly string[] {
  const lines = text.replace(/\n+$/, '').split('\n');
  return lines.length <= DETAIL_LINES ? lines : ['…', ...lines.slice(-DETAIL_LINES)];
}

// Messages often quote their cause already; CommanderError and the like add nothing.
function causesOf(error: unknown): readonly string[] {
  const causes: string[] = [];
  let said = messageOf(error);
  for (let cause = factsOf(error).cause; cause instanceof Error && causes.length < 5; cause = cause.cause) {
    const message = messageOf(cause);
    if (!said.includes(message) && !message.includes(said)) causes.push(message);
    said = message;
  }
  return causes;
}
