import { type ImageParts, parseImage } from '@seatrial/helm';
import { ReleaseError } from '../errors.js';

/** `REGISTRY/REPOSITORY:TAG@DIGEST`, taken apart. */
export interface ImageReference {
  /** Registry and repository, as written. */
  readonly name: string;
  readonly tag?: string;
  /** `sha256:` and 64 hex digits. */
  readonly digest?: string;
}

/**
 * Reads `REGISTRY/REPOSITORY[:TAG][@DIGEST]`.
 *
 * @throws {ReleaseError} `INVALID_OPTION`
 * @see https://github.com/distribution/reference
 */
export function parseReference(text: string): ImageReference {
  const { repository, tag, digest } = parse(text);
  return { name: repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

function parse(text: string): ImageParts {
  let cause: unknown;
  try {
    const parts = parseImage(text);
    if (parts.digest === undefined || /^sha256:[0-9a-f]{64}$/.test(parts.digest)) return parts;
  } catch (error) {
    cause = error;
  }
  throw new ReleaseError('INVALID_OPTION', `not an image: ${JSON.stringify(text)}`, {
    cause,
    hint: 'Write it as registry/repository:tag, the repository in lower case.',
  });
}
