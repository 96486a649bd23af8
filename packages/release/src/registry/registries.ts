import type { FindCredentials } from './credentials.js';
import type { RegistrySurroundings } from './registry-request.js';
import { openRepository, type RepositoryClient } from './repository-client.js';

/** Opens repositories of any registry, all with the same surroundings. */
export interface Registries {
  /** The repository of a reference; its tag does not matter. */
  open(reference: string): RepositoryClient;
  readonly credentials: FindCredentials;
}

/** Repositories with these surroundings. Nothing is asked yet. */
export function createRegistries(surroundings: RegistrySurroundings): Registries {
  const { credentials = async () => undefined } = surroundings;
  return { open: (reference) => openRepository(reference, { ...surroundings, credentials }), credentials };
}
