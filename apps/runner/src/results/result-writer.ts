import { join } from 'node:path';
import { formatReport, type TestSuite } from '@seatrial/junit';
import { joinUri, type ObjectStore } from '@seatrial/storage';
import type { LogBook } from './log-book.js';
import type { Redact } from './redactor.js';

/** Writes one run's results in Prow's layout, below the run's directory. */
export interface ResultWriter {
  readonly runUri: string;
  readonly log: LogBook;
  /** Writes `artifacts/junit_<task>.xml`, over an earlier attempt's. */
  report(task: string, suite: TestSuite): Promise<void>;
  /** Puts a folder's files below `artifacts/<name>/`. */
  addFolder(name: string, dir: string): Promise<void>;
  /** Puts what the logs hold so far into the results. */
  publishLogs(): Promise<void>;
}

export interface ResultWriterOptions {
  readonly store: ObjectStore;
  readonly runUri: string;
  readonly log: LogBook;
  /** Applied to every report. */
  readonly redact: Redact;
  /** The logs are written in the results' own folder, so there is nothing to copy. */
  readonly logsInPlace: boolean;
}

export function createResultWriter({ store, runUri, log, redact, logsInPlace }: ResultWriterOptions): ResultWriter {
  return {
    runUri,
    log,
    async report(task, suite) {
      const uri = joinUri(runUri, 'artifacts', junitFile(task));
      await store.write(uri, redact(formatReport({ suites: [suite] })), { contentType: 'application/xml' });
    },
    async addFolder(name, dir) {
      await store.uploadFolder(dir, joinUri(runUri, 'artifacts', name));
    },
    async publishLogs() {
      if (logsInPlace) return;
      await store.uploadFolder(
        join(log.dir, 'artifacts', 'seatrial', 'logs'),
        joinUri(runUri, 'artifacts', 'seatrial', 'logs'),
      );
      await store.writeFile(joinUri(runUri, 'build-log.txt'), join(log.dir, 'build-log.txt'), {
        contentType: 'text/plain; charset=utf-8',
      });
    },
  };
}

/** Base name of a task's report. TestGrid wants no `_` in the context; task names have none. */
export function junitFile(task: string): string {
  return `junit_${task}.xml`;
}
