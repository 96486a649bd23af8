import { DeployError } from './errors.js';
import type { KubeObject, ObjectRef } from './kube-object.js';
import { at, conditionOf, textAt } from './kube-object.js';
import type { Limits } from './limits.js';
import { recordOwned } from './owned-objects.js';
import type { WaitDeps } from './wait.js';
import { stateOf, waitForCondition, waitUntilGone } from './wait.js';

interface SurvivorOptions {
  readonly condition: string;
  readonly failureConditions?: readonly string[];
  readonly keepsPods?: boolean;
  readonly signal?: AbortSignal | undefined;
}

type SurvivorLimits = Limits & { readonly onChange?: (text: string) => void };

/** A custom resource that has to stay as it is while its operator is exchanged. */
export class Survivor {
  readonly #deps: WaitDeps;
  readonly #ref: ObjectRef;
  readonly #uid: string;
  readonly #options: SurvivorOptions;
  #podUids: ReadonlySet<string> = new Set();
  last: KubeObject;

  private constructor(deps: WaitDeps, created: KubeObject, options: SurvivorOptions) {
    const { apiVersion, kind, metadata } = created;
    this.#deps = deps;
    this.#ref = { apiVersion, kind, name: metadata.name ?? '', namespace: metadata.namespace };
    this.#uid = metadata.uid ?? '';
    this.#options = options;
    this.last = created;
  }

  static async create(deps: WaitDeps, object: KubeObject, options: SurvivorOptions): Promise<Survivor> {
    const created = await deps.kube.create(object, { signal: options.signal });
    const { apiVersion, kind } = object;
    return new Survivor(deps, { ...created, apiVersion, kind }, options);
  }

  /** Waits until it is in its state. @throws {DeployError} `NOT_READY` when it comes to a failure instead. */
  async reach({ timeoutMs, signal, onChange = () => {} }: SurvivorLimits): Promise<void> {
    const { condition, failureConditions = ['Failed'] } = this.#options;
    const reached = await waitForCondition(
      this.#deps,
      { ...this.#ref, uid: this.#uid },
      {
        timeoutMs,
        signal,
        condition,
        failureConditions,
        onChange: (text) => onChange(`${this.#ref.kind} ${this.#ref.name}: ${text}`),
        onObject: (object) => void (this.last = object),
      },
    );
    if (!reached.failed) return;
    const why = [reached.reason, reached.message].filter(Boolean).join(': ') || 'no reason given';
    throw new DeployError('NOT_READY', `${this.#ref.kind} ${this.#ref.name} is ${reached.type}: ${why}`);
  }

  /** Notes its pods: those that have to be there later. */
  async remember(): Promise<void> {
    this.#podUids = new Set((await this.pods()).map(({ metadata }) => metadata.uid ?? ''));
  }

  /** What is not as it was; `undefined` when all is. */
  async problem(output: (line: string) => void): Promise<string | undefined> {
    const { condition, failureConditions = ['Failed'], keepsPods = true, signal } = this.#options;
    const { kind, name } = this.#ref;
    const now = await this.#deps.kube.get(this.#ref, { signal });
    output(`${kind} ${name}: ${stateOf(now)}`);
    if (now === undefined) return `${kind} ${name} is gone`;
    this.last = { ...this.#ref, ...now };
    if (now.metadata.uid !== this.#uid)
      return `${kind} ${name} is another one: uid ${now.metadata.uid ?? ''}, not ${this.#uid}`;
    if (now.metadata.deletionTimestamp !== undefined) return `${kind} ${name} is being deleted`;
    const failure = failureConditions.map((type) => conditionOf(now, type)).find((one) => at(one, 'status') === 'True');
    if (failure !== undefined) return `${kind} ${name} is ${textAt(failure, 'type')}: ${textAt(failure, 'message')}`;
    if (at(conditionOf(now, condition), 'status') !== 'True')
      return `${kind} ${name} is no longer ${condition}: ${stateOf(now)}`;
    if (!keepsPods) return undefined;
    const pods = new Map((await this.pods()).map(({ metadata }) => [metadata.uid ?? '', metadata]));
    const missing = [...this.#podUids].filter(
      (uid) => pods.get(uid)?.deletionTimestamp !== undefined || !pods.has(uid),
    );
    return missing.length === 0
      ? undefined
      : `${kind} ${name} lost ${missing.length} of its ${this.#podUids.size} pods`;
  }

  /** Its pods as they are now. */
  async pods(): Promise<readonly KubeObject[]> {
    const { namespace = '', name } = this.#ref;
    const record = recordOwned(this.#deps, { namespace, name, uid: this.#uid, signal: this.#options.signal });
    try {
      await record.refresh(this.#options.signal);
      return record.all();
    } finally {
      await record.stop();
    }
  }

  /** Deletes it and sees it gone. */
  async remove({ timeoutMs, signal, onChange = () => {} }: SurvivorLimits): Promise<void> {
    await this.#deps.kube.delete(this.#ref, { uid: this.#uid, signal });
    await waitUntilGone(this.#deps, { ...this.#ref, uid: this.#uid }, { timeoutMs, signal });
    onChange(`${this.#ref.kind} ${this.#ref.name} is gone`);
  }
}
