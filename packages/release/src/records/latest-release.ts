import { readStoredChart } from '@seatrial/helm';
import { ReleaseError } from '../errors.js';
import { isPreconditionFailed, joinUri, type RecordStore, type ReleaseStore } from './record-store.js';

/** `latest_release.json`. */
export interface LatestRelease {
  /** Commit of the newest release. */
  readonly sha: string;
  /** Where its chart is published. */
  readonly target: string;
  /** Build that made it: grows with time. Absent in records of older tools. */
  readonly buildId?: string;
}

/** A release that is to be the latest. */
export interface ReleaseToMove {
  readonly releasesUri: string;
  /** Packaged chart on this machine. */
  readonly archive: string;
  readonly sha: string;
  /** `<releases>/<version>/<chart>-<version>.tgz` */
  readonly target: string;
  /** Decimal number that grows from build to build. Without one, this release counts as newer than any. */
  readonly buildId?: string | undefined;
}

const TRIES = 20;
const FRESH = { cacheControl: 'no-cache, max-age=0' } as const;

/** Reads `<releases>/latest_release.json`; undefined when nothing was released yet. @throws {ReleaseError} `INVALID_RECORD` */
export async function findLatestRelease(
  store: Pick<RecordStore, 'find'>,
  releasesUri: string,
): Promise<LatestRelease | undefined> {
  const found = await store.find(recordUri(releasesUri));
  return found === undefined ? undefined : parseLatestRelease(found.text);
}

/**
 * Makes a release the latest: `latest_release.json`, then `latest/<chart>-latest.tgz`. Only forward: a build that ends after
 * a newer one keeps its hands off. Both are written on condition that nobody else has meanwhile, so that of any number of
 * builds at once the newest has the last word on both. After an interruption the same call completes it.
 *
 * @returns `kept` when the record was this one's already, or a newer one's
 * @throws {ReleaseError} `INVALID_RECORD`, `INVALID_OPTION`, `UNAVAILABLE` when others get in between 20 times
 */
export async function moveLatestRelease(store: RecordStore, release: ReleaseToMove): Promise<'moved' | 'kept'> {
  const { releasesUri, archive } = release;
  const latestUri = joinUri(releasesUri, 'latest', `${chartOf(release.target)}-latest.tgz`);
  const moved = await moveRecord(store, release);
  if (moved === 'newer') return 'kept';
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const before = await store.stat(latestUri);
    // The order matters: whoever moved the record after this look also writes the archive after it.
    if (!isSame(await findLatestRelease(store, releasesUri), release)) return moved === 'ours' ? 'kept' : 'moved';
    try {
      await store.writeFile(latestUri, archive, {
        ...FRESH,
        contentType: 'application/gzip',
        ifGenerationMatch: before?.generation ?? '0',
      });
      return moved === 'ours' ? 'kept' : 'moved';
    } catch (error) {
      if (!isPreconditionFailed(error)) throw error;
    }
  }
  throw contended(latestUri);
}

/**
 * Completes what {@link moveLatestRelease} was killed in the middle of: puts the chart that the record names at `latest/`
 * where another one is, unless a newer release takes over meanwhile.
 *
 * @returns whether something was missing
 * @throws {ReleaseError} `INVALID_RECORD` when the record names a chart that is not there, `UNAVAILABLE`
 */
export async function completeLatestRelease(
  store: Pick<ReleaseStore, 'find' | 'stat' | 'read' | 'write'>,
  releasesUri: string,
  latest: LatestRelease,
): Promise<boolean> {
  const latestUri = joinUri(releasesUri, 'latest', `${chartOf(latest.target)}-latest.tgz`);
  const chart = await readTarget(store, latest);
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const before = await store.stat(latestUri);
    if (!isSame(await findLatestRelease(store, releasesUri), latest)) return false;
    if (before !== undefined && Buffer.from(await readStoredChart(store, latestUri)).equals(chart)) return false;
    try {
      await store.write(latestUri, chart, {
        ...FRESH,
        contentType: 'application/gzip',
        ifGenerationMatch: before?.generation ?? '0',
      });
      return true;
    } catch (error) {
      if (!isPreconditionFailed(error)) throw error;
    }
  }
  throw contended(latestUri);
}

/** Whether a build that began later has released already. */
export async function isOvertaken(
  store: Pick<RecordStore, 'find'>,
  releasesUri: string,
  buildId: string,
): Promise<boolean> {
  const latest = await findLatestRelease(store, releasesUri);
  return latest !== undefined && isNewer(latest, { buildId });
}

async function readTarget(store: Pick<ReleaseStore, 'read' | 'stat'>, { target }: LatestRelease): Promise<Uint8Array> {
  try {
    return await readStoredChart(store, target);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'NOT_FOUND') throw error;
    throw new ReleaseError('INVALID_RECORD', `latest_release.json names ${target}, which is not there`, {
      cause: error,
      hint: 'Put the chart back, or remove latest_release.json to have the newest green commit released again.',
    });
  }
}

async function moveRecord(store: RecordStore, release: ReleaseToMove): Promise<'moved' | 'ours' | 'newer'> {
  const { releasesUri, sha, target, buildId } = release;
  const uri = recordUri(releasesUri);
  const text = `${JSON.stringify({ sha, target, ...(buildId === undefined ? {} : { buildId }) })}\n`;
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const found = await store.find(uri);
    const latest = found === undefined ? undefined : parseLatestRelease(found.text);
    if (isSame(latest, release)) return 'ours';
    if (latest !== undefined && isNewer(latest, release)) return 'newer';
    try {
      await store.write(uri, text, {
        ...FRESH,
        contentType: 'application/json',
        ifGenerationMatch: found?.info.generation ?? '0',
      });
      return 'moved';
    } catch (error) {
      if (!isPreconditionFailed(error)) throw error;
    }
  }
  throw contended(uri);
}

function recordUri(releasesUri: string): string {
  return joinUri(releasesUri, 'latest_release.json');
}

function isSame(latest: LatestRelease | undefined, { sha, target }: Pick<ReleaseToMove, 'sha' | 'target'>): boolean {
  return latest?.sha === sha && latest.target === target;
}

function isNewer(latest: LatestRelease, { buildId }: Pick<ReleaseToMove, 'buildId'>): boolean {
  if (latest.buildId === undefined || buildId === undefined) return false;
  return BigInt(latest.buildId) > BigInt(checkBuildId(buildId));
}

function checkBuildId(buildId: string): string {
  if (/^\d{1,40}$/.test(buildId)) return buildId;
  throw new ReleaseError('INVALID_OPTION', `not a build id: ${JSON.stringify(buildId)}`, {
    hint: 'Build ids are decimal numbers.',
  });
}

/** `tf-job-operator` of `…/<version>/tf-job-operator-<version>.tgz`. */
function chartOf(target: string): string {
  const [version = '', file = ''] = target.split('/').slice(-2);
  const end = `-${version}.tgz`;
  if (version !== '' && file.length > end.length && file.endsWith(end)) return file.slice(0, -end.length);
  throw new ReleaseError('INVALID_OPTION', `not a published chart: ${JSON.stringify(target)}`, {
    hint: 'A chart is published as <releases>/<version>/<chart>-<version>.tgz.',
  });
}

function parseLatestRelease(text: string): LatestRelease {
  try {
    const { sha, target, buildId } = JSON.parse(text) as Record<string, unknown>;
    if (typeof sha === 'string' && typeof target === 'string') {
      return { sha, target, ...(typeof buildId === 'string' && /^\d{1,40}$/.test(buildId) ? { buildId } : {}) };
    }
  } catch {
    // not JSON, or not an object: told below
  }
  throw new ReleaseError('INVALID_RECORD', 'latest_release.json cannot be read', {
    hint: 'It holds {"sha", "target"} of the newest release: mend or remove it.',
    detail: text.slice(0, 500),
  });
}

function contended(uri: string): ReleaseError {
  return new ReleaseError('UNAVAILABLE', `${uri} was changed by others ${TRIES} times in a row`, {
    hint: 'Run it again.',
  });
}
