import type { RunRecord, TaskOutline, TaskRecord } from '@seatrial/pipeline';
import type { ResultObject, Results } from '../results/results.js';
import type { RunObjects } from './run-objects.js';

/** Where a run's journal lies below its folder. */
export const JOURNAL = 'artifacts/seatrial';

/** A run's journal, as far as it can be read. */
export interface RunJournal {
  readonly run: RunRecord | undefined;
  /** By task. */
  readonly tasks: ReadonlyMap<string, TaskRecord>;
}

/** Reads the journal of one run; what has not been written since is not read again. */
export interface JournalReader {
  read(objects: RunObjects): Promise<RunJournal>;
}

/** A file that is missing, torn or of another version counts as not there: what is shown then is less, not wrong. */
export function createJournalReader(results: Results): JournalReader {
  const kept = new Map<string, { readonly generation: string; readonly value: Promise<unknown> }>();
  const read = (object: ResultObject): Promise<unknown> => {
    const known = kept.get(object.path);
    if (known?.generation === object.generation) return known.value;
    const value = results.readText(object.path).then(parseJson);
    kept.set(object.path, { generation: object.generation, value });
    value.catch(() => kept.delete(object.path));
    return value;
  };
  return {
    async read({ files }) {
      const record = files.get(`${JOURNAL}/run.json`);
      const taskFiles = [...files].filter(([file]) => /^artifacts\/seatrial\/tasks\/[^/]+\.json$/.test(file));
      const [runValue, ...taskValues] = await Promise.all([
        record === undefined ? undefined : read(record),
        ...taskFiles.map(([, object]) => read(object)),
      ]);
      const tasks = taskValues.filter(isTaskRecord).map((task) => [task.name, task] as const);
      return { run: isRunRecord(runValue) ? runValue : undefined, tasks: new Map(tasks) };
    },
  };
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    // SyntaxError: a write that was cut off; the next one is whole.
    return undefined;
  }
}

function isTaskRecord(value: unknown): value is TaskRecord {
  if (!isVersion1(value) || typeof value['name'] !== 'string' || typeof value['state'] !== 'string') return false;
  const attempts = value['attemptHistory'] ?? [];
  return Array.isArray(attempts) && attempts.every(isAttempt);
}

function isAttempt(value: unknown): boolean {
  return typeof (value as { readonly startedMs?: unknown } | null)?.startedMs === 'number';
}

function isRunRecord(value: unknown): value is RunRecord {
  return isVersion1(value) && Array.isArray(value['tasks']) && value['tasks'].every(isOutline);
}

function isOutline(value: unknown): value is TaskOutline {
  const { name, needs, after } = (value ?? {}) as Partial<TaskOutline>;
  return typeof name === 'string' && Array.isArray(needs) && Array.isArray(after);
}

function isVersion1(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && (value as { version?: unknown }).version === 1;
}
