import { createLineFilter } from '@seatrial/cli';
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { ObjectStore } from '@seatrial/storage';
import type { Clock } from '../clock.js';
import { ReleaseError } from '../errors.js';
import { createTail } from '../tail.js';
import type { BuildRequest, EngineIo } from './build-image.js';
import { readDockerfile } from './build-image.js';
import { packContext } from './build-context.js';
import type { BuiltImage, ImageBuilder } from './builder.js';
import { type Build, type CloudBuildApi, type CloudBuildApiOptions, createCloudBuildApi } from './cloud-build-api.js';
import { createLogReader } from './cloud-build-log.js';
import { parseReference } from './reference.js';

/** What Cloud Build is used with. */
export interface CloudBuilderOptions extends CloudBuildApiOptions {
  readonly store: Pick<ObjectStore, 'write' | 'stat' | 'readStream' | 'delete'>;
  /** Bucket for contexts and logs. @default `<project>_cloudbuild`, which gcloud makes */
  readonly bucket?: string | undefined;
  readonly clock: Clock;
  /** Names of contexts and tags of builds. @default random */
  readonly newId?: (() => string) | undefined;
  /** @default Google's API */
  readonly api?: CloudBuildApi | undefined;
}

const DOCKER_STEP = 'gcr.io/cloud-builders/docker';
const TIMEOUT_SECONDS = 3_600;
/** The build may wait in a queue and is given its own time; past both, it is lost. */
const LOST_MS = 2 * TIMEOUT_SECONDS * 1_000;
const POLL_MS = 2_000;
/** How many polls in a row may fail. */
const MAX_FAILED_POLLS = 10;
// Answers of a service that may work the next time: https://grpc.github.io/grpc/core/md_doc_statuscodes.html
const PASSING: ReadonlySet<unknown> = new Set([4, 8, 13, 14]);

/**
 * Builds on Google Cloud Build: the context goes to storage, the log comes back line by line while it is written, and the
 * service pushes the image itself.
 *
 * A build that is aborted here is cancelled there; one whose beginning got lost on the way back is found again by its tag.
 *
 * @see https://cloud.google.com/build/docs/api/reference/rest/v1/projects.builds
 */
export function createCloudBuilder(options: CloudBuilderOptions): ImageBuilder {
  const { project, store, clock, newId = randomUUID, bucket = `${project}_cloudbuild` } = options;
  return {
    name: 'cloudbuild',
    async build(request, io = {}): Promise<BuiltImage> {
      const { signal } = io;
      parseReference(request.reference);
      const { dockerfile = 'Dockerfile' } = request;
      await readDockerfile(request.context, dockerfile);
      const api = options.api ?? createCloudBuildApi(options);
      const id = newId();
      const source = { bucket, object: `source/${id}.tgz` };
      const sourceUri = `gs://${bucket}/${source.object}`;
      const what = `cannot build ${request.reference}`;
      try {
        io.onLine?.(`uploading the context to ${sourceUri}`);
        await store.write(sourceUri, gzipped(request.context, dockerfile, io), signal === undefined ? {} : { signal });
        const begun = await begin(api, { request, source, bucket, tag: `seatrial-${id}` }, { what, clock, signal });
        io.onLine?.(`Cloud Build runs ${begun.logUrl || begun.id}`);
        return await follow(api, begun, { what, bucket, request }, { ...io, store, clock });
      } finally {
        await store.delete(sourceUri, { ignoreMissing: true }).catch(() => {}); // the bucket's own rules delete it later
        if (options.api === undefined) await api.close();
      }
    },
  };
}

function gzipped(context: string, dockerfile: string, { signal }: EngineIo): Readable {
  const packed = packContext(context, { dockerfile, signal });
  const gzip = createGzip();
  packed.on('error', (error) => gzip.destroy(error as Error));
  return packed.pipe(gzip);
}

interface BuildToBegin {
  readonly request: BuildRequest & { readonly push: boolean };
  readonly source: { readonly bucket: string; readonly object: string };
  readonly bucket: string;
  readonly tag: string;
}

interface Surroundings {
  readonly what: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

async function begin(api: CloudBuildApi, toBegin: BuildToBegin, { what, clock, signal }: Surroundings): Promise<Build> {
  const { request, source, bucket, tag } = toBegin;
  const build: Build = {
    source: { storageSource: source },
    steps: [{ name: DOCKER_STEP, args: dockerArgs(request) }],
    images: request.push ? [request.reference] : [],
    logsBucket: `gs://${bucket}/logs`,
    options: { logging: 'GCS_ONLY' },
    timeout: { seconds: TIMEOUT_SECONDS },
    tags: [tag],
  };
  for (let failed = 0; ;) {
    signal?.throwIfAborted();
    try {
      // After a failure it is unknown whether the build began: a second one would push a second image.
      return (failed === 0 ? undefined : await api.findByTag(tag)) ?? (await api.create(build));
    } catch (error) {
      failed += 1;
      if (!isPassing(error) || failed > MAX_FAILED_POLLS) throw toCloudError(what, error);
      await clock.sleep(POLL_MS, signal);
    }
  }
}

/** Arguments of `docker build`. */
function dockerArgs(request: BuildRequest): string[] {
  const { reference, dockerfile = 'Dockerfile', target, platform, buildArgs = {}, labels = {} } = request;
  const pairs = (flag: string, values: Readonly<Record<string, string>>) =>
    Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${value}`]);
  return [
    'build',
    ...['--tag', reference],
    ...['--file', dockerfile],
    ...(target === undefined ? [] : ['--target', target]),
    ...(platform === undefined ? [] : ['--platform', platform]),
    ...pairs('--build-arg', buildArgs),
    ...pairs('--label', labels),
    '.',
  ].map((text) => text.replaceAll('$', '$$$$')); // a single $ would be a substitution of the service's
}

async function follow(
  api: CloudBuildApi,
  begun: Build,
  { what, bucket, request }: { what: string; bucket: string; request: BuildRequest & { readonly push: boolean } },
  io: EngineIo & { readonly store: CloudBuilderOptions['store']; readonly clock: Clock },
): Promise<BuiltImage> {
  const { clock, signal, store } = io;
  const id = begun.id ?? '';
  const tail = createTail();
  const lines = createLineFilter(io.createFilter?.(), (line) => {
    tail.add(line);
    io.onLine?.(line);
  });
  const log = createLogReader(store, `gs://${bucket}/logs/log-${id}.txt`, lines);
  const deadlineMs = clock.now() + LOST_MS;
  let build = begun;
  let failed = 0;
  try {
    while (!isOver(build)) {
      if (clock.now() > deadlineMs) throw new ReleaseError('CLOUD_BUILD_FAILED', `${what}: the build does not end`);
      await clock.sleep(POLL_MS, signal);
      try {
        build = await api.get(id);
        failed = 0;
      } catch (error) {
        failed += 1;
        if (!isPassing(error) || failed > MAX_FAILED_POLLS) throw toCloudError(what, error);
      }
      await log.read();
    }
  } catch (error) {
    // Nobody waits for it any more. The first error is what is told.
    await api.cancel(id).catch(() => {});
    signal?.throwIfAborted();
    throw error;
  }
  await log.end();
  if (String(build.status) !== 'SUCCESS') throw toBuildError(what, build, tail.toString());
  if (!request.push) return { moved: false };
  const digest = build.results?.images?.find(({ name }) => name === request.reference)?.digest;
  if (!digest) throw new ReleaseError('CLOUD_BUILD_FAILED', `${what}: Cloud Build told no digest`);
  return { digest, moved: true };
}

const RUNNING = ['STATUS_UNKNOWN', 'PENDING', 'QUEUED', 'WORKING'];

function isOver({ status }: Build): boolean {
  return status !== null && status !== undefined && !RUNNING.includes(String(status));
}

function toBuildError(what: string, { status, statusDetail, failureInfo }: Build, detail: string): ReleaseError {
  const why = failureInfo?.detail || statusDetail || `it ended as ${String(status)}`;
  return new ReleaseError(
    String(status) === 'FAILURE' ? 'BUILD_FAILED' : 'CLOUD_BUILD_FAILED',
    `${what}: ${why}`,
    detail === '' ? {} : { detail },
  );
}

function isPassing(error: unknown): boolean {
  return PASSING.has((error as { code?: unknown }).code);
}

function toCloudError(what: string, error: unknown): ReleaseError {
  if (error instanceof ReleaseError) return error;
  const { code, details, message } = error as { code?: unknown; details?: string; message?: string };
  const isDenied = code === 7 || code === 16;
  return new ReleaseError(
    isDenied ? 'DENIED' : 'CLOUD_BUILD_FAILED',
    `${what}: ${details || message || String(code)}`,
    {
      cause: error,
      hint: isDenied
        ? 'Log in with gcloud auth application-default login, as somebody who may run builds in the project.'
        : 'Check the project, and that the Cloud Build API is enabled in it.',
    },
  );
}
