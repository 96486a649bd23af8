import { type Clock, machineClock } from '../clock.js';
import { ReleaseError } from '../errors.js';
import type { Registries } from '../registry/registries.js';
import { repositoryOf } from '../registry/registry-host.js';
import type { EngineIo } from './build-image.js';
import { buildImage } from './build-image.js';
import type { ImageBuilder } from './builder.js';
import type { DockerEngine } from './engine.js';
import { pushImage, tagImage } from './push-image.js';
import { parseReference } from './reference.js';

/** What a builder on a Docker Engine works with. */
export interface EngineBuilderOptions {
  /** @default 'classic' */
  readonly backend?: 'classic' | 'buildkit' | undefined;
  /** To find out what is pushed already, and for logins. @default everything is pushed, as nobody */
  readonly registries?: Registries | undefined;
  /** For pauses between tries. @default the machine's */
  readonly clock?: Pick<Clock, 'sleep'> | undefined;
}

const PUSH_TRIES = 4;
const FIRST_PAUSE_MS = 1_000;

/** Builds on a Docker Engine, and pushes from there. */
export function createEngineBuilder(docker: DockerEngine, options: EngineBuilderOptions = {}): ImageBuilder {
  const { backend = 'classic', registries, clock = machineClock } = options;
  const credentials = registries?.credentials;

  const push = async (reference: string, io: EngineIo): Promise<{ readonly digest: string }> => {
    const auth = await credentials?.(repositoryOf(reference).registry, io.signal);
    for (let tried = 1; ; tried += 1) {
      try {
        return await pushImage(docker, reference, { ...io, auth });
      } catch (error) {
        if (tried === PUSH_TRIES || !isPassing(error)) throw error;
        io.onLine?.(`${(error as Error).message}; trying again`);
        await clock.sleep(FIRST_PAUSE_MS * 2 ** (tried - 1), io.signal);
      }
    }
  };

  return {
    name: backend === 'buildkit' ? 'buildkit' : 'docker',
    async build({ push: isPushed, ...request }, io = {}) {
      const how = { ...io, backend, credentials };
      let { imageId } = await buildImage(docker, request, how);
      // The classic builder's cache does not look at the platform: it may have handed out another one's steps.
      if (backend === 'classic' && (await isForeign(docker, imageId, request.platform))) {
        io.onLine?.(`building again without the cache, which is of another platform than ${request.platform}`);
        ({ imageId } = await buildImage(docker, request, { ...how, noCache: true }));
      }
      if (!isPushed) return { moved: false };
      const known = await findPushed(registries, request.reference, imageId, io);
      if (known !== undefined) {
        io.onLine?.(`${request.reference} is in the registry already`);
        return { digest: known, moved: false };
      }
      return { ...(await push(request.reference, io)), moved: true };
    },
    async move(from, to, io = {}) {
      await tagImage(docker, from, to);
      await push(to, { ...io, onLine: undefined });
    },
  };
}

async function isForeign(docker: DockerEngine, imageId: string, platform: string | undefined): Promise<boolean> {
  if (platform === undefined) return false;
  const { Architecture } = await docker.getImage(imageId).inspect();
  return Architecture !== platform.split('/')[1];
}

/**
 * Digest under which a registry holds an image of the engine's at this reference; undefined when it is not there or another.
 * An image's id is the digest of its configuration, which its manifest names.
 */
async function findPushed(
  registries: Registries | undefined,
  reference: string,
  imageId: string,
  { signal, onLine }: EngineIo,
): Promise<string | undefined> {
  const { tag } = parseReference(reference);
  if (registries === undefined || tag === undefined) return undefined;
  try {
    const found = await registries.open(reference).readManifest(tag);
    return found?.manifest.config?.digest === imageId || found?.descriptor.digest === imageId
      ? found.descriptor.digest
      : undefined;
  } catch (error) {
    signal?.throwIfAborted();
    // The engine may reach a registry that this machine does not, and knows best whether it may push.
    onLine?.(`cannot tell whether ${reference} is pushed already: ${(error as Error).message}`);
    return undefined;
  }
}

const PASSING =
  /timeout|timed out|connection (?:refused|reset)|broken pipe|EOF|no such host|temporar|too many requests|toomanyrequests|unavailable|(?:status|code|error)[^0-9]{0,12}(?:429|5\d\d)/i;

function isPassing(error: unknown): boolean {
  return error instanceof ReleaseError && error.code === 'PUSH_FAILED' && PASSING.test(error.message);
}
