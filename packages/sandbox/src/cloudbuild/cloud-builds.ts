import { Readable } from 'node:stream';
import type { Clock, Logger } from '../clock.js';
import { GrpcError } from '../grpc/grpc-error.js';
import { writeContent } from '../storage/content.js';
import type { ObjectTable } from '../storage/object-store.js';
import { type BuildRecord, type BuildRequest, formatBuild } from './build.js';
import { createBuildLog } from './build-log.js';
import { type BuildEngine, BuildFailure, runBuild } from './build-runner.js';

/** Requests as protobufjs hands them over. */
interface Named {
  readonly name: string;
  readonly projectId: string;
  readonly id: string;
}

/** The builds of all projects, by the rpcs that are served. */
export interface CloudBuilds {
  createBuild(request: {
    readonly parent: string;
    readonly projectId: string;
    readonly build: BuildRequest | null;
  }): object;
  getBuild(request: Named): object;
  listBuilds(request: { readonly parent: string; readonly projectId: string; readonly filter: string }): object;
  cancelBuild(request: Named): object;
  /** Resolves when no build runs. */
  whenIdle(): Promise<void>;
  /** Cancels all that run. */
  close(): Promise<void>;
}

/** What builds run with. */
export interface CloudBuildsOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
  /** How long a build waits in the queue, in milliseconds. */
  readonly operationMs: number;
  readonly objects: ObjectTable;
  readonly engine: () => Promise<BuildEngine>;
}

const TYPE = 'type.googleapis.com/google.devtools.cloudbuild.v1';

/**
 * Cloud Build: builds that wait, run on a Docker Engine, log to a bucket and push to a registry.
 *
 * @see https://cloud.google.com/build/docs/api/reference/rpc/google.devtools.cloudbuild.v1
 */
export function createCloudBuilds(options: CloudBuildsOptions): CloudBuilds {
  const { clock, logger, newId, operationMs, objects, engine } = options;
  const builds = new Map<string, BuildRecord>();
  const running = new Set<Promise<void>>();

  const find = ({ name, id }: Named): BuildRecord => {
    const found = builds.get(id || (name.split('/').at(-1) ?? ''));
    if (found === undefined) throw new GrpcError('NOT_FOUND', `Requested entity was not found: ${id || name}`);
    return found;
  };

  async function run(record: BuildRecord): Promise<void> {
    const { signal } = record.cancel;
    const log = createBuildLog((text) => writeLog(record, text));
    try {
      await clock.sleep(operationMs, signal);
      record.status = 'WORKING';
      record.startMs = clock.now();
      log.add(`starting build "${record.id}"\n`);
      const findSource = (bucket: string, name: string) => objects.find(bucket, name);
      record.pushed = await runBuild(record, { engine, findSource, log });
      await log.end();
      record.status = 'SUCCESS';
    } catch (cause) {
      await fail(record, cause, log);
    }
    record.finishMs = clock.now();
    logger.debug('build is over', { id: record.id, status: record.status });
  }

  async function fail(record: BuildRecord, cause: unknown, log: ReturnType<typeof createBuildLog>): Promise<void> {
    const { message } = cause as Error;
    log.add(record.cancel.signal.aborted ? 'CANCELLED\n' : `ERROR\nERROR: ${message}\n`);
    await log.end();
    if (record.cancel.signal.aborted) {
      record.status = 'CANCELLED';
      return;
    }
    record.failure = { type: cause instanceof BuildFailure ? cause.type : 'USER_BUILD_STEP', detail: message };
    record.status = 'FAILURE';
  }

  async function writeLog({ id, request }: BuildRecord, text: string): Promise<void> {
    const { bucket, prefix } = parseLogsBucket(request.logsBucket);
    if (bucket === '') return;
    const content = await writeContent(objects.newFile(), Readable.from([Buffer.from(text)]));
    const target = { bucket, name: `${prefix}log-${id}.txt` };
    objects.put(target, content, { fields: { contentType: 'text/plain' }, preconditions: {} });
  }

  return {
    createBuild({ parent, projectId, build }) {
      const { project = projectId, location = 'global' } =
        /^projects\/(?<project>[^/]+)\/locations\/(?<location>[^/]+)$/.exec(parent)?.groups ?? {};
      if (build === null || build.steps.length === 0) {
        throw new GrpcError('INVALID_ARGUMENT', 'invalid build: there are no build steps');
      }
      const record: BuildRecord = {
        id: newId(),
        project,
        location,
        request: build,
        createMs: clock.now(),
        status: 'QUEUED',
        pushed: [],
        cancel: new AbortController(),
      };
      builds.set(record.id, record);
      const done = run(record).finally(() => running.delete(done));
      running.add(done);
      return {
        name: `operations/build/${project}/${Buffer.from(record.id).toString('base64url')}`,
        metadata: { '@type': `${TYPE}.BuildOperationMetadata`, build: formatBuild(record) },
      };
    },
    getBuild: (request) => formatBuild(find(request)),
    listBuilds({ projectId, parent, filter }) {
      const project = projectId || parent.split('/')[1];
      const tag = /^\s*tags\s*=\s*"(?<tag>[^"]*)"\s*$/.exec(filter)?.groups?.['tag'];
      if (filter !== '' && tag === undefined) throw new GrpcError('UNIMPLEMENTED', `filter: ${filter}`);
      const found = [...builds.values()].filter(
        (each) => each.project === project && (tag === undefined || each.request.tags.includes(tag)),
      );
      return { builds: found.reverse().map(formatBuild) };
    },
    cancelBuild(request) {
      const record = find(request);
      if (record.finishMs !== undefined) throw new GrpcError('FAILED_PRECONDITION', 'build is not running');
      record.cancel.abort(new Error('cancelled'));
      record.status = 'CANCELLED';
      return formatBuild(record);
    },
    async whenIdle() {
      await Promise.all(running);
    },
    async close() {
      for (const { cancel } of builds.values()) cancel.abort(new Error('the sandbox is closing'));
      await Promise.all(running);
    },
  };
}

function parseLogsBucket(uri: string): { readonly bucket: string; readonly prefix: string } {
  const { bucket = '', path = '' } = /^(?:gs:\/\/)?(?<bucket>[^/]*)\/?(?<path>.*?)\/*$/.exec(uri)?.groups ?? {};
  return { bucket, prefix: path === '' ? '' : `${path}/` };
}
