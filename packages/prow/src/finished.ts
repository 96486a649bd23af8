import { ProwError } from './errors.js';
import { revisionOf } from './job.js';
import type { ProwJobInfo } from './job.js';
import { parseMetadataFile } from './metadata-file.js';
import { mainRepo, reposOf, toSeconds } from './metadata.js';
import type { Metadata } from './metadata.js';

/** The words readers know. */
export type FinishedResult = 'SUCCESS' | 'FAILURE' | 'ABORTED';

/** `finished.json`, with its own field names. */
export interface Finished {
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly passed: boolean;
  readonly result: FinishedResult;
  /** The commit that was tested. */
  readonly revision?: string;
  readonly metadata: Metadata;
}

/**
 * What `finished.json` of a run says. `passed` and `result` both, since readers differ in which one they believe.
 *
 * @throws {ProwError} `INVALID_OPTION` when `passed` and `result` contradict each other, or for a time that is none.
 */
export function createFinished(
  job: ProwJobInfo,
  options: {
    readonly timestampMs: number;
    readonly passed: boolean;
    readonly result: FinishedResult;
    /** Commit that was tested. @default the job's revision */
    readonly revision?: string | undefined;
    /** Added to what is known of the job; its keys win. */
    readonly metadata?: Metadata | undefined;
  },
): Finished {
  const { timestampMs, passed, result, revision = revisionOf(job), metadata } = options;
  if (passed !== (result === 'SUCCESS')) {
    throw new ProwError('INVALID_OPTION', `passed is ${passed}, but result is ${result}`);
  }
  if (metadata?.['uploader'] === 'crier') {
    throw new ProwError('INVALID_OPTION', 'metadata.uploader "crier" marks files that Prow may overwrite');
  }
  const repo = mainRepo(job);
  const repos = reposOf(job);
  return {
    timestamp: toSeconds(timestampMs),
    passed,
    result,
    ...(revision === undefined ? {} : { revision }),
    metadata: {
      ...(repo === undefined ? {} : { repo }),
      ...(revision === undefined ? {} : { 'repo-commit': revision }),
      ...(repos === undefined ? {} : { repos }),
      ...metadata,
    },
  };
}

/** Reads `finished.json` as strictly as Prow and TestGrid do. @throws {ProwError} `MALFORMED`. */
export function parseFinished(text: string): Omit<Partial<Finished>, 'result'> & { readonly result?: string } {
  return parseMetadataFile(text, 'finished.json', {
    timestamp: 'integer',
    passed: 'boolean',
    result: 'string',
    revision: 'string',
    'job-version': 'string',
    'repo-version': 'string',
    metadata: 'object',
  });
}
