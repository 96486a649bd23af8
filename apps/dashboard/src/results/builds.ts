import type { JobRef } from '../api.js';
import { DashboardError } from '../errors.js';
import type { Results } from './results.js';
import { compareBuildIds, isBuildId } from './run-path.js';

/** A build of a job. */
export interface Build {
  readonly buildId: string;
  /** Folder of the run below the results. */
  readonly run: string;
}

/** The newest builds of jobs. */
export interface Builds {
  /** Newest first; those before `before` where it is given. */
  newest(
    job: JobRef,
    options: { readonly count: number; readonly before?: string },
  ): Promise<{ builds: readonly Build[]; more: boolean }>;
}

/** What is known of one job: every build from `floor` on. */
interface Known {
  /** Ascending. */
  ids: string[];
  /** Smallest id that was looked for; `''` when all are known. */
  floor: string;
  /** When it was read from the beginning. */
  readonly sinceMs: number;
  readMs: number;
}

/** Builds of this age are looked for first, then eight times as far back, and so on. */
const FIRST_WINDOW_MS = 24 * 60 * 60 * 1_000;
const WIDENINGS = 4;
/** A listing this young is handed out as it is. */
const FRESH_MS = 1_000;
/** Then builds that were deleted in the meantime are forgotten. */
const FORGET_MS = 10 * 60 * 1_000;

/**
 * Lists builds by as few requests as there can be. Build ids of 19 digits begin with their time, so that a listing may begin
 * near its end: the newest builds cost `latest-build.txt` and one to five listings at first, and one listing of what is new
 * after that. Jobs with other ids are listed whole.
 */
export function createBuilds(results: Results, { now }: { readonly now: () => number }): Builds {
  const jobs = new Map<string, Promise<Known>>();
  const runs = new Map<string, string>();

  const idsFrom = async ({ job, kind }: JobRef, from: string): Promise<string[]> => {
    const suffix = kind === 'presubmit' ? '.txt' : '/';
    const entries = await results.listLevel(`${job}/`, from === '' ? {} : { startAt: `${job}/${from}` });
    return entries
      .flatMap(({ path, kind: entryKind }) => {
        if ((entryKind === 'folder') !== (suffix === '/') || !path.endsWith(suffix)) return [];
        const name = path.slice(job.length + 1, -suffix.length);
        return isBuildId(name) ? [name] : [];
      })
      .sort(compareBuildIds);
  };

  const first = async (job: JobRef, count: number): Promise<Known> => {
    const readMs = now();
    const latest = (await results.readText(`${job.job}/latest-build.txt`))?.trim() ?? '';
    for (let step = 0, windowMs = FIRST_WINDOW_MS; isSnowflake(latest) && step < WIDENINGS; step += 1, windowMs *= 8) {
      const floor = snowflakeBefore(latest, windowMs);
      if (floor === '') break;
      const ids = await idsFrom(job, floor);
      if (ids.length > count && ids.every(isSnowflake)) return { ids, floor, sinceMs: readMs, readMs };
    }
    return { ids: await idsFrom(job, ''), floor: '', sinceMs: readMs, readMs };
  };

  const refreshed = async (job: JobRef, known: Known): Promise<Known> => {
    const newest = known.ids.at(-1);
    if (now() - known.readMs < FRESH_MS) return known;
    if (now() - known.sinceMs > FORGET_MS || newest === undefined || !isSnowflake(newest)) {
      return first(job, known.ids.length);
    }
    const readMs = now();
    const added = (await idsFrom(job, newest)).filter((id) => compareBuildIds(id, newest) > 0);
    return { ...known, ids: [...known.ids, ...added], readMs };
  };

  /** The first listing of a job is shared by all who wait for it. */
  const know = (job: JobRef, wanted: number): Promise<Known> => {
    const before = jobs.get(job.job);
    const after = before === undefined ? first(job, wanted) : before.then((known) => refreshed(job, known));
    jobs.set(job.job, after);
    after.catch(() => {
      if (jobs.get(job.job) === after) jobs.delete(job.job);
    });
    return after;
  };

  /** An alias holds the URI of the run's folder; results may have been moved since, so its path is what counts. */
  const followAlias = async (job: JobRef, buildId: string): Promise<string> => {
    const alias = `${job.job}/${buildId}.txt`;
    const kept = runs.get(alias);
    if (kept !== undefined) return kept;
    const target = (await results.readText(alias)) ?? '';
    const run = /(?:^|\/)(pr-logs\/pull\/[^\r\n]+)$/.exec(target.trim())?.[1]?.replace(/\/+$/, '') ?? alias;
    runs.set(alias, run);
    return run;
  };

  return {
    async newest(job, { count, before }) {
      let known = await know(job, count);
      const below = (ids: readonly string[]): readonly string[] =>
        before === undefined ? ids : ids.filter((id) => compareBuildIds(id, before) < 0);
      if (below(known.ids).length <= count && known.floor !== '') {
        const readMs = now();
        known = { ids: await idsFrom(job, ''), floor: '', sinceMs: readMs, readMs };
        jobs.set(job.job, Promise.resolve(known));
      }
      const ids = below(known.ids);
      const chosen = ids.slice(-count).reverse();
      const builds = chosen.map(async (buildId) => ({
        buildId,
        run: job.kind === 'presubmit' ? await followAlias(job, buildId) : `${job.job}/${buildId}`,
      }));
      return { builds: await Promise.all(builds), more: ids.length > count };
    },
  };
}

/** @throws {DashboardError} `INVALID_REQUEST` for a number of builds that is none, or more than `max`. */
export function checkCount(text: string | undefined, { standard, max }: { standard: number; max: number }): number {
  if (text === undefined) return standard;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= max) return count;
  throw new DashboardError('INVALID_REQUEST', `count is not a number from 1 to ${max}: ${JSON.stringify(text)}`);
}

const EPOCH_MS = 1_288_834_974_657n;

function isSnowflake(id: string): boolean {
  return /^[1-9]\d{18}$/.test(id);
}

/** The smallest id of a time that much earlier; `''` when there is none of 19 digits. */
function snowflakeBefore(id: string, ms: number): string {
  const timeMs = (BigInt(id) >> 22n) + EPOCH_MS - BigInt(ms);
  const floor = (timeMs - EPOCH_MS) << 22n;
  return floor > 10n ** 18n ? String(floor) : '';
}
