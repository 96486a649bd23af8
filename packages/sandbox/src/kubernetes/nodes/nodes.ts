import { randomInt } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import type { Clock, Logger } from '../../clock.js';
import { createEventRecorder } from '../controllers/events.js';
import type { KubeApi, PodRuntime } from '../kube-api.js';
import type { ContainerRuntime } from './container-runtime.js';
import { createImagePuller } from './image-puller.js';
import type { ImageStore } from './image-store.js';
import { startKubelet } from './kubelet.js';
import { capacityOf, registerNode } from './node-spec.js';
import type { NodeSpec } from './node-spec.js';
import { createDockerRuntime } from './docker-runtime.js';
import type { ContainerEngine } from './docker-runtime.js';
import type { TokenRequest } from './pod-volumes.js';
import type { PodHost } from './pod-worker.js';
import { createHostRuntime } from './runtimes.js';
import { startScheduler } from './scheduler.js';

/** Host and port of the API server. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** What the nodes of a cluster are made of. */
export interface NodesOptions {
  readonly api: KubeApi;
  readonly clock: Clock;
  /** A new version-4 UUID. */
  readonly newId: () => string;
  readonly logger: Logger;
  readonly nodes: readonly NodeSpec[];
  /** Folder for the pods' files; made, and emptied on stop. */
  readonly dataDir: string;
  /** The API server as processes of this host reach it; asked when a container starts. */
  readonly apiServer: () => ServerAddress;
  /** PEM of the API server's authority. @default none */
  readonly caCertificate?: () => string;
  /** Signs a token for a pod. @default an opaque text */
  readonly issueToken?: (request: TokenRequest) => string;
  /** Images for pods that run without an engine; absent: every image counts as present, and all pods are simulated. */
  readonly images?: ImageStore;
  /** A container engine; pods then run as its containers. */
  readonly engine?: ContainerEngine;
  /** Names this process on the engine's containers. @default they are not marked */
  readonly engineOwner?: string;
  /** The API server as containers of the engine reach it. @default apiServer */
  readonly apiServerForContainers?: () => ServerAddress;
  /** PATH of processes, behind the folder of the host's Node.js. @default '/usr/local/bin:/usr/bin:/bin' */
  readonly hostPath?: string;
}

/** The running nodes. */
export interface Nodes {
  /** For the API server's `pods/log`, `exec`, `attach` and `portforward`. */
  readonly runtime: Required<PodRuntime>;
  /** Ends all pods and removes their files. */
  stop(): Promise<void>;
}

/** Registers nodes, and starts the scheduler and the kubelet that runs their pods. */
export function startNodes(options: NodesOptions): Nodes {
  const { api, clock, newId, logger, nodes, dataDir, images, engine } = options;
  const ownAddresses = platform() === 'linux';
  const hostRuntime = { clock, images, ownAddresses, hostPath: options.hostPath ?? '/usr/local/bin:/usr/bin:/bin' };
  const owner = options.engineOwner === undefined ? {} : { owner: options.engineOwner };
  const runtime: ContainerRuntime =
    engine === undefined
      ? createHostRuntime(hostRuntime)
      : createDockerRuntime({ engine, clock, instance: newId(), ...owner });
  const addresses = createAddresses(ownAddresses);
  const changes = createConfigChanges(clock);
  const hosts = new Map<string, PodHost>();
  for (const node of nodes) {
    const { name, address = '127.0.0.1' } = node;
    hosts.set(name, {
      api,
      clock,
      logger,
      newId,
      runtime,
      puller: createImagePuller(runtime, clock),
      dir: join(dataDir, 'pods'),
      hostIp: address,
      record: createEventRecorder({ api, clock, newId, component: 'kubelet', host: name }),
      sources: {
        allocatable: capacityOf(node),
        get apiServer() {
          const { apiServer, apiServerForContainers = apiServer } = options;
          return engine === undefined ? apiServer() : apiServerForContainers();
        },
        caCertificate: options.caCertificate ?? (() => ''),
        issueToken: options.issueToken ?? (() => newId()),
        persistentDir: join(dataDir, 'persistent'),
      },
      configChange: changes.wait,
      takeAddress: () => (engine === undefined ? addresses.take() : undefined),
      giveAddress: addresses.give,
    });
    registerNode(api, node, clock.now());
  }
  const stopScheduler = startScheduler({ api, clock, newId, logger });
  const ready = mkdir(join(dataDir, 'pods'), { recursive: true });
  ready.catch((error: unknown) => logger.error('data folder cannot be made', { dataDir, error: String(error) }));
  const kubelet = startKubelet({ api, hosts, configChanged: changes.notify });
  return {
    runtime: kubelet.runtime,
    async stop() {
      stopScheduler();
      await kubelet.stop();
      await runtime.close();
      await ready.catch(() => undefined); // told above
      for (const part of ['pods', 'persistent']) await rm(join(dataDir, part), { recursive: true, force: true });
    },
  };
}

/** Loopback addresses, one a pod, where the host routes them all; random, so that two sandboxes rarely meet. */
function createAddresses(own: boolean): { take(): string; give(address: string): void } {
  const taken = new Set<string>();
  return {
    take() {
      if (!own) return '127.0.0.1';
      for (;;) {
        const address = `127.${randomInt(1, 255)}.${randomInt(0, 256)}.${randomInt(1, 255)}`;
        if (taken.has(address)) continue;
        taken.add(address);
        return address;
      }
    },
    give: (address) => void taken.delete(address),
  };
}

function createConfigChanges(clock: Clock): {
  notify(namespace: string): void;
  wait(namespace: string, maxMs: number, signal: AbortSignal): Promise<void>;
} {
  const waiting = new Map<string, Set<() => void>>();
  return {
    notify(namespace) {
      for (const wake of waiting.get(namespace) ?? []) wake();
    },
    async wait(namespace, maxMs, signal) {
      signal.throwIfAborted();
      const wakers = waiting.get(namespace) ?? new Set();
      waiting.set(namespace, wakers);
      const woken = new AbortController();
      const wake = (): void => woken.abort();
      wakers.add(wake);
      try {
        await clock.sleep(maxMs, AbortSignal.any([signal, woken.signal]));
      } catch {
        signal.throwIfAborted(); // else it was woken by a change
      } finally {
        wakers.delete(wake);
        if (wakers.size === 0) waiting.delete(namespace);
      }
    },
  };
}
