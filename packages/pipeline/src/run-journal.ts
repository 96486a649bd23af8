import { PipelineError } from './errors.js';
import type { Graph } from './graph.js';
import type { Journal, RunRecord } from './journal.js';
import type { Json } from './json.js';
import { outlineOf } from './outline.js';
import type { RunResult, TaskResult } from './result.js';
import { toTaskError } from './result.js';
import type { Selection } from './selection.js';
import type { Takeover, TakeoverOptions } from './takeover.js';
import { readTakeover } from './takeover.js';

/** What one run does with its journal. Without one, all of it does nothing. */
export interface RunJournal {
  /**
   * Reads what was done before, and writes that a run goes on.
   *
   * @throws {PipelineError} `RUN_EXISTS`, `JOURNAL_FAILED`.
   */
  open(startedMs: number): Promise<Takeover | undefined>;
  /** Makes a task's state durable. */
  record?(result: TaskResult): Promise<void>;
  /** Makes a checkpoint durable. */
  checkpoint(name: string, value: Json): Promise<void>;
  /** Writes how the run ended. */
  close(state: RunResult['state'], endedMs: number): Promise<void>;
}

/** For `createRunJournal`. */
export interface RunJournalOptions extends TakeoverOptions {
  readonly selection: Selection | undefined;
  readonly resume: boolean;
  readonly meta: Json | undefined;
}

/** Binds a journal, if there is one, to a run. Its methods throw `JOURNAL_FAILED` when files cannot be used. */
export function createRunJournal(graph: Graph, journal: Journal | undefined, options: RunJournalOptions): RunJournal {
  const nothing = () => Promise.resolve(undefined);
  if (journal === undefined) return { open: nothing, checkpoint: nothing, close: nothing };
  const { selection, resume, meta } = options;
  let run: RunRecord | undefined;
  return {
    async open(startedMs) {
      const before = await failing(() => journal.readRun());
      if (before !== undefined && !resume) {
        throw new PipelineError('RUN_EXISTS', 'the journal already holds a run', {
          hint: 'Resume that run, or start this one in a folder of its own.',
        });
      }
      const takeover = resume ? await failing(() => readTakeover(graph, journal, options)) : undefined;
      const kept = meta ?? before?.meta;
      run = {
        version: 1,
        state: 'running',
        startedMs: before?.startedMs ?? startedMs,
        resumedMs: before === undefined ? [] : [...before.resumedMs, startedMs],
        tasks: outlineOf(graph, selection),
        ...(kept === undefined ? {} : { meta: kept }),
      };
      const record = run;
      await failing(() => journal.writeRun(record));
      return takeover;
    },
    record: (result) => failing(() => journal.writeTask({ version: 1, ...result })),
    checkpoint: (name, value) => failing(() => journal.writeCheckpoint(name, value)),
    async close(state, endedMs) {
      const record = run;
      if (record !== undefined) await failing(() => journal.writeRun({ ...record, state, endedMs }));
    },
  };
}

/**
 * A journal that is written as long as the run is its writer's own. After that states are not recorded, and a checkpoint
 * rejects, so that nothing is made on the strength of it.
 */
export function ownedJournal(journal: RunJournal, abandonSignal: AbortSignal | undefined): RunJournal {
  if (abandonSignal === undefined) return journal;
  const { record } = journal;
  return {
    async open(startedMs) {
      abandonSignal.throwIfAborted();
      return journal.open(startedMs);
    },
    ...(record === undefined
      ? {}
      : { record: (result) => (abandonSignal.aborted ? Promise.resolve() : record.call(journal, result)) }),
    async checkpoint(name, value) {
      abandonSignal.throwIfAborted();
      await journal.checkpoint(name, value);
      abandonSignal.throwIfAborted();
    },
    close: (state, endedMs) => (abandonSignal.aborted ? Promise.resolve() : journal.close(state, endedMs)),
  };
}

/** Throws `JOURNAL_FAILED` for whatever `use` throws. */
export async function failing<Value>(use: () => Promise<Value>): Promise<Value> {
  try {
    return await use();
  } catch (cause) {
    throw new PipelineError('JOURNAL_FAILED', `the journal could not be used: ${toTaskError(cause).message}`, {
      cause,
      hint: 'See that its folder or bucket can be read and written, then resume the run.',
    });
  }
}
