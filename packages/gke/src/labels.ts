import { GkeError } from './errors.js';

/** Label that says which run a cluster belongs to. */
export const RUN_LABEL = 'seatrial-run';
/** Label that says when a cluster may be deleted by anyone, in Unix seconds. */
export const EXPIRES_LABEL = 'seatrial-expires';

/** GKE allows 40 characters: `[a-z][a-z0-9-]*`, ending in a letter or digit. */
export const MAX_NAME_LENGTH = 40;

/**
 * The labels every cluster of a run carries, by which it is told from others and found when it leaks.
 *
 * Characters a label cannot hold become `-`; values are cut at 63 characters.
 * @see https://cloud.google.com/resource-manager/docs/labels-overview#requirements
 */
export function runLabels(run: {
  readonly runId: string;
  /** When the cluster may be deleted, in milliseconds since 1970. */
  readonly expiresMs: number;
}): Record<string, string> {
  return { [RUN_LABEL]: labelValue(run.runId), [EXPIRES_LABEL]: String(Math.ceil(run.expiresMs / 1_000)) };
}

/**
 * When a cluster, a disk, … may be deleted by anyone, in milliseconds since 1970; `undefined` when it carries no label that
 * says so in Unix seconds.
 */
export function expiryOf({ labels }: { readonly labels: Readonly<Record<string, string>> }): number | undefined {
  const text = labels[EXPIRES_LABEL] ?? '';
  return /^\d{1,11}$/.test(text) ? Number(text) * 1_000 : undefined;
}

/** Makes a text fit to be the value of a label: lower case, `[a-z0-9_-]`, at most 63 characters. */
export function labelValue(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .slice(0, 63);
}

/**
 * A name for a cluster: `<prefix>-<run>[-<part>]`, at most 40 characters, label-safe.
 *
 * The run's end is kept and the prefix cut first, because the end is what differs between runs.
 *
 * @throws {GkeError} `INVALID` when neither prefix nor run holds a letter or digit.
 */
export function clusterName(parts: {
  /** What it is for. @default 'seatrial' */
  readonly prefix?: string;
  readonly runId: string;
  /** What tells clusters of one run apart. */
  readonly part?: string;
}): string {
  const { prefix = 'seatrial', runId, part = '' } = parts;
  const tail = [nameText(runId), nameText(part)].filter((text) => text !== '').join('-');
  if (tail === '') {
    throw new GkeError('INVALID', `no cluster name can be made of run ${JSON.stringify(runId)}`, {
      hint: 'Give the run an id with letters or digits.',
    });
  }
  const kept = tail.slice(-(MAX_NAME_LENGTH - 2)).replace(/^-+/, '');
  const room = MAX_NAME_LENGTH - kept.length - 1;
  const head =
    nameText(prefix)
      .replace(/^[^a-z]+/, '')
      .slice(0, room)
      .replace(/-+$/, '') || 's';
  return `${head}-${kept}`;
}

function nameText(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}
