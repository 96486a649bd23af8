import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createLineFilter, type LineFilter, type RedactStream } from '@seatrial/cli';
import { ReleaseError } from '../errors.js';
import { createTail } from '../tail.js';
import type { FindCredentials } from '../registry/credentials.js';
import { repositoryOf } from '../registry/registry-host.js';
import { baseImages } from './base-images.js';
import { packContext } from './build-context.js';
import { readTrace } from './buildkit-trace.js';
import { type DockerEngine, type RegistryAuth, toEngineError } from './engine.js';
import { type EngineEvent, readEvents } from './events.js';
import { parseReference } from './reference.js';

/** An image to build, and what to call it. */
export interface BuildRequest {
  /** `registry/repository:tag` */
  readonly reference: string;
  /** Folder that is sent to the builder. */
  readonly context: string;
  /** Relative to the context. @default 'Dockerfile' */
  readonly dockerfile?: string | undefined;
  /** Stage to build. @default the last one */
  readonly target?: string | undefined;
  /** Values of `ARG` instructions. @default none */
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  /** @default none */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Such as `linux/arm64`. @default the builder's own */
  readonly platform?: string | undefined;
}

/** How the engine builds. */
export interface EngineBuildOptions extends EngineIo {
  /** The engine's classic builder, or BuildKit where it has that. @default 'classic' */
  readonly backend?: 'classic' | 'buildkit' | undefined;
  /** Logins for the registries of base images. @default nobody is logged in */
  readonly credentials?: FindCredentials | undefined;
  /** Whether every step is done anew. @default false */
  readonly noCache?: boolean | undefined;
}

/** Surroundings of a build or push. */
export interface EngineIo {
  readonly signal?: AbortSignal | undefined;
  /** Lines of the builder's or the push's output. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** Takes secrets out of output, also out of what errors repeat of it. @default leaves it as it is */
  readonly createFilter?: (() => RedactStream) | undefined;
}

/**
 * Builds an image with the engine's classic builder or BuildKit, the context streamed to it.
 *
 * @returns the image's id, `sha256:…`
 * @throws {ReleaseError} `BUILD_FAILED` with the last 50 lines as `detail` (the engine tells a failed step as one event among
 * many, not as an error), `CONTEXT_MISSING`, `DOCKERFILE_MISSING`, `ENGINE_UNREACHABLE`, `ENGINE_FAILED`, `INVALID_OPTION`;
 * the signal's reason when it aborts
 */
export async function buildImage(
  docker: DockerEngine,
  request: BuildRequest,
  options: EngineBuildOptions = {},
): Promise<{ readonly imageId: string }> {
  const { signal, onLine } = options;
  const { context, reference, dockerfile = 'Dockerfile' } = request;
  parseReference(reference);
  const text = await readDockerfile(context, dockerfile);
  const logins = await findLogins(baseImages(text, request.buildArgs), options);
  signal?.throwIfAborted();
  const tail = createTail();
  const filtered = createLineFilter(options.createFilter?.(), (line) => {
    tail.add(line);
    onLine?.(line);
  });
  const lines = createLines(filtered);
  const what = `cannot build ${reference}`;
  let imageId: string | undefined;
  // Dockerode pipes the context and does not look back: a file that cannot be read has to stop the request from here.
  const broken = new AbortController();
  const packed = packContext(context, { dockerfile, signal });
  packed.on('error', (error) => broken.abort(error));
  const stop = signal === undefined ? broken.signal : AbortSignal.any([signal, broken.signal]);
  try {
    const stream = await docker.buildImage(packed, {
      ...buildOptions(request, stop),
      ...loginOptions(logins, options.backend),
      ...(options.noCache === true ? { nocache: true } : {}),
    });
    for await (const event of readEvents(stream, { signal: stop })) {
      lines.add(event);
      if (typeof event.aux === 'object') imageId = event.aux.ID ?? imageId;
      if (event.error !== undefined || event.errorDetail !== undefined) throw toBuildError(what, event);
    }
    lines.end();
    if (imageId !== undefined) return { imageId };
    // Nothing said no, but nothing said yes either: the engine is asked.
    return { imageId: (await docker.getImage(reference).inspect()).Id };
  } catch (error) {
    signal?.throwIfAborted();
    lines.end();
    if (broken.signal.aborted) {
      const { message } = broken.signal.reason as Error;
      throw new ReleaseError('ENGINE_FAILED', `${what}: cannot read the build context: ${message}`, {
        cause: broken.signal.reason,
      });
    }
    throw withDetail(toEngineError(error, what, 'BUILD_FAILED'), tail.toString());
  }
}

function buildOptions(request: BuildRequest, abortSignal: AbortSignal): Record<string, unknown> {
  const { reference, dockerfile = 'Dockerfile', buildArgs, labels, target, platform } = request;
  return {
    t: reference,
    dockerfile,
    rm: true,
    forcerm: true, // containers of failed steps too
    ...(buildArgs === undefined ? {} : { buildargs: buildArgs }),
    ...(labels === undefined ? {} : { labels }),
    ...(target === undefined ? {} : { target }),
    ...(platform === undefined ? {} : { platform }),
    abortSignal,
  };
}

/** Logins by registry, of the images that a build starts from. */
async function findLogins(
  images: readonly string[],
  { credentials, signal }: EngineBuildOptions,
): Promise<Readonly<Record<string, RegistryAuth>>> {
  const logins: Record<string, RegistryAuth> = {};
  for (const image of images) {
    const { registry } = repositoryOf(image);
    const login = await credentials?.(registry, signal);
    if (login !== undefined) logins[login.serveraddress ?? registry] = login;
  }
  return logins;
}

function loginOptions(
  logins: Readonly<Record<string, RegistryAuth>>,
  backend: EngineBuildOptions['backend'],
): Record<string, unknown> {
  const found = Object.values(logins);
  if (backend !== 'buildkit') return found.length === 0 ? {} : { registryconfig: logins };
  // The session that dockerode opens gives one login to whichever registry asks: only where there is no other to give it to.
  return { version: '2', ...(found.length === 1 ? { authconfig: found[0] } : {}) };
}

/**
 * The text of a context's Dockerfile.
 *
 * @throws {ReleaseError} `CONTEXT_MISSING`, `DOCKERFILE_MISSING`, `BUILD_FAILED` when it has no `FROM`
 */
export async function readDockerfile(context: string, dockerfile: string): Promise<string> {
  const info = await stat(context).catch(() => undefined); // whatever keeps us from it: it cannot be sent
  if (!info?.isDirectory()) {
    throw new ReleaseError('CONTEXT_MISSING', `the build context ${context} is not a folder`, {
      hint: 'Check the path of the context.',
    });
  }
  const path = join(context, dockerfile);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ReleaseError('DOCKERFILE_MISSING', `there is no Dockerfile at ${path}`, {
      cause,
      hint: 'Name the Dockerfile, relative to the build context.',
    });
  });
  if (/^\s*FROM\s/im.test(text)) return text;
  throw new ReleaseError('BUILD_FAILED', `the Dockerfile ${path} has no FROM`, {
    hint: 'Begin it with FROM and a base image.',
  });
}

function toBuildError(what: string, { error, errorDetail }: EngineEvent): ReleaseError {
  const message = errorDetail?.message ?? error ?? 'no reason given';
  return new ReleaseError('BUILD_FAILED', `${what}: ${message.trim()}`, { childExitCode: errorDetail?.code });
}

function withDetail(error: ReleaseError, detail: string): ReleaseError {
  if (detail === '' || error.detail !== undefined) return error;
  const { hint, childExitCode, httpStatus, cause } = error;
  return new ReleaseError(error.code, error.message, {
    hint,
    childExitCode,
    httpStatus,
    detail,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Puts whole lines together from what the builder streams. */
function createLines({ push, end }: LineFilter): { add(event: EngineEvent): void; end(): void } {
  let rest = '';
  return {
    add(event) {
      const { status, id, progressDetail } = event;
      const stream = event.stream ?? readTrace(event);
      // Pulling a base image reports each kilobyte: only the steps are lines.
      if (status !== undefined && progressDetail?.current === undefined)
        push(id === undefined ? status : `${id}: ${status}`);
      if (stream === undefined) return;
      const lines = (rest + stream).split(/\r?\n|\r/);
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') push(line);
    },
    end() {
      if (rest.trim() !== '') push(rest);
      rest = '';
      end();
    },
  };
}
