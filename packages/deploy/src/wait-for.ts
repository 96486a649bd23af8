import { compileCelRule } from './cel-rule.js';
import { DeployError } from './errors.js';
import type { KubeObject, ObjectRef } from './kube-object.js';
import { listAt, textAt } from './kube-object.js';
import { compileJsonPath } from './kubectl-jsonpath.js';
import { within } from './limits.js';
import type { Limits } from './limits.js';
import { readinessOf } from './readiness.js';
import { waitUntilServed } from './served.js';
import { isOfThisGeneration, stateOf, waitForObject } from './wait.js';
import type { WaitDeps } from './wait.js';
import { formatWaitTarget, parseWaitTarget } from './wait-target.js';
import type { WaitTarget } from './wait-target.js';

/** How long to wait, and what ends it early. */
export interface WaitForOptions extends Limits {
  /** Ends the wait as failed when it holds: for example `condition=Failed`. @default nothing, beyond what `ready` knows */
  readonly failOn?: readonly (WaitTarget | string)[];
  /** Told the state in a line whenever it changes. */
  readonly onChange?: (text: string) => void;
}

/** What a look at the object says. */
interface Verdict {
  readonly holds: boolean;
  /** It can never hold any more, and why. */
  readonly failed?: string | undefined;
  /** What to tell of it. @default its phase and conditions */
  readonly text?: string;
}
type Check = (object: KubeObject) => Verdict;

/**
 * Watches one object until what is waited for holds, as `kubectl wait` does. An object that is not there yet is waited
 * for; one that goes away, or is replaced by another of its name, ends the wait.
 *
 * @param ref.uid means this very object, which must be there from the beginning.
 * @param target see `parseWaitTarget`.
 * @returns the object as it was seen then; `undefined` for `delete`.
 * @throws {DeployError} `INVALID` before anything is asked; `NOT_READY` when it has failed, `DELETED`, `TIMEOUT`: with the
 * last seen object as `detail`; `REFUSED`. The signal's reason.
 */
export async function waitFor(
  deps: WaitDeps,
  ref: ObjectRef & { readonly uid?: string | undefined },
  target: WaitTarget | string,
  options: WaitForOptions,
): Promise<KubeObject | undefined> {
  const wanted = typeof target === 'string' ? parseWaitTarget(target) : target;
  const check = checkOf(wanted);
  const failures = (options.failOn ?? []).map((one) => {
    const failure = typeof one === 'string' ? parseWaitTarget(one) : one;
    return { name: formatWaitTarget(failure), check: checkOf(failure) };
  });
  const name = formatWaitTarget(wanted);
  const deadline = deps.clock.now() + options.timeoutMs;
  const what = `${ref.kind} ${ref.name}`;
  let seen: KubeObject | undefined;
  let said: string | undefined;
  const answer = await waitForObject<{ readonly object: KubeObject | undefined }>(deps, ref, {
    ...options,
    what: wanted.type === 'delete' ? 'was gone' : wanted.type === 'create' ? 'was there' : `reached ${name}`,
    judge: (object) => {
      const uid = ref.uid ?? seen?.metadata.uid;
      const isOther = object !== undefined && uid !== undefined && object.metadata.uid !== uid;
      if (wanted.type === 'delete') {
        if (object === undefined || isOther) return { object: undefined };
      } else if (isOther || (object === undefined && uid !== undefined)) {
        throw new DeployError('DELETED', `${what} was ${isOther ? 'replaced' : 'deleted'} before it reached ${name}`, {
          hint: 'Look for who deleted it: the operator, a clean-up, or a person.',
          detail: seen && `last seen object:\n${JSON.stringify(seen, null, 2)}`,
        });
      }
      if (object === undefined) return undefined;
      seen = object;
      const verdict = check(object);
      const text = verdict.text ?? stateOf(object);
      if (text !== said) options.onChange?.(text);
      said = text;
      if (verdict.holds) return { object };
      const failure = verdict.failed ?? failures.find((one) => one.check(object).holds)?.name;
      if (failure === undefined) return undefined;
      throw new DeployError('NOT_READY', `${what} will not reach ${name}: ${failure}`, {
        hint: 'Look at the last seen object, its events and the log of its controller.',
        detail: `last seen object:\n${JSON.stringify(object, null, 2)}`,
      });
    },
  });
  const isDefinition = ref.kind === 'CustomResourceDefinition' && answer.object !== undefined;
  if (isDefinition && (wanted.type === 'ready' || wanted.type === 'condition')) {
    const left = { timeoutMs: Math.max(1, deadline - deps.clock.now()), signal: options.signal };
    const onTimeout = (): DeployError => new DeployError('TIMEOUT', `${what} is ${name}, but its kind is not served`);
    await within(deps.clock, { ...left, onTimeout }, (signal) =>
      waitUntilServed(deps, answer.object as KubeObject, { signal }),
    );
  }
  return answer.object;
}

function checkOf(target: WaitTarget): Check {
  switch (target.type) {
    case 'ready':
      return (object) => {
        const { state, why } = readinessOf(object);
        return { holds: state === 'ready', failed: state === 'failed' ? why : undefined, text: why || 'ready' };
      };
    case 'condition':
      return (object) => ({ holds: hasCondition(object, target) });
    case 'phase':
      return (object) => ({ holds: textAt(object, 'status', 'phase') === target.phase && isOfThisGeneration(object) });
    case 'jsonpath': {
      const find = compileJsonPath(target.path);
      return (object) => ({ holds: hasValue(find(object), target) });
    }
    case 'cel': {
      const rule = compileCelRule(target.rule);
      return (object) => ({ holds: rule(object) === true });
    }
    case 'create':
      return () => ({ holds: true });
    case 'delete':
      return () => ({ holds: false });
  }
}

function hasCondition(object: KubeObject, wanted: { readonly condition: string; readonly status: string }): boolean {
  const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
  const found = listAt(object, 'status', 'conditions').find((one) => same(textAt(one, 'type'), wanted.condition));
  return found !== undefined && same(textAt(found, 'status'), wanted.status) && isOfThisGeneration(object, found);
}

function hasValue(
  found: readonly unknown[],
  { path, value }: { readonly path: string; readonly value: string | undefined },
) {
  if (value === undefined) return found.length > 0;
  const [first] = found;
  if (found.length > 1 || typeof first === 'object') {
    const what = found.length > 1 ? `${found.length} values` : 'an object or a list';
    throw new DeployError(
      'INVALID',
      `jsonpath ${path} leads to ${what}, which is not compared with ${JSON.stringify(value)}`,
      {
        hint: 'Name one value, or leave the comparison out.',
      },
    );
  }
  return found.length === 1 && String(first) === value;
}
