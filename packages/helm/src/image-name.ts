import { HelmError } from './errors.js';

/** An image's name, taken apart. */
export interface ImageParts {
  /** Registry and path, without tag and digest. */
  readonly repository: string;
  readonly tag: string | undefined;
  /** `sha256:…` */
  readonly digest: string | undefined;
}

const host = String.raw`(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*)(?::[0-9]+)?`;
const part = String.raw`[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*`;
const imageName = new RegExp(
  String.raw`^(?<repository>(?:${host}/)?${part}(?:/${part})*)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-f]{32,}))?$`,
);
/** Of host and path together, as registries have it. */
const maxRepositoryLength = 255;

/**
 * Takes `repository:tag@digest` apart, by the grammar that container engines have.
 *
 * @throws {HelmError} `INVALID_OPTION` for what is no name of an image.
 * @see https://github.com/distribution/reference
 */
export function parseImage(image: string): ImageParts {
  const { repository, tag, digest } = imageName.exec(image)?.groups ?? {};
  if (repository === undefined || repository.length > maxRepositoryLength) {
    throw new HelmError('INVALID_OPTION', `not the name of an image: ${JSON.stringify(image)}`, {
      hint: 'Write it as REPOSITORY:TAG or REPOSITORY@sha256:DIGEST, without https://, the repository in lower case.',
    });
  }
  return { repository, tag, digest };
}

/** The first part is a registry when it looks like a host, as docker has it; else it is Docker Hub's. */
export function splitRegistry(repository: string): { readonly registry: string; readonly repository: string } {
  const slash = repository.indexOf('/');
  const first = repository.slice(0, Math.max(slash, 0));
  if (!/[.:]/.test(first) && first !== 'localhost') return { registry: 'docker.io', repository };
  return { registry: first, repository: repository.slice(slash + 1) };
}
