import { isAbsolute, resolve } from 'node:path';
import type { CommandIo, Logger } from '@seatrial/cli';
import { createObjectStore, type ObjectStore, storeOptionsFromEnv } from '@seatrial/storage';
import { createDocker, type DockerEngine } from '../image/engine.js';

/** What commands reach outside. */
export interface Surroundings {
  readonly docker: () => Promise<DockerEngine>;
  readonly store: () => ObjectStore;
}

/** Clients as the environment tells: `DOCKER_HOST`, `STORAGE_EMULATOR_HOST`. Made at their first use. */
export function surroundingsOf({ env, cwd, signal }: Pick<CommandIo, 'env' | 'cwd' | 'signal'>): Surroundings {
  return {
    docker: () => createDocker({ host: env['DOCKER_HOST'] }),
    store: () => createObjectStore({ ...storeOptionsFromEnv(env), cwd, signal }),
  };
}

/** Lines of git and the builder as log messages. */
export function logLines(logger: Logger): (line: string) => void {
  return (line) => logger.info(line);
}

/** A repository as the user names it: a path is relative to where the user is. */
export function repoOf(repo: string, cwd: string): string {
  return repo.startsWith('.') || isAbsolute(repo) ? resolve(cwd, repo) : repo;
}
