import { ProwError } from './errors.js';
import { mainRefs } from './job.js';
import type { ProwJobInfo } from './job.js';
import { formatPullRefs } from './pull-refs.js';

/** A value of metadata: readers show text and nested objects, and know lists of text. */
export type MetadataValue = string | readonly string[] | { readonly [key: string]: MetadataValue };

/** Metadata of a run, by key. */
export type Metadata = Readonly<Record<string, MetadataValue>>;

/** `org/repo` of what is tested. `undefined` when nothing is checked out. */
export function mainRepo(job: ProwJobInfo): string | undefined {
  const refs = mainRefs(job);
  return refs === undefined ? undefined : `${refs.org}/${refs.repo}`;
}

/** Every repository of the job with its refs, by `org/repo`. */
export function reposOf(job: ProwJobInfo): Readonly<Record<string, string>> | undefined {
  const all = [...(job.refs === undefined ? [] : [job.refs]), ...(job.extraRefs ?? [])];
  if (all.length === 0) return undefined;
  return Object.fromEntries(all.map((refs) => [`${refs.org}/${refs.repo}`, formatPullRefs(refs)]));
}

/** Whole seconds, which is what every reader demands. @throws {ProwError} `INVALID_OPTION` for a time that is none. */
export function toSeconds(timestampMs: number): number {
  if (!Number.isFinite(timestampMs) || timestampMs < 1_000) {
    // 0 is read as "no time": a run that never started, or never ended.
    throw new ProwError('INVALID_OPTION', `not a time in milliseconds since 1970: ${timestampMs}`);
  }
  return Math.floor(timestampMs / 1_000);
}
