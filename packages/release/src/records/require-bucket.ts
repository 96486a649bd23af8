import { ReleaseError } from '../errors.js';
import { joinUri, type ReleaseStore } from './record-store.js';

/**
 * Makes sure that releases have a place to go to, before minutes of building.
 *
 * An account that may write but not list is let through: what it is about to write says more.
 *
 * @throws {ReleaseError} `BUCKET_MISSING`; other errors of the store as they are
 */
export async function requireBucket(store: Pick<ReleaseStore, 'list'>, releasesUri: string): Promise<void> {
  try {
    for await (const _object of store.list(joinUri(releasesUri, 'latest'))) return;
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (code === 'DENIED') return;
    if (code !== 'NOT_FOUND') throw error;
    throw new ReleaseError('BUCKET_MISSING', `there is no bucket for the releases at ${releasesUri}`, {
      cause: error,
      hint: 'Make the bucket, or check --releases-path.',
    });
  }
}
