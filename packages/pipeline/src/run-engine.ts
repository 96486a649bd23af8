import type { Outcome } from './attempt.js';
import { startAttempt } from './attempt.js';
import { retryDelayMs } from './backoff.js';
import type { Clock } from './clock.js';
import { findCriticalPath } from './critical-path.js';
import { decide } from './decision.js';
import { PipelineError } from './errors.js';
import type { PipelineEvent } from './event.js';
import { createEventStream } from './event-stream.js';
import type { Graph } from './graph.js';
import type { Json } from './json.js';
import { outlineOf } from './outline.js';
import { toJson } from './output.js';
import { createReadyQueue } from './ready-queue.js';
import type { RunResult, TaskError, TaskResult, TaskState } from './result.js';
import { toTaskError } from './result.js';
import type { RunOptions } from './run-graph.js';
import type { RunJournal } from './run-journal.js';
import { createRunJournal } from './run-journal.js';
import type { RunNode } from './run-node.js';
import { createNodes, isStartedBefore, resultOf } from './run-node.js';
import type { Takeover } from './takeover.js';
import type { Task, TaskContext } from './task.js';

/** Options with their defaults filled in. */
export interface EngineOptions extends Omit<RunOptions, 'redo'> {
  readonly clock: Clock;
  readonly random: () => number;
  readonly resume: boolean;
  readonly redo: ReadonlySet<string>;
  readonly maxParallel: number;
  readonly graceMs: number;
  readonly cleanupTimeoutMs: number;
}

/** What is new when a task ends. */
interface End {
  readonly state: Exclude<TaskState, 'pending' | 'running'>;
  readonly output?: Json | undefined;
  readonly error?: TaskError | undefined;
  readonly reason?: string;
  /** Whether the journal says all there is to say already. */
  readonly isRecorded?: boolean;
}

/** One run of a graph. Each step is: change a node, make it durable, tell, act upon it. */
export class RunEngine {
  readonly events = createEventStream();
  readonly #graph: Graph;
  readonly #options: EngineOptions;
  readonly #journal: RunJournal;
  readonly #nodes: readonly RunNode[];
  readonly #byName: ReadonlyMap<string, RunNode>;
  readonly #ready = createReadyQueue<RunNode>(isStartedBefore);
  /** Nodes whose predecessors have all ended. */
  readonly #decidable: RunNode[] = [];
  readonly #results = Object.create(null) as Record<string, TaskResult>;
  readonly #checkpoints = Object.create(null) as Record<string, Json | undefined>;
  readonly #stopping = new AbortController();
  readonly #ended = new AbortController();
  #isPumping = false;
  #running = 0;
  #left: number;
  #stopReason: Error | undefined;
  #finish: () => void = () => undefined;
  #crash: (error: unknown) => void = () => undefined;

  constructor(graph: Graph, options: EngineOptions) {
    const { selection, redo, resume, meta } = options;
    this.#graph = graph;
    this.#options = options;
    const verify = (task: Task, output: Json | undefined) => this.#verify(task, output);
    this.#journal = createRunJournal(graph, options.journal, { selection, redo, resume, meta, verify });
    this.#nodes = createNodes(graph);
    this.#byName = new Map(this.#nodes.map((node) => [node.task.name, node]));
    this.#left = this.#nodes.length;
  }

  async run(): Promise<RunResult> {
    const { clock, signal, timeoutMs } = this.#options;
    const onAbort = () => this.cancel(toError(signal?.reason));
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    try {
      const startedMs = clock.now();
      const takeover = await this.#journal.open(startedMs);
      this.#emit({ type: 'run', atMs: clock.now(), state: 'running' });
      if (timeoutMs !== undefined) {
        const stop = () => this.cancel(new PipelineError('RUN_TIMEOUT', `the run took longer than ${timeoutMs} ms`));
        clock.sleep(timeoutMs, this.#ended.signal).then(stop, () => undefined); // rejects when the run ends first
      }
      await new Promise<void>((resolve, reject) => {
        this.#finish = resolve;
        this.#crash = reject;
        this.#begin(takeover);
      });
      return await this.#close(startedMs);
    } finally {
      this.#ended.abort();
      signal?.removeEventListener('abort', onAbort);
      this.events.end();
    }
  }

  cancel(reason: Error): void {
    if (this.#stopReason !== undefined || this.#ended.signal.aborted) return;
    this.#stopReason = reason;
    this.#emit({ type: 'run', atMs: this.#options.clock.now(), state: 'stopping', reason: reason.message });
    this.#stopping.abort(reason);
    for (const node of this.#nodes) if (!node.task.cleanup) node.stop?.(reason);
    this.#pump();
  }

  /** Whether what a task made is still there; not being able to tell is no reason to trust it. */
  async #verify(task: Task, output: Json | undefined): Promise<boolean> {
    if (task.verify === undefined) return true;
    const { signal } = this.#stopping;
    const stopped = new Promise<boolean>((resolve) => {
      if (signal.aborted) resolve(false);
      signal.addEventListener('abort', () => resolve(false), { once: true });
    });
    try {
      return await Promise.race([task.verify(output), stopped]);
    } catch (error) {
      this.#log(task.name, `could not tell whether what was done is still there: ${toTaskError(error).message}`);
      return false;
    }
  }

  #begin(takeover: Takeover | undefined): void {
    const { selection, resume } = this.#options;
    if (this.#left === 0) this.#finish();
    for (const [name, value] of takeover?.checkpoints ?? []) {
      this.#checkpoints[name] = value;
      const node = this.#byName.get(name);
      if (node !== undefined) node.checkpoint = value;
    }
    for (const node of this.#nodes) {
      const record = takeover?.done.get(node.task.name);
      const isChosen = selection === undefined || selection.names.has(node.task.name);
      if (record !== undefined) {
        const { attempts, startedMs, endedMs, durationMs, output } = record;
        Object.assign(node, { isDecided: true, isResumed: true, attempt: attempts, startedMs, endedMs, durationMs });
        this.#end(node, { state: 'succeeded', output, reason: 'done by an earlier run', isRecorded: true });
      } else if (!isChosen) {
        Object.assign(node, { isDecided: true, isLeftOut: true });
        this.#end(node, { state: 'skipped', reason: 'left out', isRecorded: resume });
      } else if (node.waiting === 0) {
        this.#decidable.push(node);
      }
    }
    this.#pump();
  }

  /** Acts upon all that is known. Not re-entered: what ends meanwhile only adds to its work. */
  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    for (;;) {
      const node = this.#decidable.pop();
      if (node !== undefined) this.#decide(node);
      else if (!this.#startNext()) break;
    }
    this.#isPumping = false;
  }

  #decide(node: RunNode): void {
    if (node.isDecided) return;
    node.isDecided = true;
    const decision = decide(node.task, (name) => this.#byName.get(name) as RunNode);
    if (decision.run) return this.#ready.push(node);
    node.isLeftOut = decision.isLeftOut;
    this.#end(node, { state: 'skipped', reason: decision.reason });
  }

  /** Starts, or ends unstarted, the first node that is ready. False when there is none, or no place for it. */
  #startNext(): boolean {
    const isFull = this.#running >= this.#options.maxParallel;
    if (isFull && this.#stopReason === undefined) return false;
    const node = this.#ready.pop();
    if (node === undefined) return false;
    if (this.#isHeldBack(node)) {
      this.#endHeldBack(node);
    } else if (isFull) {
      this.#ready.push(node);
      return false;
    } else {
      this.#guard(this.#attempt(node));
    }
    return true;
  }

  #isHeldBack(node: RunNode): boolean {
    return this.#stopReason !== undefined && !node.task.cleanup;
  }

  #endHeldBack(node: RunNode): void {
    const reason = `the run was stopped: ${this.#stopReason?.message ?? ''}`;
    if (node.attempt === 0) this.#end(node, { state: 'skipped', reason });
    else this.#end(node, { state: 'aborted', reason, error: node.error });
  }

  async #attempt(node: RunNode): Promise<void> {
    const { clock, graceMs, cleanupTimeoutMs } = this.#options;
    this.#running += 1;
    const nowMs = clock.now();
    const isFirst = node.attempt === 0;
    node.state = 'running';
    node.attempt += 1;
    node.startedMs ??= nowMs;
    node.reason = undefined;
    if (node.task.cleanup) node.deadlineMs ??= nowMs + cleanupTimeoutMs;
    await this.#record(node);
    if (this.#isHeldBack(node)) {
      this.#running -= 1;
      if (isFirst) Object.assign(node, { attempt: 0, startedMs: undefined });
      this.#endHeldBack(node);
    } else {
      this.#tell(node);
      const run = (signal: AbortSignal) => node.task.run(this.#contextOf(node, signal));
      const attempt = startAttempt({ clock, graceMs, ...this.#budgetOf(node), run });
      node.stop = attempt.stop;
      const outcome = await attempt.outcome;
      node.stop = undefined;
      this.#running -= 1;
      this.#judge(node, outcome);
    }
    this.#pump();
  }

  #budgetOf(node: RunNode): { timeoutMs: number | undefined; timeoutError: () => Error } {
    const { clock, cleanupTimeoutMs } = this.#options;
    const { name, timeoutMs } = node.task;
    const leftMs = node.deadlineMs === undefined ? Infinity : Math.max(0, node.deadlineMs - clock.now());
    if (leftMs < (timeoutMs ?? Infinity)) {
      const text = `"${name}" did not clean up within ${cleanupTimeoutMs} ms`;
      return { timeoutMs: leftMs, timeoutError: () => new PipelineError('CLEANUP_TIMEOUT', text) };
    }
    const text = `"${name}" took longer than ${timeoutMs} ms`;
    return { timeoutMs, timeoutError: () => new PipelineError('TASK_TIMEOUT', text) };
  }

  #contextOf(node: RunNode, signal: AbortSignal): TaskContext {
    const { clock } = this.#options;
    const { task, attempt } = node;
    const { name } = task;
    const inputs = Object.entries(task.needs).map(([key, need]) => [key, this.#byName.get(need.name)?.output]);
    return {
      name,
      attempt,
      inputs: Object.fromEntries(inputs) as unknown,
      signal,
      clock,
      log: (line) => this.#log(name, line),
      progress: (text) => this.#emit({ type: 'progress', atMs: clock.now(), name, text }),
      checkpoint: (value) => this.#checkpoint(node, value),
      checkpoints: this.#checkpoints,
      results: this.#results,
    };
  }

  async #checkpoint(node: RunNode, value: Json): Promise<void> {
    const { name } = node.task;
    const kept = toJson(value) ?? null;
    const before = node.writes;
    const write = async () => {
      await before.catch(() => undefined); // told to whoever wrote that one
      await this.#journal.checkpoint(name, kept);
      node.checkpoint = kept;
      this.#checkpoints[name] = kept;
    };
    node.writes = write();
    await node.writes;
  }

  #judge(node: RunNode, outcome: Outcome<unknown>): void {
    if (outcome.kind === 'returned') return this.#succeed(node, outcome.value);
    if (outcome.kind === 'stopped' && !isTimeout(outcome.reason)) {
      const { reason, error = reason } = outcome;
      return this.#end(node, { state: 'aborted', reason: reason.message, error: toTaskError(error) });
    }
    const error = outcome.kind === 'threw' ? outcome.error : outcome.reason;
    try {
      const delayMs = this.#isHeldBack(node) ? undefined : this.#delayOf(node, error);
      if (delayMs === undefined) this.#end(node, { state: 'failed', error: toTaskError(error) });
      else this.#guard(this.#pause(node, toTaskError(error), delayMs));
    } catch (thrown) {
      // `isRetryable` is the task's own code.
      this.#end(node, { state: 'failed', error: toTaskError(new AggregateError([error, thrown])) });
    }
  }

  #succeed(node: RunNode, value: unknown): void {
    try {
      this.#end(node, { state: 'succeeded', output: toJson(value) });
    } catch (error) {
      this.#end(node, { state: 'failed', error: toTaskError(error) });
    }
  }

  #delayOf(node: RunNode, error: unknown): number | undefined {
    const { clock, random } = this.#options;
    const delayMs = retryDelayMs(node.task.retries, { attempt: node.attempt, error, random });
    const isInTime = node.deadlineMs === undefined || clock.now() + (delayMs ?? 0) < node.deadlineMs;
    return isInTime ? delayMs : undefined;
  }

  /** Waits before the next attempt, holding no place. */
  async #pause(node: RunNode, error: TaskError, delayMs: number): Promise<void> {
    const stopped = new AbortController();
    node.stop = (reason) => stopped.abort(reason);
    node.state = 'pending';
    node.error = error;
    node.reason = `attempt ${node.attempt} failed, next in ${Math.round(delayMs)} ms`;
    await this.#record(node);
    this.#tell(node);
    // A stop rejects the sleep; the queue then ends the node as aborted.
    if (!this.#isHeldBack(node)) await this.#options.clock.sleep(delayMs, stopped.signal).catch(() => undefined);
    node.stop = undefined;
    this.#ready.push(node);
    this.#pump();
  }

  /** Ends a node; those that wait for it are looked at once that is durable. */
  #end(node: RunNode, { state, output, error, reason, isRecorded = false }: End): void {
    Object.assign(node, { state, output, error, reason });
    node.endedMs ??= this.#options.clock.now();
    if (isRecorded || this.#journal.record === undefined) return this.#settle(node);
    this.#guard(
      this.#record(node).then(() => {
        this.#settle(node);
        this.#pump();
      }),
    );
  }

  #settle(node: RunNode): void {
    this.#results[node.task.name] = resultOf(node);
    this.#tell(node);
    for (const dependent of node.dependents) {
      dependent.waiting -= 1;
      if (dependent.waiting === 0) this.#decidable.push(dependent);
    }
    this.#left -= 1;
    if (this.#left === 0) this.#finish();
  }

  /** Makes a node's state durable. A journal that fails stops the run; cleanup goes on without it. */
  async #record(node: RunNode): Promise<void> {
    try {
      await this.#journal.record?.(resultOf(node));
    } catch (error) {
      this.cancel(toError(error));
    }
  }

  async #close(startedMs: number): Promise<RunResult> {
    const endedMs = this.#options.clock.now();
    try {
      await this.#journal.close(this.#state(), endedMs);
    } catch (error) {
      this.#stopReason ??= toError(error);
    }
    const state = this.#state();
    const reason = this.#stopReason;
    this.#emit({ type: 'run', atMs: endedMs, state, ...(reason === undefined ? {} : { reason: reason.message }) });
    return {
      state,
      startedMs,
      endedMs,
      durationMs: endedMs - startedMs,
      tasks: this.#results,
      criticalPath: findCriticalPath(outlineOf(this.#graph), this.#results),
      ...(reason === undefined ? {} : { error: toTaskError(reason) }),
    };
  }

  #state(): RunResult['state'] {
    const reason = this.#stopReason;
    if (reason instanceof PipelineError && ['RUN_TIMEOUT', 'JOURNAL_FAILED'].includes(reason.code)) return 'failed';
    if (reason !== undefined) return 'aborted';
    return this.#nodes.some(({ state }) => state === 'failed' || state === 'aborted') ? 'failed' : 'succeeded';
  }

  #log(name: string, line: string): void {
    this.#emit({ type: 'log', atMs: this.#options.clock.now(), name, line });
  }

  #tell(node: RunNode): void {
    const { task, state, attempt, reason, error, endedMs } = node;
    this.#emit({
      type: 'task',
      atMs: this.#options.clock.now(),
      name: task.name,
      state,
      attempt,
      ...(reason === undefined ? {} : { reason }),
      ...(error === undefined ? {} : { error }),
      ...(endedMs === undefined ? {} : { durationMs: resultOf(node).durationMs }),
    });
  }

  #emit(event: PipelineEvent): void {
    if (this.#ended.signal.aborted) return; // a task that was given up and still talks
    this.events.push(event);
    try {
      this.#options.onEvent?.(event);
    } catch (error) {
      this.cancel(toError(error));
    }
  }

  #guard(work: Promise<void>): void {
    work.catch((error: unknown) => this.#crash(error));
  }
}

function isTimeout(reason: Error): boolean {
  return reason instanceof PipelineError && (reason.code === 'TASK_TIMEOUT' || reason.code === 'CLEANUP_TIMEOUT');
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
