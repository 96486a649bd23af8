import { type ContextOf, UsageError } from '@seatrial/cli';
import { newBuildId } from '@seatrial/prow';
import { type NewestRelease, releaseNewest } from '../watch/release-newest.js';
import { watchReleases } from '../watch/watch-releases.js';
import { buildClone, printInfo } from './build.js';
import { fetchOptions } from './clone.js';
import type { newReleaseFlags, watchFlags } from './flags.js';
import { logLines, surroundingsOf } from './surroundings.js';

type NewestContext = ContextOf<typeof newReleaseFlags>;

/** `build-new-release`: the newest commit that passed, if it is not the newest release; then makes it that. */
export async function buildNewRelease(context: NewestContext): Promise<void> {
  const { flags, logger, print, printJson } = context;
  const release = await releaseOnce(context, releasesOf(context));
  const { state, sha, target, info } = release;
  if (info !== undefined) {
    logger.info('latest_release.json', { moved: state === 'released', sha });
    printInfo(context, info);
  } else if (target === undefined) print(`would move ${releasesOf(context)}/latest_release.json to ${sha}`);
  else if (flags.json) printJson({ state, sha, target });
  else print(`${sha} is the newest release already: ${target}`);
}

/** `watch`: `build-new-release` for ever. */
export async function watch(context: ContextOf<typeof watchFlags>): Promise<void> {
  const { flags, logger, clock, signal, print, printJson } = context;
  const releasesUri = releasesOf(context);
  if (!flags.push) throw new UsageError('--no-push would build the same commit for ever: watch publishes');
  logger.info('watching', { green: flags['latest-green'], releases: releasesUri, seconds: flags.interval });
  await watchReleases(
    {
      release: (budget) => releaseOnce({ ...context, signal: budget }, releasesUri),
      clock,
      random: Math.random,
      logger,
      onRelease: ({ sha, target }) => (flags.json ? printJson({ sha, target }) : print(`${sha} ${target ?? ''}`)),
    },
    {
      intervalMs: flags.interval * 1_000,
      jitter: flags.jitter,
      maxRetryMs: flags['max-backoff'] * 1_000,
      attemptMs: flags['attempt-timeout'] * 1_000,
      signal,
    },
  );
}

function releasesOf({ flags }: Pick<NewestContext, 'flags'>): string {
  const releasesUri = flags['releases-path'];
  if (releasesUri !== undefined) return releasesUri.replace(/([^/:])\/+$/, '$1');
  throw new UsageError('--releases-path is needed: there the newest release is recorded');
}

function releaseOnce(context: NewestContext, releasesUri: string): Promise<NewestRelease> {
  const { flags, clock, logger } = context;
  return releaseNewest(
    {
      store: surroundingsOf(context).store(),
      build: (commit, mayMoveLatest) =>
        buildClone(context, { ...fetchOptions(context), commit }, { resume: true, mayMoveLatest }),
      newBuildId: () => newBuildId(clock, Math.random),
      onLine: logLines(logger),
    },
    { latestGreenUri: flags['latest-green'], releasesUri },
  );
}
