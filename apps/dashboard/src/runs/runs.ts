import { LRUCache } from 'lru-cache';
import type { ArtifactsAnswer, RunAnswer, TestsAnswer } from '../api.js';
import { DashboardError } from '../errors.js';
import type { Results } from '../results/results.js';
import { parseRunPath } from '../results/run-path.js';
import { createJournalReader, JOURNAL, type JournalReader } from './journal-reader.js';
import { factsOf } from './run-facts.js';
import type { RunFiles, RunHeads } from './run-heads.js';
import { artifactsOf, listRunObjects, type RunObjects } from './run-objects.js';
import { readTests } from './run-tests.js';
import { focusOf, taskViewsOf } from './task-views.js';

/** Runs, read from their folders and kept while they cannot have changed. */
export interface Runs {
  /** @throws {DashboardError} `NOT_FOUND` where there is no run. */
  read(run: string): Promise<RunAnswer>;
  tests(run: string): Promise<TestsAnswer>;
  artifacts(run: string): Promise<ArtifactsAnswer>;
}

/** How long what lies in a run's folder is taken for current, while it goes on and shortly after: logs may come last. */
const [LIVE_FRESH_MS, ENDED_FRESH_MS, SETTLED_MS] = [250, 10_000, 10 * 60 * 1_000];
/** What is kept in memory, all runs together: characters of texts of tests, and listed objects. */
const [MAX_TEXT, MAX_OBJECTS] = [64 * 1024 * 1024, 200_000];

interface Listing {
  readonly readMs: number;
  readonly version: string;
  readonly objects: Promise<RunObjects>;
}

export function createRuns(results: Results, heads: RunHeads, { now }: { readonly now: () => number }): Runs {
  const listings = new LRUCache<string, Listing>({ maxSize: MAX_OBJECTS });
  const journals = new LRUCache<string, JournalReader>({ max: 100 });
  const tests = new LRUCache<string, { readonly version: string; readonly answer: TestsAnswer }>({
    maxSize: MAX_TEXT,
    sizeCalculation: ({ answer }) => sizeOf(answer),
  });

  const isFresh = (readMs: number, { endedMs }: RunFiles['head']): boolean => {
    const ageMs = now() - readMs;
    if (endedMs === undefined) return ageMs < LIVE_FRESH_MS;
    return ageMs < ENDED_FRESH_MS || readMs - endedMs > SETTLED_MS;
  };

  const objectsOf = (run: string, { version, head }: RunFiles): Promise<RunObjects> => {
    const known = listings.get(run);
    if (known?.version === version && isFresh(known.readMs, head)) return known.objects;
    const listing = { readMs: now(), version, objects: listRunObjects(results, run) };
    listings.set(run, listing, { size: 1 });
    listing.objects.then(
      ({ files }) => listings.set(run, listing, { size: 1 + files.size }),
      () => listings.delete(run),
    );
    return listing.objects;
  };

  const journalOf = (run: string): JournalReader => {
    const reader = journals.get(run) ?? createJournalReader(results);
    journals.set(run, reader);
    return reader;
  };

  return {
    async read(run) {
      const { jobRef } = parseRunPath(run);
      const files = await heads.read(run);
      const objects = await objectsOf(run, files);
      if (!files.exists && objects.files.size === 0) throw noSuchRun(run);
      const journal = await journalOf(run).read(objects);
      const tasks = taskViewsOf(journal, objects);
      const { head } = files;
      const focus = focusOf(tasks);
      const changedMs = Math.max(0, ...[...objects.files.values()].map(({ updatedMs }) => updatedMs));
      return {
        ...head,
        ...exactTimes(head, journal.run),
        jobRef,
        tasks,
        facts: factsOf(files, journal, now()),
        logs: logsOf(objects),
        ...(changedMs === 0 ? {} : { changedMs }),
        warnings: files.warnings,
        ...(focus === undefined ? {} : { focus }),
        version: objects.version,
      };
    },
    async tests(run) {
      const files = await heads.read(run);
      const objects = await objectsOf(run, files);
      const known = tests.get(run);
      if (known?.version === objects.version) return known.answer;
      const answer = await readTests(results, run, objects);
      tests.set(run, { version: objects.version, answer });
      return answer;
    },
    async artifacts(run) {
      parseRunPath(run);
      return artifactsOf(await objectsOf(run, await heads.read(run)));
    },
  };
}

/** The journal has milliseconds where the metadata files have seconds. */
function exactTimes(
  { endedMs: headEndedMs }: RunFiles['head'],
  record: { readonly startedMs: number; readonly endedMs?: number } | undefined,
): { startedMs?: number; endedMs?: number } {
  if (record === undefined) return {};
  const { startedMs, endedMs } = record;
  return { startedMs, ...(endedMs === undefined || headEndedMs === undefined ? {} : { endedMs }) };
}

function logsOf({ files }: RunObjects): RunAnswer['logs'] {
  return [...files]
    .filter(([file]) => file.startsWith(`${JOURNAL}/logs/`) || /^[^/]*build-log\.txt$/.test(file))
    .map(([file, { sizeBytes }]) => ({ file, sizeBytes }));
}

function noSuchRun(run: string): DashboardError {
  return new DashboardError('NOT_FOUND', `there is no run at ${run}`, {
    hint: 'It may have been deleted; look at the runs of its job.',
  });
}

function sizeOf({ tests }: TestsAnswer): number {
  const texts = tests.reduce(
    (sum, { name, text = '', output = '', message = '' }) =>
      sum + 200 + name.length + text.length + output.length + message.length,
    0,
  );
  return 1 + texts;
}
