import type { BuildInfo } from '../records/build-info.js';
import { readLatestGreen } from '../records/latest-green.js';
import { completeLatestRelease, findLatestRelease, isOvertaken } from '../records/latest-release.js';
import { listInIndex, publishLatestRelease } from '../records/publish-latest.js';
import { joinUri, type ReleaseStore } from '../records/record-store.js';

/** What releasing the newest green commit needs. */
export interface NewestReleaseServices {
  readonly store: ReleaseStore;
  /**
   * Builds and publishes the commit, or goes on with what an earlier attempt has published. `mayMoveLatest` is to be asked
   * before `:latest` of the images moves. Undefined when nothing was published, as in a dry run.
   */
  readonly build: (sha: string, mayMoveLatest: () => Promise<boolean>) => Promise<BuildInfo | undefined>;
  /** Decimal numbers that grow with time. */
  readonly newBuildId: () => string;
  /** Lines about what is done. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** Where the records are. */
export interface NewestReleaseRequest {
  /** URI of `latest_green.json`. */
  readonly latestGreenUri: string;
  readonly releasesUri: string;
}

/** What came of it. */
export interface NewestRelease {
  /**
   * `released`: it is the latest release now. `current`: it was already. `completed`: it was already, all but for what an
   * interrupted attempt had left undone. `overtaken`: it is published, but a build that began later is the latest release.
   * `unpublished`: nothing was published, as in a dry run.
   */
  readonly state: 'released' | 'current' | 'completed' | 'overtaken' | 'unpublished';
  /** The newest green commit. */
  readonly sha: string;
  /** Where its chart is published. */
  readonly target?: string;
  /** Only when something was built or found published. */
  readonly info?: BuildInfo;
}

/**
 * Releases the newest commit that passed, unless it is the latest release, and makes it that.
 *
 * `latest_release.json` moves when everything that it leads to is in place, then `latest/`; last, `index.yaml` lists what
 * `helm repo add` is to find. Broken off at any point, the next
 * call goes on: what is published is not built again, and what was not moved moves.
 *
 * @throws {ReleaseError} `NO_GREEN_COMMIT`, `INVALID_RECORD`, `UNAVAILABLE`; whatever `build` throws
 */
export async function releaseNewest(
  { store, build, newBuildId, onLine }: NewestReleaseServices,
  { latestGreenUri, releasesUri }: NewestReleaseRequest,
): Promise<NewestRelease> {
  const sha = await readLatestGreen(store, latestGreenUri);
  const latest = await findLatestRelease(store, releasesUri);
  if (latest?.sha === sha) {
    const { target } = latest;
    const completed = await completeLatestRelease(store, releasesUri, latest);
    if (completed)
      onLine?.(`put ${target} at ${joinUri(releasesUri, 'latest/')}, where an interrupted release had not`);
    const indexed = await listInIndex(store, { releasesUri, target });
    if (indexed) onLine?.(`index.yaml lists ${target} now`);
    return { state: completed || indexed ? 'completed' : 'current', sha, target };
  }
  onLine?.(`${sha} has passed and is not released; the latest release is ${latest?.sha ?? 'none yet'}`);
  // Before the build: of two builds at once, the later one's id is larger.
  const buildId = newBuildId();
  const info = await build(sha, async () => !(await isOvertaken(store, releasesUri, buildId)));
  const target = info?.chart.uri;
  if (info === undefined || target === undefined) return { state: 'unpublished', sha, ...(info && { info }) };
  await publishLatestRelease(store, { releasesUri, archive: info.chart.path, sha, target, buildId });
  const now = await findLatestRelease(store, releasesUri);
  return { state: now?.sha === sha ? 'released' : 'overtaken', sha, target, info };
}
