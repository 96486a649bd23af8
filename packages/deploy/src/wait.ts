import { DeployError } from './errors.js';
import type { KubeClient } from './kube-client.js';
import type { KubeObject, ObjectRef } from './kube-object.js';
import { at, conditionOf, numberAt, textAt } from './kube-object.js';
import { within } from './limits.js';
import type { Clock, Limits } from './limits.js';
import { observe } from './observe.js';

/** Who waits, and by which clock. */
export interface WaitDeps {
  readonly kube: KubeClient;
  readonly clock: Clock;
}

/**
 * Watches one object until `judge` has an answer.
 *
 * @param options.judge gets the object as it is, `undefined` while there is none, and answers `undefined` to go on.
 * @throws {DeployError} `TIMEOUT` with the last seen object as `detail`; whatever `judge` throws; the signal's reason.
 */
export async function waitForObject<T>(
  deps: WaitDeps,
  ref: ObjectRef,
  options: Limits & { readonly judge: (object: KubeObject | undefined) => T | undefined; readonly what: string },
): Promise<T> {
  let last: KubeObject | undefined;
  const onTimeout = (): DeployError =>
    new DeployError(
      'TIMEOUT',
      `${ref.kind} ${ref.name} ${options.what} not within ${options.timeoutMs / 1_000} s; ${stateOf(last)}`,
      {
        ...(last === undefined ? {} : { detail: `last seen object:\n${JSON.stringify(last, null, 2)}` }),
        hint: 'Look at the last seen object, its events and the log of its controller.',
      },
    );
  return within(deps.clock, { ...options, onTimeout }, async (signal) => {
    const selection = { namespace: ref.namespace, fieldSelector: `metadata.name=${ref.name}`, signal };
    for await (const { objects } of observe(deps, ref, selection)) {
      last = [...objects.values()].find(({ metadata }) => metadata.name === ref.name);
      const answer = options.judge(last);
      if (answer !== undefined) return answer;
    }
    throw new Error('observe ends only by its signal');
  });
}

/** Waits until an object is gone, or replaced by another of its name. @throws {DeployError} `TIMEOUT`. */
export async function waitUntilGone(
  deps: WaitDeps,
  ref: ObjectRef & { readonly uid?: string | undefined },
  limits: Limits,
): Promise<void> {
  await waitForObject(deps, ref, {
    ...limits,
    what: 'was gone',
    judge: (object) => object === undefined || (ref.uid !== undefined && object.metadata.uid !== ref.uid) || undefined,
  });
}

/** A condition the controller has come to. */
export interface ConditionReached {
  readonly type: string;
  readonly failed: boolean;
  readonly reason: string;
  readonly message: string;
  readonly object: KubeObject;
}

/**
 * Waits until an object has a condition with status True, be it the wished one or one that says it failed.
 *
 * A status that is missing, null or of an older generation is "not yet".
 *
 * @throws {DeployError} `DELETED` when the object goes away or is replaced meanwhile; `TIMEOUT`.
 */
export async function waitForCondition(
  deps: WaitDeps,
  ref: ObjectRef & { readonly uid?: string | undefined },
  options: Limits & {
    readonly condition: string;
    readonly failureConditions: readonly string[];
    /** Told the state in a line whenever it changes. */
    readonly onChange?: (text: string) => void;
    /** Told every state. */
    readonly onObject?: (object: KubeObject) => void;
  },
): Promise<ConditionReached> {
  const { condition, failureConditions, onChange } = options;
  let seen: KubeObject | undefined;
  let said = '';
  return waitForObject(deps, ref, {
    ...options,
    what: `was ${condition}`,
    judge: (object) => {
      // Known by its uid it must be there from the first look on.
      const gone = object === undefined && (seen !== undefined || ref.uid !== undefined);
      const replaced = object !== undefined && ref.uid !== undefined && object.metadata.uid !== ref.uid;
      if (gone || replaced) {
        throw new DeployError(
          'DELETED',
          `${ref.kind} ${ref.name} was ${replaced ? 'replaced' : 'deleted'} before it was ${condition}`,
          {
            hint: 'Look for who deleted it: the operator, a clean-up, or a person.',
            ...(seen === undefined ? {} : { detail: `last seen object:\n${JSON.stringify(seen, null, 2)}` }),
          },
        );
      }
      if (object === undefined) return undefined;
      seen = object;
      options.onObject?.(object);
      const text = stateOf(object);
      if (text !== said) onChange?.(text);
      said = text;
      for (const type of [...failureConditions, condition]) {
        const found = currentCondition(object, type);
        if (at(found, 'status') !== 'True') continue;
        const [reason, message] = [textAt(found, 'reason'), textAt(found, 'message')];
        return { type, failed: type !== condition, reason, message, object };
      }
      return undefined;
    },
  });
}

/** A condition, unless it is of an older generation of the object. */
function currentCondition(object: KubeObject, type: string): unknown {
  const condition = conditionOf(object, type);
  return isOfThisGeneration(object, condition) ? condition : undefined;
}

/** Whether the controller that wrote the status, and this condition of it, has seen the object as it is now. */
export function isOfThisGeneration(object: KubeObject, condition?: unknown): boolean {
  const generation = object.metadata.generation ?? 0;
  const observed = at(object, 'status', 'observedGeneration');
  const ofCondition = numberAt(condition, 'observedGeneration');
  // Controllers that do not tell it in conditions leave it out, or write 0.
  return !(typeof observed === 'number' && observed < generation) && (ofCondition === 0 || ofCondition >= generation);
}

/** The state in a line: `Created=True, Running=True (reason: message)`, or that there is none yet. */
export function stateOf(object: KubeObject | undefined): string {
  if (object === undefined) return 'it was not there';
  const conditions = at(object, 'status', 'conditions');
  const texts = (Array.isArray(conditions) ? conditions : []).map((one) => {
    const why = [textAt(one, 'reason'), textAt(one, 'message')].filter(Boolean).join(': ');
    return `${textAt(one, 'type')}=${textAt(one, 'status')}${why === '' ? '' : ` (${why})`}`;
  });
  const phase = textAt(object, 'status', 'phase');
  const all = [...(phase === '' ? [] : [`phase ${phase}`]), ...texts].join(', ') || 'no status yet';
  return object.metadata.deletionTimestamp === undefined ? all : `${all}, being deleted`;
}
