import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Redactor } from '@seatrial/cli';
import { formatReport, type TestSuite } from '@seatrial/junit';
import { joinUri, type ObjectStore } from '@seatrial/storage';
import type { LogBook } from './log-book.js';
import { redactFolder } from './redact-folder.js';

/** Writes one run's results in Prow's layout, below the run's directory. */
export interface ResultWriter {
  readonly runUri: string;
  readonly log: LogBook;
  /** Writes `artifacts/junit_<task>.xml`, over an earlier attempt's. */
  report(task: string, suite: TestSuite): Promise<void>;
  /** Puts a folder's files below `artifacts/<name>/`, and takes secrets out of its text files. */
  addFolder(name: string, dir: string): Promise<void>;
  /** Puts what the logs hold so far, and has not been put there yet, into the results. */
  publishLogs(): Promise<void>;
  /** Puts the logs into the results again and again until the signal is aborted. Never rejects. */
  followLogs(signal: AbortSignal): Promise<void>;
}

export interface ResultWriterOptions {
  readonly store: ObjectStore;
  readonly runUri: string;
  readonly log: LogBook;
  readonly clock: Clock;
  /** Applied to every report and added text file. */
  readonly redact: Redactor;
  /** The logs are written in the results' own folder, so there is nothing to copy. */
  readonly logsInPlace: boolean;
}

/** Milliseconds between two uploads of the logs, at least. */
const PUBLISH_MS = 5_000;
/** So many times as long as an upload took is the pause after it: a fifth of the time at most goes into uploads. */
const PAUSE_FACTOR = 4;

export function createResultWriter(options: ResultWriterOptions): ResultWriter {
  const { store, runUri, log, clock, redact, logsInPlace } = options;
  /** Bytes of a log that are in the results, by its name. */
  const published = new Map<string, number>();

  const publish = async (name: string): Promise<void> => {
    const path = join(log.dir, name);
    const { size } = await stat(path);
    if (published.get(name) === size) return;
    await store.writeFile(joinUri(runUri, name), path, { contentType: 'text/plain; charset=utf-8' });
    published.set(name, size);
  };

  const writer: ResultWriter = {
    runUri,
    log,
    async report(task, suite) {
      const uri = joinUri(runUri, 'artifacts', junitFile(task));
      await store.write(uri, redact(formatReport({ suites: [suite] })), { contentType: 'application/xml' });
    },
    async addFolder(name, dir) {
      await redactFolder(dir, redact);
      await store.uploadFolder(dir, joinUri(runUri, 'artifacts', name));
    },
    async publishLogs() {
      if (logsInPlace) return;
      log.flush();
      const folder = join('artifacts', 'seatrial', 'logs');
      const names = await readdir(join(log.dir, folder));
      await publishAll(['build-log.txt', ...names.map((name) => join(folder, name))], publish);
    },
    async followLogs(signal) {
      while (!logsInPlace && !signal.aborted) {
        const startedMs = clock.now();
        // Results that cannot be reached now may be later; the last upload, at the end of the run, tells.
        await writer
          .publishLogs()
          .catch((error: unknown) => log.line('seatrial', `logs not published: ${String(error)}`));
        const tookMs = clock.now() - startedMs;
        await clock.sleep(Math.max(PUBLISH_MS, PAUSE_FACTOR * tookMs), signal).catch(() => undefined); // aborted
      }
    },
  };
  return writer;
}

async function publishAll(names: readonly string[], publish: (name: string) => Promise<void>): Promise<void> {
  const outcomes = await Promise.allSettled(names.map(publish));
  const failures = outcomes
    .filter((outcome): outcome is PromiseRejectedResult => outcome.status === 'rejected')
    .map(({ reason }) => reason as unknown)
    .filter((error) => (error as NodeJS.ErrnoException).code !== 'ENOENT'); // nothing was logged yet
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, 'not all logs could be put into the results');
}

/** Base name of a task's report. TestGrid wants no `_` in the context; task names have none. */
export function junitFile(task: string): string {
  return `junit_${task}.xml`;
}
