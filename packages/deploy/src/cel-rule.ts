import { Environment } from '@marcbachmann/cel-js';
import { DeployError } from './errors.js';
import type { KubeObject } from './kube-object.js';

/** Whether an object fits; `undefined` when the rule asks for a field that is not there yet. */
export type CelRule = (object: KubeObject) => boolean | undefined;

// The object is what the API calls it in rules: `self` in those of definitions, `object` in admission policies.
const environment = new Environment().registerVariable('object', 'dyn').registerVariable('self', 'dyn');

/**
 * Compiles a rule in the Common Expression Language: `object.status.phase == "Running"`. The object is `object` or `self`.
 *
 * @throws {DeployError} `INVALID` when it cannot be read, uses other variables, or cannot be true or false.
 * @see https://kubernetes.io/docs/reference/using-api/cel/
 */
export function compileCelRule(text: string): CelRule {
  const invalid = (cause: unknown): DeployError =>
    new DeployError('INVALID', `not a CEL rule: ${JSON.stringify(text)}: ${summaryOf(cause)}`, {
      hint: 'Write an expression that is true or false, such as object.status.phase == "Running".',
    });
  let rule: ReturnType<Environment['parse']>;
  try {
    rule = environment.parse(text);
  } catch (cause) {
    throw invalid(cause);
  }
  const { valid, type, error } = rule.check();
  if (!valid) throw invalid(error);
  if (type !== 'bool' && type !== 'dyn') throw invalid(new Error(`it is of type ${type}`));
  return (object) => {
    const value = withIntegers(object);
    let answer: unknown;
    try {
      answer = rule({ object: value, self: value });
    } catch (cause) {
      // A status grows by and by: what is not there now may be there at the next change.
      if (isMissing(cause)) return undefined;
      throw invalid(cause);
    }
    if (answer === null || answer === undefined) return undefined;
    if (typeof answer !== 'boolean')
      throw invalid(new Error(`it is ${JSON.stringify(answer)}, neither true nor false`));
    return answer;
  };
}

/** Fields that are missing or null, which operators do not take. */
function isMissing(cause: unknown): boolean {
  const { code, message = '' } = cause as { code?: string; message?: string };
  return code === 'no_such_key' || code === 'index_out_of_bounds' || /\bnull\b/.test(message.split('\n')[0] ?? '');
}

/** JSON has one kind of number, CEL has two: whole ones are `int`, as they are in the API. */
function withIntegers(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(withIntegers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withIntegers(inner)]));
}

function summaryOf(cause: unknown): string {
  const { summary, message } = cause as { summary?: string; message?: string };
  return (summary ?? message ?? String(cause)).split('\n')[0] ?? '';
}
