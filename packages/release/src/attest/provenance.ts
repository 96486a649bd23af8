import type { SourceFacts } from '../image/source-labels.js';

/** A thing whose making is told. */
export interface ProvenanceSubject {
  /** Image without tag, or file name of the chart. */
  readonly name: string;
  /** In hex. */
  readonly sha256: string;
}

/** What is told of a release's making. */
export interface ProvenanceFacts {
  readonly subjects: readonly ProvenanceSubject[];
  /** Full commit. */
  readonly commit: string;
  readonly source?: SourceFacts | undefined;
  readonly builder: string;
  readonly tag: string;
}

/** Media type under which provenance is attached. */
export const PROVENANCE_TYPE = 'application/vnd.in-toto+json';

const BASE = 'https://seatrial.dev';

/**
 * An in-toto statement with SLSA's provenance of images and chart. It is not signed: it tells how they were made, and whoever
 * has to be sure of it signs it with their own key. Without times, so that the same release makes the same text.
 *
 * @see https://slsa.dev/spec/v1.0/provenance
 */
export function formatProvenance({ subjects, commit, source, builder, tag }: ProvenanceFacts): string {
  const uri = source?.url === undefined ? undefined : `git+${source.url}`;
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: subjects.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: `${BASE}/build-types/release/v1`,
        externalParameters: { ...(uri === undefined ? {} : { repository: uri }), revision: commit, tag },
        internalParameters: { builder },
        resolvedDependencies: [
          { ...(uri === undefined ? { name: 'source' } : { uri }), digest: { gitCommit: commit } },
        ],
      },
      runDetails: { builder: { id: `${BASE}/builders/${builder}/v1` } },
    },
  };
  return `${JSON.stringify(statement, null, 2)}\n`;
}
