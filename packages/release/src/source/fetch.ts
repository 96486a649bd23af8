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

/**
 * Does something that a failing network may break off, up to 4 times: after 1, 2 and 4 seconds when it ends with
 * `UNAVAILABLE`. Any other error, and an abort, end it at once.
 */
export async function withRetries<T>(options: FetchOptions, work: () => Promise<T>): Promise<T> {
  const { clock = machineClock, signal, onLine } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ReleaseError) || error.code !== 'UNAVAILABLE' || attempt === ATTEMPTS) throw error;
      onLine?.(`${error.message}; trying again (${attempt + 1} of ${ATTEMPTS})`);
      await clock.sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), signal);
    }
  }
}

/** `git fetch origin REFSPECS`, tried again when the network fails. */
export async function fetchRefs(refspecs: readonly string[], options: FetchOptions): Promise<void> {
  const { depth, filter } = options;
  const args = ['fetch', '--no-tags', '--no-recurse-submodules', '--progress'];
  if (depth !== undefined) args.push(`--depth=${depth}`);
  if (filter !== undefined) args.push(`--filter=${filter}`);
  await withRetries(options, () => runGit([...args, '--end-of-options', 'origin', ...refspecs], options));
}

/** Fetches the history that a shallow fetch has left out, so that commits of it can be compared and merged. */
export async function fetchHistory(options: FetchOptions): Promise<void> {
  const { stdout } = await runGit(['rev-parse', '--is-shallow-repository'], options);
  if (stdout.trim() !== 'true') return;
  const args = ['fetch', '--unshallow', '--no-tags', '--no-recurse-submodules', '--progress'];
  if (options.filter !== undefined) args.push(`--filter=${options.filter}`);
  await withRetries(options, () => runGit([...args, 'origin'], options));
}
