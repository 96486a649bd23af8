import { machineClock, type Clock } from '../clock.js';
import { ReleaseError } from '../errors.js';
import { type GitOptions, runGit } from './git.js';

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 1_000;

/** How a fetch goes about it. */
export interface FetchOptions extends GitOptions {
  /** Commits of history. @default all of it */
  readonly depth?: number | undefined;
  /** A partial clone's filter, such as `blob:none`. @default none */
  readonly filter?: string | undefined;
  readonly clock?: Clock | undefined;
}

/** `git fetch origin REFSPECS`, tried again when the network fails, after 1, 2 and 4 seconds. */
export async function fetchRefs(refspecs: readonly string[], options: FetchOptions): Promise<void> {
  const { depth, filter, clock = machineClock, signal, onLine } = options;
  const args = ['fetch', '--no-tags', '--no-recurse-submodules', '--progress'];
  if (depth !== undefined) args.push(`--depth=${depth}`);
  if (filter !== undefined) args.push(`--filter=${filter}`);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await runGit([...args, '--end-of-options', 'origin', ...refspecs], options);
      return;
    } catch (error) {
      if (!(error instanceof ReleaseError) || error.code !== 'UNAVAILABLE' || attempt === ATTEMPTS) throw error;
      onLine?.(`${error.message}; trying again (${attempt + 1} of ${ATTEMPTS})`);
      await clock.sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), signal);
    }
  }
}
