import type { Json } from './json.js';
import type { RunResult, TaskResult } from './result.js';
import type { WhenRule } from './when.js';

/** Where a journal lies: text files below some folder. */
export interface JournalFiles {
  /** The file's text; `undefined` when there is none. */
  read(path: string): Promise<string | undefined>;
  /**
   * Resolves when the text is durable. A crash leaves the old text or the new one; should it leave neither, the file
   * counts as not written.
   */
  write(path: string, text: string): Promise<void>;
}

/** A task as `run.json` names it. */
export interface TaskOutline {
  readonly name: string;
  /** Names of the tasks whose outputs it takes. */
  readonly needs: readonly string[];
  readonly after: readonly string[];
  /** `predicate`: a condition of its own. */
  readonly when: WhenRule | 'predicate';
  readonly cleanup: boolean;
  readonly group?: string;
  readonly summary?: string;
  /** Whether it was chosen to run. */
  readonly selected: boolean;
}

/** `run.json`: the run and its graph. */
export interface RunRecord {
  readonly version: 1;
  /** `running` also when it was killed. */
  readonly state: 'running' | RunResult['state'];
  readonly startedMs: number;
  readonly endedMs?: number;
  /** When it was resumed, milliseconds since the epoch, oldest first. */
  readonly resumedMs: readonly number[];
  readonly tasks: readonly TaskOutline[];
  /** What the program wants to find again: its config, the commit. */
  readonly meta?: Json;
}

/** `tasks/<name>.json`: the last state of a task that has started or ended. */
export type TaskRecord = { readonly version: 1 } & TaskResult;

/** What is known of a run that may have died. One writer at a time. */
export interface Journal {
  /** `undefined` when there is none, or when it is torn. */
  readRun(): Promise<RunRecord | undefined>;
  writeRun(record: RunRecord): Promise<void>;
  /** With the last checkpoint. `undefined` when there is none, or when it is torn. */
  readTask(name: string): Promise<TaskRecord | undefined>;
  writeTask(record: TaskRecord): Promise<void>;
  /** `undefined` when there is none, or when it is torn. */
  readCheckpoint(name: string): Promise<Json | undefined>;
  writeCheckpoint(name: string, value: Json): Promise<void>;
}

/**
 * Makes a journal of `run.json`, `tasks/<name>.json` and `checkpoints/<name>.json`.
 *
 * A file that is torn (not JSON, or not of the right shape) counts as not there. Checkpoints are files of their own,
 * so that a torn state never takes with it the name of what must be deleted.
 */
export function createJournal(files: JournalFiles): Journal {
  const read = async <T>(path: string, isWhole: (value: unknown) => value is T) => {
    const value = parse(await files.read(path));
    return isWhole(value) ? value : undefined;
  };
  const write = (path: string, value: unknown) => files.write(path, `${JSON.stringify(value, undefined, 2)}\n`);
  const readCheckpoint = async (name: string) => (await read(`checkpoints/${name}.json`, isCheckpoint))?.value;
  return {
    readRun: () => read('run.json', isRunRecord),
    writeRun: (record) => write('run.json', record),
    async readTask(name) {
      const isOwn = (value: unknown): value is TaskRecord => isTaskRecord(value) && value.name === name;
      const [record, checkpoint] = await Promise.all([read(`tasks/${name}.json`, isOwn), readCheckpoint(name)]);
      return record === undefined || checkpoint === undefined ? record : { ...record, checkpoint };
    },
    writeTask: (record) => write(`tasks/${record.name}.json`, record),
    readCheckpoint,
    writeCheckpoint: (name, value) => write(`checkpoints/${name}.json`, { version: 1, value }),
  };
}

/** A folder in memory, for runs that nobody resumes, and for tests. */
export function memoryJournalFiles(): JournalFiles {
  const texts = new Map<string, string>();
  return {
    read: async (path) => texts.get(path),
    write: async (path, text) => void texts.set(path, text),
  };
}

function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // SyntaxError: a torn write. What it would have said is not known to have happened.
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && (value as { version?: unknown }).version === 1;
}

function isRunRecord(value: unknown): value is RunRecord {
  return isRecord(value) && typeof value['state'] === 'string' && Array.isArray(value['tasks']);
}

function isTaskRecord(value: unknown): value is TaskRecord {
  return isRecord(value) && typeof value['name'] === 'string' && typeof value['state'] === 'string';
}

function isCheckpoint(value: unknown): value is { readonly value: Json } {
  return isRecord(value) && value['value'] !== undefined;
}
