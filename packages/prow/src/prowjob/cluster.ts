import type { IncomingMessage } from 'node:http';
import type { Clock } from '@seatrial/cli';
import { ProwError } from '../errors.js';
import type { KubeConfigOptions } from './kube-config.js';
import { readKubeConfig } from './kube-config.js';
import type { KubeRequest, KubeSend } from './kube-request.js';
import { createKubeSend, readText } from './kube-request.js';
import type { ProwJob } from './prow-job.js';
import { parseProwJob } from './prow-job.js';

/** Ends a call early. */
export interface CallOptions {
  /** Aborting rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * ProwJobs of one namespace of a cluster. Calls are repeated for a while where the cluster is away or busy, and reject with
 * {@link ProwError} `TRIGGER`.
 */
export interface ProwJobCluster {
  readonly namespace: string;
  /** Creates it in the namespace. When the answer gets lost, creating it again finds what was created. */
  create(job: ProwJob, options?: CallOptions): Promise<ProwJob>;
  /** Rejects with `httpStatus` 404 when there is none. */
  get(name: string, options?: CallOptions): Promise<ProwJob>;
  /** How it is now, then again after each change; `undefined` while there is none. Never ends by itself. */
  observe(name: string, options?: CallOptions): AsyncGenerator<ProwJob | undefined>;
}

const MAX_BODY_BYTES = 16 * 1024 * 1024;
const CALL_RETRY_MS = 30_000;
// The control plane of a small cluster is away for some minutes when it is upgraded.
const OBSERVE_RETRY_MS = 600_000;
const WATCH_SECONDS = 290;

/**
 * Connects to the cluster of a kubeconfig. Only reads files: the first request goes out later.
 *
 * @param options.namespace defaults to the context's, then to `default`.
 * @throws {ProwError} `INVALID_FLAG` when there is no usable kubeconfig.
 */
export async function connectCluster(
  deps: { readonly clock: Clock },
  options: KubeConfigOptions & { readonly namespace?: string | undefined },
): Promise<ProwJobCluster> {
  const config = await readKubeConfig(options);
  const own = config.getContextObject(config.getCurrentContext())?.namespace;
  return createProwJobCluster(
    { ...deps, send: createKubeSend(config) },
    { namespace: options.namespace || own || 'default' },
  );
}

/** ProwJobs over a way to send requests. */
export function createProwJobCluster(
  deps: { readonly clock: Clock; readonly send: KubeSend },
  { namespace }: { readonly namespace: string },
): ProwJobCluster {
  const { clock, send } = deps;
  const path = `/apis/prow.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/prowjobs`;

  async function json(request: KubeRequest): Promise<unknown> {
    return JSON.parse(await readText(await send(request), MAX_BODY_BYTES)) as unknown;
  }

  async function retrying<T>(forMs: number, signal: AbortSignal | undefined, attempt: () => Promise<T>): Promise<T> {
    const deadline = clock.now() + forMs;
    for (let pauseMs = 250; ; pauseMs = Math.min(pauseMs * 2, 5_000)) {
      try {
        return await attempt();
      } catch (error) {
        signal?.throwIfAborted();
        if (isFinal(error)) throw error;
        if (clock.now() + pauseMs >= deadline) throw unavailable(error);
        await clock.sleep(pauseMs, signal);
      }
    }
  }

  const get = async (name: string, { signal }: CallOptions = {}) => {
    const request = { method: 'GET', path: `${path}/${encodeURIComponent(name)}`, signal } as const;
    return parseProwJob(await retrying(CALL_RETRY_MS, signal, () => json(request)), `${namespace}/${name}`);
  };

  async function* watch(name: string, resourceVersion: string, signal?: AbortSignal) {
    const query = { ...selector(name), watch: 'true', timeoutSeconds: String(WATCH_SECONDS), resourceVersion };
    // A connection that died without a word: the server itself ends a watch sooner than this.
    const idleMs = (WATCH_SECONDS + 30) * 1_000;
    const response = await send({ method: 'GET', path, query, signal, idleMs });
    try {
      for await (const line of linesOf(response)) yield JSON.parse(line) as WatchEvent;
    } finally {
      response.destroy();
    }
  }

  return {
    namespace,
    get,
    create: async (job, { signal } = {}) => {
      const body = { ...job, metadata: { ...job.metadata, namespace } };
      let attempts = 0;
      const created = await retrying(CALL_RETRY_MS, signal, async () => {
        attempts += 1;
        try {
          return await json({ method: 'POST', path, body, signal });
        } catch (error) {
          // Names are random: one that is taken after a lost answer is ours.
          if (attempts > 1 && statusOf(error) === 409) return get(job.metadata.name, { signal });
          throw error;
        }
      });
      return parseProwJob(created, `${namespace}/${job.metadata.name}`);
    },
    async *observe(name, { signal } = {}) {
      for (;;) {
        // Listed anew for each watch: its version is never too old, and what happened between two watches is seen.
        const list = (await retrying(OBSERVE_RETRY_MS, signal, () =>
          json({ method: 'GET', path, query: selector(name), signal }),
        )) as ProwJobList;
        const [found] = list.items;
        yield found && toProwJob(found, name);
        try {
          for await (const { type, object } of watch(name, list.metadata.resourceVersion, signal)) {
            if (type === 'ERROR') break; // 410 mostly: the version got too old
            if (type !== 'BOOKMARK') yield type === 'DELETED' ? undefined : toProwJob(object, name);
          }
        } catch (error) {
          signal?.throwIfAborted();
          if (isFinal(error) && statusOf(error) !== 410) throw error;
        }
        await clock.sleep(1_000, signal);
      }
    },
  };
}

interface ProwJobList {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly object[];
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: object;
}

function selector(name: string) {
  return { fieldSelector: `metadata.name=${name}` };
}

// Items of a list may come without the kind they are of.
function toProwJob(object: object, name: string): ProwJob {
  return parseProwJob({ apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', ...object }, name);
}

async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_BODY_BYTES)
      throw new Error(`a line of the watch is longer than ${MAX_BODY_BYTES} characters`);
    yield* lines.filter((line) => line !== '');
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof ProwError ? error.httpStatus : undefined;
}

// A refusal, or an object that is none. Without an answer, or with half of one, another attempt may help.
function isFinal(error: unknown): boolean {
  if (!(error instanceof ProwError)) return false;
  const { httpStatus } = error;
  if (httpStatus === undefined) return !error.infrastructure;
  return httpStatus < 500 && httpStatus !== 408 && httpStatus !== 429;
}

function unavailable(error: unknown): unknown {
  if (error instanceof ProwError) return error;
  return new ProwError('TRIGGER', `the answers of the Kubernetes API break off: ${String(error)}`, {
    cause: error,
    infrastructure: true,
    hint: 'Check that the cluster runs and can be reached from here.',
  });
}
