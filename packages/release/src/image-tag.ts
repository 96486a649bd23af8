import { ReleaseError } from './errors.js';

/** What a tag is made of. */
export interface TagParts {
  /** Day of the build, in milliseconds since 1970; the day is that of UTC. */
  readonly dateMs: number;
  /** First 7 or more digits of the commit. */
  readonly shortSha: string;
  /** SHA-256 of what differs from the commit, in hex; undefined when nothing does. */
  readonly diffHash?: string | undefined;
}

/**
 * `vYYYYMMDD-<short commit>`, and `-dirty-<first 7 digits of the diff's hash>` for a changed work tree.
 *
 * @throws {ReleaseError} `INVALID_OPTION`
 */
export function imageTag({ dateMs, shortSha, diffHash }: TagParts): string {
  if (!/^[0-9a-f]{7,64}$/.test(shortSha) || (diffHash !== undefined && !/^[0-9a-f]{7,}$/.test(diffHash))) {
    throw new ReleaseError(
      'INVALID_OPTION',
      `cannot make a tag of commit ${JSON.stringify(shortSha)} and hash ${JSON.stringify(diffHash)}`,
    );
  }
  const day = new Date(dateMs).toISOString().slice(0, 10).replaceAll('-', '');
  return `v${day}-${shortSha.slice(0, 7)}${diffHash === undefined ? '' : `-dirty-${diffHash.slice(0, 7)}`}`;
}
