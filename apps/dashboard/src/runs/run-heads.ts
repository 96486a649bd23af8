import { parseFinished, parseStarted } from '@seatrial/prow';
import { testgridVersion } from '@seatrial/prow/readers';
import { LRUCache } from 'lru-cache';
import type { RunHead, RunState } from '../api.js';
import type { Results } from '../results/results.js';
import { parseRunPath } from '../results/run-path.js';

type Started = ReturnType<typeof parseStarted>;
type Finished = ReturnType<typeof parseFinished>;

/** A run's head and what it was made from. */
export interface RunFiles {
  readonly head: RunHead;
  /** `undefined` where it is missing or malformed. */
  readonly started: Started | undefined;
  readonly finished: Finished | undefined;
  /** Metadata files that are there and cannot be read, with why. */
  readonly warnings: readonly string[];
  /** Whether there is any metadata file at all. */
  readonly exists: boolean;
  /** Differs once the run has ended, or ended again. */
  readonly version: string;
}

/** Heads of runs, kept as long as they cannot have changed. */
export interface RunHeads {
  read(run: string): Promise<RunFiles>;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
/** How long what was read is taken for current: of a run that goes on, and of one that ended within a day (it may be resumed). */
const [LIVE_FRESH_MS, ENDED_FRESH_MS] = [500, 30_000];

/** Reads started.json and finished.json: two requests a run, none for one that ended a day ago and was read before. */
export function createRunHeads(results: Results, { now }: { readonly now: () => number }): RunHeads {
  const kept = new LRUCache<string, { readonly readMs: number; readonly files: Promise<RunFiles> }>({ max: 20_000 });
  const ended = new LRUCache<string, RunFiles>({ max: 20_000 });

  const isFresh = (run: string, readMs: number): boolean => {
    const head = ended.get(run)?.head;
    const ageMs = now() - readMs;
    if (head?.endedMs === undefined) return ageMs < LIVE_FRESH_MS;
    return ageMs < ENDED_FRESH_MS || readMs - head.endedMs > DAY_MS;
  };

  const readFiles = async (run: string): Promise<RunFiles> => {
    const [startedText, finishedText] = await Promise.all(
      // started.json does not change but by a resume, which changes finished.json as well.
      ['started.json', 'finished.json'].map((name) => results.readText(`${run}/${name}`)),
    );
    const started = parse('started.json', startedText, parseStarted);
    const finished = parse('finished.json', finishedText, parseFinished);
    const files = {
      head: headOf(run, { started, finished, nowMs: now() }),
      started: started.value,
      finished: finished.value,
      warnings: [started.warning, finished.warning].flatMap((warning) => (warning === undefined ? [] : [warning])),
      exists: startedText !== undefined || finishedText !== undefined,
      version: `${startedText?.length ?? 0}:${finished.value?.timestamp ?? 0}`,
    };
    ended.set(run, files);
    return files;
  };

  return {
    read(run) {
      const known = kept.get(run);
      if (known !== undefined && isFresh(run, known.readMs)) return known.files;
      const files = readFiles(run);
      kept.set(run, { readMs: now(), files });
      files.catch(() => kept.delete(run));
      return files;
    },
  };
}

interface Parsed<T> {
  readonly value?: T;
  readonly warning?: string;
}

function parse<T>(name: string, text: string | undefined, read: (text: string) => T): Parsed<T> {
  if (text === undefined) return {};
  try {
    return { value: read(text) };
  } catch (error) {
    // ProwError MALFORMED: said on the page, as other readers would refuse the file as well.
    return { warning: error instanceof Error ? error.message : `${name} is malformed` };
  }
}

function headOf(
  run: string,
  { started, finished, nowMs }: { started: Parsed<Started>; finished: Parsed<Finished>; nowMs: number },
): RunHead {
  const { buildId, pull } = parseRunPath(run);
  const startedMs = secondsToMs(started.value?.timestamp);
  const endedMs = secondsToMs(finished.value?.timestamp);
  const commit = commitOf(started.value, finished.value);
  const repo = repoOf(started.value, finished.value);
  const isUnreadable = started.warning !== undefined || finished.warning !== undefined;
  return {
    run,
    buildId,
    state: isUnreadable ? 'unreadable' : stateOf(finished.value, startedMs, nowMs),
    ...(startedMs === undefined ? {} : { startedMs }),
    ...(endedMs === undefined ? {} : { endedMs }),
    ...(commit === undefined ? {} : { commit }),
    ...(pull === undefined ? {} : { pull }),
    ...(repo === undefined ? {} : { repo }),
  };
}

/** Without finished.json a run is running for a day, as TestGrid has it. */
function stateOf(finished: Finished | undefined, startedMs: number | undefined, nowMs: number): RunState {
  if (finished === undefined) return startedMs !== undefined && nowMs - startedMs > DAY_MS ? 'lost' : 'running';
  if (finished.result === 'ABORTED') return 'aborted';
  const passed = finished.passed ?? finished.result === 'SUCCESS';
  return passed ? 'passed' : 'failed';
}

function commitOf(started: Started | undefined, finished: Finished | undefined): string | undefined {
  const pullSha = /,\d+:([0-9a-f]{7,40})$/.exec(started?.pull ?? '')?.[1];
  const whole = finished?.revision ?? pullSha ?? started?.['repo-commit'];
  if (whole !== undefined && whole !== '') return whole;
  const version = testgridVersion(started, finished);
  return /^[0-9a-f]{7,40}$/.test(version) ? version : undefined;
}

function repoOf(started: Started | undefined, finished: Finished | undefined): string | undefined {
  const repo = finished?.metadata?.['repo'];
  if (typeof repo === 'string') return repo;
  return Object.keys(started?.repos ?? {})[0];
}

function secondsToMs(seconds: number | undefined): number | undefined {
  return seconds === undefined || seconds <= 0 ? undefined : seconds * 1_000;
}
