import { ReleaseError } from '../errors.js';

/** `REGISTRY/REPOSITORY:TAG@DIGEST`, taken apart. */
export interface ImageReference {
  /** Registry and repository, as written. */
  readonly name: string;
  readonly tag?: string;
  /** `sha256:` and 64 hex digits. */
  readonly digest?: string;
}

const REFERENCE =
  /^(?<name>(?:[a-zA-Z0-9.-]+(?::\d+)?\/|\[[a-fA-F0-9:]+\](?::\d+)?\/)?[a-z0-9]+(?:(?:\.|_|__|-+|\/)[a-z0-9]+)*)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[a-f0-9]{64}))?$/;

/**
 * Reads `REGISTRY/REPOSITORY[:TAG][@DIGEST]`.
 *
 * @throws {ReleaseError} `INVALID_OPTION`
 * @see https://github.com/distribution/reference
 */
export function parseReference(text: string): ImageReference {
  const groups = REFERENCE.exec(text)?.groups;
  if (groups?.['name'] === undefined) {
    throw new ReleaseError('INVALID_OPTION', `not an image: ${JSON.stringify(text)}`, {
      hint: 'Write it as registry/repository:tag, the repository in lower case.',
    });
  }
  const { name, tag, digest } = groups;
  return { name, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}
