import { splitRegistry } from '@seatrial/helm';
import { ReleaseError } from '../errors.js';
import { parseReference } from '../image/reference.js';

/** Where an image's manifests and blobs are asked for. */
export interface Repository {
  /** Host and port as the reference names them; `docker.io` where it names none. Key of credentials. */
  readonly registry: string;
  /** Path below the registry, as `library/busybox`. */
  readonly path: string;
}

const DOCKER_HUB = 'docker.io';

/**
 * Splits `REGISTRY/PATH[:TAG][@DIGEST]` as the Docker Engine does: the first part is a host when it has a dot or a port or is
 * `localhost`; else it is Docker Hub's.
 *
 * @throws {ReleaseError} `INVALID_OPTION`
 * @see https://github.com/distribution/reference
 */
export function repositoryOf(reference: string): Repository {
  const { name } = parseReference(reference);
  const { registry, repository } = splitRegistry(name);
  const isOfHub = registry === DOCKER_HUB && !repository.includes('/');
  return { registry, path: isOfHub ? `library/${repository}` : repository };
}

/**
 * Address of a registry's API. Plain HTTP goes to loopback, where nobody listens in, and to the registries of `insecure`; all
 * others are spoken to over TLS.
 *
 * @throws {ReleaseError} `INVALID_OPTION` when the host is none
 */
export function registryUrl(registry: string, insecure: readonly string[] = []): URL {
  const host = registry === DOCKER_HUB ? 'registry-1.docker.io' : registry;
  const scheme = isLoopback(host) || insecure.includes(registry) ? 'http' : 'https';
  try {
    return new URL(`${scheme}://${host}/v2/`);
  } catch (cause) {
    throw new ReleaseError('INVALID_OPTION', `not a registry: ${JSON.stringify(registry)}`, {
      cause,
      hint: 'Write it as HOST or HOST:PORT.',
    });
  }
}

function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/.test(host);
}
