import type { RunFiles } from './testgrid-overall.js';

/** How Deck's job history shows a run. */
export interface DeckRun {
  /** `''` when Deck finds none. */
  readonly commit: string;
  /** Any word; coloured are `SUCCESS`, `FAILURE`, `ERROR` and `ABORTED`, the rest looks pending. */
  readonly result: string;
}

const onePull = /^[-.\w]+:\w{40},\d+:(\w{40})$/;

/**
 * What Deck's job history makes of a run.
 *
 * @see https://github.com/kubernetes-sigs/prow/blob/main/cmd/deck/job_history.go
 */
export function deckRun({ started, finished }: RunFiles): DeckRun {
  const result = finished === undefined ? 'Pending' : finished.result || 'Unknown';
  if (finished?.revision) return { commit: finished.revision, result };
  let pull = started?.pull ?? '';
  if (finished === undefined) {
    // Prow itself writes the number only, and the refs elsewhere.
    pull = Object.values(started?.repos ?? {}).find((refs) => refs.includes(`,${pull}:`)) ?? pull;
  }
  return { commit: onePull.exec(pull)?.[1] ?? '', result };
}
