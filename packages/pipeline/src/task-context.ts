import type { Attempt } from './attempt.js';
import type { Clock } from './clock.js';
import type { Json } from './json.js';
import type { TaskResult } from './result.js';
import type { RunEvents } from './run-events.js';
import type { RunLedger } from './run-ledger.js';
import type { RunNode } from './run-node.js';
import type { TaskContext } from './task.js';

/** What all contexts of a run share. */
export interface ContextDeps {
  readonly clock: Clock;
  readonly ledger: RunLedger;
  readonly events: RunEvents;
}

/** The context of one attempt. What a task does not ask for is not made. */
export class AttemptContext implements TaskContext {
  readonly #deps: ContextDeps;
  readonly #node: RunNode;
  readonly #attempt: Attempt<RunNode>;
  #inputs: Readonly<Record<string, unknown>> | undefined = undefined;

  constructor(deps: ContextDeps, node: RunNode, attempt: Attempt<RunNode>) {
    this.#deps = deps;
    this.#node = node;
    this.#attempt = attempt;
  }

  get name(): string {
    return this.#node.name;
  }

  get attempt(): number {
    return this.#node.attempt;
  }

  get inputs(): unknown {
    return (this.#inputs ??= inputsOf(this.#node, this.#deps.ledger));
  }

  get signal(): AbortSignal {
    return this.#attempt.signal;
  }

  get clock(): Clock {
    return this.#deps.clock;
  }

  get log(): (line: string) => void {
    const { events } = this.#deps;
    return (line) => events.log(this.name, line);
  }

  get progress(): (text: string) => void {
    const { events } = this.#deps;
    return (text) => events.progress(this.name, text);
  }

  get checkpoint(): (value: Json) => Promise<void> {
    const { ledger } = this.#deps;
    return (value) => ledger.checkpoint(this.#node, value);
  }

  get checkpoints(): Readonly<Record<string, Json | undefined>> {
    return this.#deps.ledger.checkpoints;
  }

  get results(): Readonly<Record<string, TaskResult>> {
    return this.#deps.ledger.results;
  }
}

function inputsOf({ place }: RunNode, ledger: RunLedger): Readonly<Record<string, unknown>> {
  const inputs: Record<string, unknown> = {};
  for (const { key, from } of place.slots) {
    if (typeof from === 'number') {
      inputs[key] = ledger.nodeAt(from).output;
    } else {
      const list = new Array<unknown>(from.length);
      for (let at = 0; at < from.length; at += 1) list[at] = ledger.nodeAt(from[at] as number).output;
      inputs[key] = list;
    }
  }
  return inputs;
}
