import { updateChartIndex } from '@seatrial/helm';
import type { Clock } from '../clock.js';
import { moveLatestRelease, type ReleaseToMove } from './latest-release.js';
import type { ReleaseStore } from './record-store.js';

/** What {@link publishLatestRelease} did. */
export interface PublishedLatest {
  /** `kept` when the record was this release's already, or a newer one's. */
  readonly latest: 'moved' | 'kept';
  /** Whether `index.yaml` did not list the chart before. */
  readonly indexed: boolean;
}

/**
 * Makes a published release the one that others find: `latest_release.json` and `latest/` (only forward, see
 * {@link moveLatestRelease}), then its entry in `index.yaml`, whichever release is the latest. The index is added to as it is
 * there, and made of all that is published where there is none. After an interruption the same call completes it.
 *
 * @throws {ReleaseError} as {@link moveLatestRelease}; `HelmError` `INVALID_INDEX`, `INDEX_BUSY`
 */
export async function publishLatestRelease(
  store: ReleaseStore,
  release: ReleaseToMove,
  io: { readonly clock?: Clock | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<PublishedLatest> {
  const latest = await moveLatestRelease(store, release);
  return { latest, indexed: await listInIndex(store, release, io) };
}

/** Adds a published chart to `index.yaml`. @returns whether it was missing there */
export async function listInIndex(
  store: ReleaseStore,
  { releasesUri, target }: Pick<ReleaseToMove, 'releasesUri' | 'target'>,
  io: { readonly clock?: Clock | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<boolean> {
  const { added } = await updateChartIndex(store, { releasesUri, charts: [target], ...io });
  return added.length > 0;
}
