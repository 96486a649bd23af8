/** Names one image. */
export interface ImageReference {
  /** `docker.io` when the reference names none. */
  readonly host: string;
  /** Repository below the host; `library/…` is added for Docker Hub's own. */
  readonly repository: string;
  /** `latest` when the reference has neither tag nor digest. */
  readonly tag: string | undefined;
  /** `sha256:…` */
  readonly digest: string | undefined;
}

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
/** A repository's name. @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
export const REPOSITORY: RegExp = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
export const TAG: RegExp = /^\w[\w.-]{0,127}$/;
/** A digest of the only algorithm that is stored. */
export const DIGEST: RegExp = /^sha256:[a-f0-9]{64}$/;
const OTHER_DIGEST = /^(?!sha256:)[a-z0-9]+(?:[+._-][a-z0-9]+)*:[\w=-]+$/;
const HOST = /^(?:localhost|(?:[a-zA-Z0-9-]+\.)+[a-zA-Z0-9-]+|[a-zA-Z0-9-]+(?=:)|\[[a-fA-F0-9:]+\])(?::\d{1,5})?$/;

/**
 * Reads `[HOST/]REPOSITORY[:TAG][@DIGEST]`.
 *
 * @returns `undefined` when the text can name no image.
 * @see https://github.com/distribution/reference
 */
export function findReference(text: string): ImageReference | undefined {
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  const slash = named.indexOf('/');
  const first = slash < 0 ? '' : named.slice(0, slash);
  const hasHost = HOST.test(first) || first === 'localhost';
  const rest = hasHost ? named.slice(slash + 1) : named;
  const colon = rest.lastIndexOf(':');
  const name = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  if (!REPOSITORY.test(name) || (tag !== undefined && !TAG.test(tag))) return undefined;
  if (digest !== undefined && !DIGEST.test(digest)) return undefined;
  const isHub = !hasHost || first === 'docker.io' || first === 'index.docker.io';
  return {
    host: isHub ? 'docker.io' : first,
    repository: isHub && !name.includes('/') ? `library/${name}` : name,
    tag: tag ?? (digest === undefined ? 'latest' : undefined),
    digest,
  };
}

/**
 * Whether it is a digest, of whatever algorithm.
 *
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#digests
 */
export function isDigest(text: string): boolean {
  return DIGEST.test(text) || OTHER_DIGEST.test(text);
}

/** `HOST/REPOSITORY` as people write it: without what {@link findReference} adds for Docker Hub. */
export function familiarName({ host, repository }: Pick<ImageReference, 'host' | 'repository'>): string {
  return host === 'docker.io' ? repository.replace(/^library\//, '') : `${host}/${repository}`;
}

/** Whether a registry host is on this machine's loopback. */
export function isLoopback(host: string): boolean {
  return /^(?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}|localhost|\[::1\])(?::\d{1,5})?$/.test(host);
}
