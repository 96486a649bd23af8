import type { Graph, Journal, PipelineEvent, RunResult, StepOptions, Task, TaskResult } from '@seatrial/pipeline';
import { findCriticalPath, needsOf, PipelineError, runStep } from '@seatrial/pipeline';
import { RunnerError } from '../errors.js';

/** For `runSteps`. */
export interface RunStepsOptions extends Required<Pick<StepOptions, 'clock' | 'signal' | 'abandonSignal'>> {
  /** Of the run whose step it is. */
  readonly journal: Journal;
  /** What the task needs, and what those need. */
  readonly needs: ReadonlySet<string>;
  /** Those of them that are done again where what they made is gone. No other is made anew behind the user's back. */
  readonly remade: readonly string[];
  /** Called for each event, as of one run that consists of the steps. */
  onEvent(event: PipelineEvent): void;
}

/**
 * Runs one task of a run by hand, whether or not it has succeeded before. The run's own record stays as it is: what has
 * become of a run is not changed by what becomes of a step.
 *
 * @returns the steps that were made, as a run of their own
 * @throws {RunnerError} `INPUT_MISSING` when a task before it has not succeeded, or what it made is not there any more.
 * @throws {PipelineError} `JOURNAL_FAILED`
 */
export async function runSteps(graph: Graph, name: string, options: RunStepsOptions): Promise<RunResult> {
  const { clock, journal, signal, abandonSignal, needs, remade } = options;
  const before: Task[] = [];
  for (const task of graph.order.filter((one) => one.name !== name && needs.has(one.name))) {
    if (await isThere(task, options)) continue;
    if (!remade.includes(task.name)) throw gone(task.name, name);
    before.push(task);
  }
  const startedMs = clock.now();
  const events = tellAsOneRun(options);
  const tasks: Record<string, TaskResult> = {};
  let state: RunResult['state'] = 'succeeded';
  for (const step of [...before.map((task) => task.name), name]) {
    const onEvent = events.ofStep(step);
    const { result } = runStep(graph, step, { clock, journal, signal, abandonSignal, onEvent });
    const ended = (tasks[step] = await result.catch(asMistake));
    if (ended.state !== 'succeeded') state = ended.state === 'failed' ? 'failed' : 'aborted';
    if (state !== 'succeeded') break;
  }
  events.end();
  const endedMs = clock.now();
  const outline = graph.order.map((task) => ({
    name: task.name,
    needs: needsOf(task).map((need) => need.name),
    after: task.after.map((one) => one.name),
  }));
  const criticalPath = findCriticalPath(outline, tasks);
  return { state, startedMs, endedMs, durationMs: endedMs - startedMs, tasks, criticalPath };
}

/** Whether what a task made is there. Whether it made anything is what the step itself asks. */
async function isThere(task: Task, { journal, signal, remade }: RunStepsOptions): Promise<boolean> {
  const record = await journal.readTask(task.name);
  if (record?.state !== 'succeeded') return !remade.includes(task.name);
  signal.throwIfAborted();
  return (await task.verify?.(record.output, { signal })) ?? true;
}

function gone(need: string, name: string): RunnerError {
  return new RunnerError('INPUT_MISSING', `${name} needs what ${need} made, and that is not there any more`, {
    hint: `Make it anew: seatrial step ${need} --run RUN, or go on with the run: seatrial e2e --resume RUN`,
  });
}

/** A step that cannot be made yet is asked for too early: nothing is wrong with what it tries. */
function asMistake(error: unknown): never {
  if (!(error instanceof PipelineError) || error.code !== 'INPUT_MISSING') throw error;
  const { message, hint } = error;
  throw new RunnerError('INPUT_MISSING', message, { cause: error, ...(hint === undefined ? {} : { hint }) });
}

/**
 * Each step begins and ends by itself, and tells of all tasks of the graph: of that, the first beginning, the last end and
 * its own task are told.
 */
function tellAsOneRun({ onEvent }: Pick<RunStepsOptions, 'onEvent'>) {
  let last: PipelineEvent | undefined;
  let hasBegun = false;
  return {
    ofStep: (name: string) => (event: PipelineEvent) => {
      if (event.type === 'task' && event.name !== name) return;
      if (event.type !== 'run' || event.state === 'stopping') return onEvent(event);
      if (event.state !== 'running') last = event;
      else if (!hasBegun) {
        hasBegun = true;
        onEvent(event);
      }
    },
    end(): void {
      if (last !== undefined) onEvent(last);
    },
  };
}
