import { ProwError } from './errors.js';
import { revisionOf } from './job.js';
import type { ProwJobInfo } from './job.js';
import { parseMetadataFile } from './metadata-file.js';
import { reposOf, toSeconds } from './metadata.js';
import type { Metadata } from './metadata.js';
import { formatPullRefs } from './pull-refs.js';

/** `started.json`, with its own field names. */
export interface Started {
  /** Seconds since 1970. */
  readonly timestamp: number;
  /** Host that runs the job. */
  readonly node?: string;
  /** Refs of a presubmit or batch. */
  readonly pull?: string;
  /** Refs of each repository, by `org/repo`. */
  readonly repos?: Readonly<Record<string, string>>;
  readonly 'repo-commit'?: string;
  /** The same commit, for readers of the older generation. */
  readonly 'repo-version'?: string;
  readonly metadata?: Metadata;
}

/**
 * What `started.json` of a run says, with the fields that both generations of readers look for.
 *
 * @throws {ProwError} `INVALID_OPTION` for a time that is none, or for metadata by which Prow's crier would take the file for
 * its own and overwrite it.
 * @see https://github.com/GoogleCloudPlatform/testgrid/blob/main/metadata/job.go
 */
export function createStarted(
  job: ProwJobInfo,
  options: {
    readonly timestampMs: number;
    readonly node?: string | undefined;
    /** Commit that was checked out. @default the job's revision */
    readonly revision?: string | undefined;
    readonly metadata?: Metadata | undefined;
  },
): Started {
  const { timestampMs, node, revision = revisionOf(job), metadata } = options;
  if (metadata?.['uploader'] === 'crier') {
    throw new ProwError('INVALID_OPTION', 'metadata.uploader "crier" marks files that Prow may overwrite');
  }
  const repos = reposOf(job);
  const hasPulls = job.type === 'presubmit' || job.type === 'batch';
  return {
    timestamp: toSeconds(timestampMs),
    ...(node === undefined ? {} : { node }),
    ...(hasPulls && job.refs !== undefined ? { pull: formatPullRefs(job.refs) } : {}),
    ...(repos === undefined ? {} : { repos }),
    ...(revision === undefined ? {} : { 'repo-commit': revision, 'repo-version': revision }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/** Reads `started.json` as strictly as Prow and TestGrid do. @throws {ProwError} `MALFORMED`. */
export function parseStarted(text: string): Partial<Started> {
  return parseMetadataFile(text, 'started.json', {
    timestamp: 'integer',
    node: 'string',
    pull: 'string',
    repos: 'strings',
    'repo-commit': 'string',
    'repo-version': 'string',
    'job-version': 'string',
    metadata: 'object',
  });
}
