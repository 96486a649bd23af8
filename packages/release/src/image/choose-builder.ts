import type { Clock } from '../clock.js';
import { ReleaseError } from '../errors.js';
import type { Registries } from '../registry/registries.js';
import type { ImageBuilder } from './builder.js';
import type { CloudBuilderOptions } from './cloud-builder.js';
import { type DockerEngine, toEngineError } from './engine.js';
import { createEngineBuilder } from './engine-builder.js';

/** What a user may ask for. */
export type BuilderChoice = 'auto' | ImageBuilder['name'];

/** What there is to build with. */
export interface BuilderSurroundings {
  readonly docker: () => Promise<DockerEngine>;
  readonly registries: Registries;
  readonly clock: Clock;
  /** Undefined where no project is known. */
  readonly cloud: Omit<CloudBuilderOptions, 'clock'> | undefined;
}

/** Since this version of the engine, Docker's own client builds with BuildKit. */
const BUILDKIT_SINCE = 23;

/**
 * The builder that is asked for. `auto` is the Docker Engine where one answers (with BuildKit from version 23 on, as Docker's own
 * client), else Cloud Build where a project is known.
 *
 * @throws {ReleaseError} `ENGINE_UNREACHABLE`, `ENGINE_FAILED`; `INVALID_OPTION` for Cloud Build without a project
 */
export async function chooseBuilder(choice: BuilderChoice, surroundings: BuilderSurroundings): Promise<ImageBuilder> {
  const { docker, registries, clock, cloud } = surroundings;
  if (choice === 'docker' || choice === 'buildkit') {
    const backend = choice === 'docker' ? 'classic' : 'buildkit';
    return createEngineBuilder(await docker(), { backend, registries, clock });
  }
  if (choice === 'auto') {
    const engine = await docker();
    try {
      const { Version = '' } = (await engine.version()) as { readonly Version?: string };
      const backend = Number.parseInt(Version, 10) >= BUILDKIT_SINCE ? 'buildkit' : 'classic';
      return createEngineBuilder(engine, { backend, registries, clock });
    } catch (error) {
      const told = toEngineError(error, 'cannot build');
      if (told.code !== 'ENGINE_UNREACHABLE' || cloud === undefined) throw told;
    }
  }
  if (cloud === undefined) {
    throw new ReleaseError('INVALID_OPTION', 'Cloud Build needs a Google Cloud project', {
      hint: 'Give it with --project or CLOUDSDK_CORE_PROJECT.',
    });
  }
  const { createCloudBuilder } = await import('./cloud-builder.js');
  return createCloudBuilder({ ...cloud, clock });
}
