import { createInterface } from 'node:readline';
import { openContent } from '../storage/content.js';
import type { StoredObject } from '../storage/object-store.js';
import type { BuildRecord } from './build.js';
import type { BuildLog } from './build-log.js';
import { parseDockerBuild } from './docker-step.js';

/** What is used of a `dockerode` client. */
export interface BuildEngine {
  buildImage(
    context: NodeJS.ReadableStream,
    options: Readonly<Record<string, unknown>>,
  ): Promise<NodeJS.ReadableStream>;
  getImage(name: string): { push(options: Readonly<Record<string, unknown>>): Promise<NodeJS.ReadableStream> };
}

/** What a build runs with. */
export interface BuildSurroundings {
  /** Loaded at the first build. */
  readonly engine: () => Promise<BuildEngine>;
  readonly findSource: (bucket: string, name: string) => StoredObject | undefined;
  readonly log: BuildLog;
}

type Failure = NonNullable<BuildRecord['failure']>;

/** Why a build did not succeed. */
export class BuildFailure extends Error {
  static {
    this.prototype.name = 'BuildFailure';
  }
  readonly type: Failure['type'];

  constructor(type: Failure['type'], message: string) {
    super(message);
    this.type = type;
  }
}

const DOCKER_STEP = /(?:^|\/)cloud-builders\/docker(?:[:@]|$)/;

/**
 * Runs the steps of a build one after the other on the Docker Engine, then pushes its images.
 *
 * @returns images with their digests
 * @throws {BuildFailure}; the signal's reason when it is cancelled
 */
export async function runBuild(
  { request, cancel }: BuildRecord,
  { engine, findSource, log }: BuildSurroundings,
): Promise<BuildRecord['pushed']> {
  const { signal } = cancel;
  const { bucket = '', object = '' } = request.source?.storageSource ?? {};
  log.add(`FETCHSOURCE\nFetching storage object: gs://${bucket}/${object}\n`);
  const source = bucket === '' ? undefined : findSource(bucket, object);
  if (source === undefined) throw new BuildFailure('FETCH_SOURCE_FAILED', `no source at gs://${bucket}/${object}`);
  const docker = await engine();
  log.add('BUILD\n');
  for (const [index, { name, args }] of request.steps.entries()) {
    signal.throwIfAborted();
    log.add(`Step #${index}: ${name} ${args[0] ?? ''}\n`);
    const fail = (message: string) => new BuildFailure('USER_BUILD_STEP', `Build step ${index} failed: ${message}`);
    if (!DOCKER_STEP.test(name)) throw fail(`the sandbox runs the docker builder only, not ${name}`);
    try {
      const { options } = parseDockerBuild(args);
      // The engine takes the context as it was uploaded: a tar archive in gzip.
      const events = await docker.buildImage(await openContent(source.content), {
        ...options,
        abortSignal: signal,
      });
      await follow(events, (text) => log.add(text));
    } catch (cause) {
      signal.throwIfAborted();
      throw fail((cause as Error).message);
    }
  }
  log.add('PUSH\n');
  const pushed: { name: string; digest: string }[] = [];
  for (const name of request.images) {
    signal.throwIfAborted();
    log.add(`Pushing ${name}\n`);
    try {
      const events = await docker.getImage(name).push({ authconfig: {}, abortSignal: signal });
      pushed.push({ name, digest: (await follow(events, () => {})) ?? '' });
    } catch (cause) {
      signal.throwIfAborted();
      throw new BuildFailure('PUSH_FAILED', `failed to push ${name}: ${(cause as Error).message}`);
    }
  }
  log.add('DONE\n');
  return pushed;
}

interface EngineEvent {
  readonly stream?: string;
  readonly error?: string;
  readonly aux?: { readonly Digest?: string };
}

/** Reads the engine's events to their end. @returns the digest of a push. @throws what an event tells */
async function follow(events: NodeJS.ReadableStream, onText: (text: string) => void): Promise<string | undefined> {
  let digest: string | undefined;
  let failure: string | undefined;
  for await (const line of createInterface({ input: events, crlfDelay: Infinity })) {
    if (line.trim() === '') continue;
    const event = JSON.parse(line) as EngineEvent;
    if (event.stream !== undefined) onText(event.stream);
    digest = event.aux?.Digest ?? digest;
    failure ??= event.error;
  }
  if (failure !== undefined) {
    onText(`${failure}\n`);
    throw new Error(failure);
  }
  return digest;
}
