import { isAbsolute, resolve } from 'node:path';
import type { Clock, CommandIo, Logger } from '@seatrial/cli';
import { createObjectStore, type ObjectStore, storeOptionsFromEnv } from '@seatrial/storage';
import { type BuilderChoice, chooseBuilder } from '../image/choose-builder.js';
import type { ImageBuilder } from '../image/builder.js';
import { createDocker, type DockerEngine } from '../image/engine.js';
import { credentialsFromEnv } from '../registry/credentials.js';
import { createRegistries, type Registries } from '../registry/registries.js';

/** What commands reach outside. */
export interface Surroundings {
  readonly docker: () => Promise<DockerEngine>;
  readonly store: () => ObjectStore;
  /** @param insecure registries without TLS */
  readonly registries: (insecure: readonly string[]) => Registries;
}

/** What a build is to be built with. */
export interface BuilderWish {
  readonly builder: BuilderChoice;
  readonly project: string | undefined;
  readonly 'build-bucket': string | undefined;
  readonly 'build-region': string;
}

/** Clients as the environment tells: `DOCKER_HOST`, `STORAGE_EMULATOR_HOST`. Made at their first use. */
export function surroundingsOf({ env, cwd, signal, clock }: CommandSurroundings): Surroundings {
  return {
    docker: () => createDocker({ host: env['DOCKER_HOST'] }),
    store: () => createObjectStore({ ...storeOptionsFromEnv(env), cwd, signal }),
    registries: (insecure) => createRegistries({ credentials: credentialsFromEnv(env), clock, insecure, signal }),
  };
}

type CommandSurroundings = Pick<CommandIo, 'env' | 'cwd' | 'signal'> & { readonly clock: Clock };

/** The builder that the flags ask for. @throws {ReleaseError} `ENGINE_UNREACHABLE`, `INVALID_OPTION` */
export function builderOf(
  context: CommandSurroundings & { readonly flags: BuilderWish },
  registries: Registries,
): Promise<ImageBuilder> {
  const { env, flags, clock } = context;
  const { docker, store } = surroundingsOf(context);
  const { project, builder, 'build-bucket': bucket, 'build-region': region } = flags;
  return chooseBuilder(builder, {
    docker,
    registries,
    clock,
    cloud:
      project === undefined
        ? undefined
        : {
            project,
            bucket,
            region,
            endpoint: env['SEATRIAL_CLOUDBUILD_ENDPOINT'] || undefined,
            accessToken: env['CLOUDSDK_AUTH_ACCESS_TOKEN'] || undefined,
            store: store(),
          },
  });
}

/** Lines of git and the builder as log messages. */
export function logLines(logger: Logger): (line: string) => void {
  return (line) => logger.info(line);
}

/** A repository as the user names it: a path is relative to where the user is. */
export function repoOf(repo: string, cwd: string): string {
  return repo.startsWith('.') || isAbsolute(repo) ? resolve(cwd, repo) : repo;
}
