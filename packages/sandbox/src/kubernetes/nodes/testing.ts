/**
 * What the tests of controllers and nodes share: a clock that is moved by hand, and a small cluster in this process.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Clock } from '../../clock.js';
import { silentLogger, systemClock } from '../../clock.js';
import { startControllers } from '../controllers/controllers.js';
import { resources } from '../controllers/resources.js';
import { createInProcessApi } from '../in-process-api.js';
import type { Fields, KubeApi, KubeObject, ResourceRef, WatchEvent } from '../kube-api.js';
import { Operations } from '../operations.js';
import { ResourceRegistry } from '../resources.js';
import { ObjectStore } from '../store.js';
import type { ContainerConfig, ImageStore } from './image-store.js';
import type { NodeSpec } from './node-spec.js';
import { startNodes } from './nodes.js';
import type { Nodes, NodesOptions } from './nodes.js';

/** Less than a test may take: one that fails is to come to its end and give back what it has. */
const MAX_WAIT_MS = 30_000;

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(nowMs = Date.UTC(2026, 10, 22, 9, 30)) {
    this.#now = nowMs;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason);
      const stop = (): void => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const wake = (): void => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      const sleeper: Sleeper = { atMs: this.#now + ms, wake };
      signal?.addEventListener('abort', stop, { once: true });
      this.#sleepers.add(sleeper);
    });
  }

  /**
   * Moves on, waking in order whoever sleeps until then, and lets what they start settle.
   *
   * @param turns Of the event loop after each. @default 30
   */
  async advance(ms: number, turns?: number): Promise<void> {
    const end = this.#now + ms;
    await settle(turns);
    for (;;) {
      const [next] = [...this.#sleepers].filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#sleepers.delete(next);
      this.#now = Math.max(this.#now, next.atMs);
      next.wake();
      await settle(turns);
    }
    this.#now = end;
    await settle(turns);
  }
}

/** Lets everything run that waits for nothing but its turn, small file operations included. */
export async function settle(turns = 30): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** An empty API server with one namespace `test` and its default service account. */
export function createTestApi(clock: Clock): KubeApi {
  const store = new ObjectStore();
  const registry = new ResourceRegistry();
  const operations = new Operations({ store, registry, clock, newId: randomUUID });
  const api = createInProcessApi({ store, registry, operations });
  for (const name of ['default', 'kube-system', 'kube-node-lease', 'test']) {
    api.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  api.create(resources.serviceAccounts, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: 'test' },
  });
  return api;
}

/** What a {@link TestCluster} may be given. */
export interface TestClusterOptions {
  /** @default the machine's */
  readonly clock?: Clock;
  /** @default one node `node-1` with 4 CPUs */
  readonly nodes?: readonly NodeSpec[];
  /** Files of images by reference; every image is there and simulated when this is absent. */
  readonly images?: ImageStore;
  readonly engine?: NodesOptions['engine'];
  readonly engineOwner?: string;
}

/** A cluster in this process. */
export interface TestCluster extends AsyncDisposable {
  readonly api: KubeApi;
  readonly nodes: Nodes;
  readonly dataDir: string;
  /** Resolves with the object once the condition holds. Rejects before the test's own timeout, which disposes of nothing. */
  until(ref: ResourceRef, name: string, holds: (object: KubeObject) => boolean): Promise<KubeObject>;
  /** Resolves once the object is gone. Rejects as `until` does. */
  untilGone(ref: ResourceRef, name: string): Promise<void>;
  /** Makes an object in namespace `test`. */
  create(ref: ResourceRef, kind: string, apiVersion: string, name: string, content: Fields): KubeObject;
  /** Makes a pod with one container `main` in namespace `test`. */
  createPod(name: string, spec?: Fields, annotations?: Record<string, string>): KubeObject;
  /** `REASON MESSAGE` of all events on an object, in order of their last change. */
  events(name: string): string[];
  logs(pod: string, options?: { container?: string; previous?: boolean; tailLines?: number }): Promise<string>;
}

/** Starts API, controllers and nodes. */
export async function startTestCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  const { clock = systemClock, nodes: specs = [{ name: 'node-1' }], images, engine, engineOwner } = options;
  const api = createTestApi(clock);
  const dataDir = await mkdtemp(join(tmpdir(), 'seatrial-nodes-'));
  const context = { api, clock, newId: randomUUID, logger: silentLogger };
  const stopControllers = startControllers(context);
  const nodes = startNodes({
    ...context,
    nodes: specs,
    dataDir,
    apiServer: () => ({ host: '127.0.0.1', port: 6443 }),
    caCertificate: () => 'the certificate',
    issueToken: ({ serviceAccount }) => `token of ${serviceAccount}`,
    ...(images === undefined ? {} : { images }),
    ...(engine === undefined ? {} : { engine }),
    ...(engineOwner === undefined ? {} : { engineOwner }),
  });
  return {
    api,
    nodes,
    dataDir,
    until(ref, name, holds) {
      return watchUntil(api, ref, `${name} in the wanted state`, ({ type, object }) =>
        type !== 'DELETED' && object.metadata.name === name && holds(object) ? object : undefined,
      );
    },
    async untilGone(ref, name) {
      if (api.get(ref, 'test', name) === undefined) return;
      await watchUntil(api, ref, `the end of ${name}`, ({ type, object }) =>
        type === 'DELETED' && object.metadata.name === name ? object : undefined,
      );
    },
    create(ref, kind, apiVersion, name, content) {
      return api.create(ref, { apiVersion, kind, metadata: { name, namespace: 'test' }, ...content });
    },
    createPod(name, spec = {}, annotations = {}) {
      return api.create(resources.pods, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'test', annotations },
        spec: { containers: [{ name: 'main', image: 'app:1' }], terminationGracePeriodSeconds: 1, ...spec },
      });
    },
    events(name) {
      return api
        .list(resources.events, { namespace: 'test' })
        .filter((event) => event['involvedObject'].name === name)
        .sort((a, b) => versionOf(a) - versionOf(b))
        .map((event) => `${event['reason']} ${event['message']}`);
    },
    async logs(pod, { container = 'main', previous = false, ...rest } = {}) {
      const object = api.get(resources.pods, 'test', pod);
      if (object === undefined) throw new Error(`no pod ${pod}`);
      const { signal } = new AbortController();
      const chunks: Uint8Array[] = [];
      const request = { container, previous, follow: false, timestamps: false, signal, ...rest };
      for await (const chunk of await nodes.runtime.logs(object, request)) chunks.push(chunk);
      return Buffer.concat(chunks).toString('utf8');
    },
    async [Symbol.asyncDispose]() {
      stopControllers();
      await nodes.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The first object that is picked, of those there are and of changes. */
function watchUntil(
  api: KubeApi,
  ref: ResourceRef,
  what: string,
  pick: (event: WatchEvent) => KubeObject | undefined,
): Promise<KubeObject> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      stop();
      reject(new Error(`waited ${MAX_WAIT_MS} ms for ${what}; there is ${JSON.stringify(api.list(ref))}`));
    }, MAX_WAIT_MS);
    const stop = api.watch(ref, (event) => {
      const object = pick(event);
      if (object === undefined) return;
      clearTimeout(limit);
      stop();
      resolve(object);
    });
  });
}

const versionOf = ({ metadata }: KubeObject): number => Number(metadata.resourceVersion);

/** An image store over files: `{ 'app:1': { '/app/main.js': 'console.log(1)' } }`. Files with a shebang are executable. */
export function fileImages(
  images: Readonly<Record<string, Readonly<Record<string, string>>>>,
  config: ContainerConfig = {},
): ImageStore {
  return {
    async find(reference) {
      const files = images[reference];
      if (files === undefined) return undefined;
      return {
        config,
        digest: `sha256:${'0'.repeat(64)}`,
        node: true,
        async unpack(dir) {
          for (const [path, text] of Object.entries(files)) {
            const file = join(dir, path);
            await mkdir(dirname(file), { recursive: true });
            await writeFile(file, text);
            if (text.startsWith('#!')) await chmod(file, 0o755);
          }
        },
      };
    },
  };
}
