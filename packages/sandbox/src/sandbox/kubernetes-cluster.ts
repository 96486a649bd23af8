import type { RequestListener } from 'node:http';
import type { Server } from 'node:https';
import type { Duplex } from 'node:stream';
import { createServer } from 'node:https';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Logger } from '../clock.js';
import { startCloudController } from '../compute/cloud-controller.js';
import type { ComputeStore } from '../compute/compute-store.js';
import type { Faults } from '../faults.js';
import { withFaults, withUpgradeFaults } from '../http/with-faults.js';
import type { ClusterKubernetes, KubernetesFactory, KubernetesRequest, NodeRequest } from '../gke/kubernetes.js';
import { openPort } from '../http/listen.js';
import type { ContainerEngine } from '../kubernetes/nodes/docker-runtime.js';
import type { NodeSpec } from '../kubernetes/nodes/node-spec.js';
import type { Nodes, NodesOptions } from '../kubernetes/nodes/nodes.js';
import type { AuthorizationMode } from '../kubernetes/server.js';
import type { UpgradeListener } from '../kubernetes/streaming/upgrades.js';
import type { ImageStore } from '../registry/image-store.js';
import type { ServerCertificate } from './certificate.js';
import { createStorageClasses } from './storage-classes.js';
import { createCertificate } from './certificate.js';
import type { Ports } from './ports.js';

/** The container engine that all clusters of a sandbox share. */
export interface ClusterEngine {
  readonly client: ContainerEngine;
  /** Where its containers reach this machine. */
  readonly gateway: string | undefined;
  /** Names this process on its containers; `undefined` where the system has no name for it. */
  readonly owner: string | undefined;
}

/** What all clusters of a sandbox share. */
export interface ClusterDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** A new version-4 UUID. */
  readonly newId: () => string;
  readonly faults: Faults;
  readonly ports: Ports;
  /** Each cluster gets a folder below it. */
  readonly dataDir: string;
  /** Images for pods that run as processes. */
  readonly images: ImageStore;
  /** A real engine for the pods. */
  readonly engine: ClusterEngine | undefined;
  /** `amd64`, … */
  readonly architecture: string;
  /** PATH of pods that run as processes. */
  readonly hostPath: string | undefined;
  /** Where load balancers and disks of the clusters are. */
  readonly compute: ComputeStore;
  /** Whose tokens the API servers take. @default anybody's */
  readonly acceptsToken?: (token: string) => boolean;
  /** @default 'always-allow' */
  readonly authorization?: AuthorizationMode;
}

/** Version every cluster says it is. */
export const KUBERNETES_VERSION = '1.34.1';

/** Kubernetes for clusters: an API server on its own TLS port, controllers, and nodes whose pods run. */
export function createKubernetesFactory(deps: ClusterDeps): KubernetesFactory {
  return async (request) => {
    const { location, name } = request;
    const dir = join(deps.dataDir, `${location}-${name}-${deps.newId().slice(0, 8)}`);
    await mkdir(dir, { recursive: true });
    const port = deps.ports.takeCluster();
    try {
      return await startKubernetes(deps, { request, dir, port });
    } catch (cause) {
      deps.ports.release(port);
      await rm(dir, { recursive: true, force: true });
      throw cause;
    }
  };
}

async function startKubernetes(
  deps: ClusterDeps,
  cluster: { readonly request: KubernetesRequest; readonly dir: string; readonly port: number },
): Promise<ClusterKubernetes> {
  const { clock, logger, newId, ports, engine } = deps;
  const { request, dir } = cluster;
  const { nodes } = request;
  const name = `${request.project}-${request.location}-${request.name}`;
  const gateway = engine?.gateway;
  const [{ createKubeServer }, { startControllers }, { startNodes }] = await Promise.all([
    import('../kubernetes/server.js'),
    import('../kubernetes/controllers/controllers.js'),
    import('../kubernetes/nodes/nodes.js'),
  ]);
  const certificate = createCertificate({
    name,
    addresses: gateway === undefined ? [] : [gateway],
    nowMs: clock.now(),
  });
  const server = createKubeServer({
    clock,
    newId,
    logger,
    version: `v${KUBERNETES_VERSION}`,
    caCertificate: certificate.ca,
    ...(deps.acceptsToken === undefined ? {} : { acceptsToken: deps.acceptsToken }),
    ...(deps.authorization === undefined ? {} : { authorization: deps.authorization }),
    // The nodes need the server and the server the nodes' logs: the first request comes after both.
    podRuntime: {
      logs: (pod, request) => running.runtime.logs(pod, request),
      exec: (pod, argv, options) => running.runtime.exec(pod, argv, options),
      attach: (pod, options) => running.runtime.attach(pod, options),
      dial: (pod, port) => running.runtime.dial(pod, port),
    },
  });
  createStorageClasses(server.api);
  const listeners = {
    request: withFaults(server.listener, deps.faults, 'kubernetes', clock),
    upgrade: withUpgradeFaults(server.upgradeListener, deps.faults, 'kubernetes', clock),
  };
  const front = await listen(listeners, { certificate, cluster, gateway });
  const stopOwn = startControllers({ api: server.api, clock, newId, logger });
  const stopCloud = startCloudController({
    api: server.api,
    store: deps.compute,
    cluster: { ...request, nodes: nodes.map((node) => node.name) },
  });
  const stopControllers = () => {
    stopCloud();
    stopOwn();
  };
  const running = startRunning();
  let closing: Promise<void> | undefined;
  return {
    endpoint: `127.0.0.1:${front.port}`,
    caCertificate: certificate.ca,
    version: KUBERNETES_VERSION,
    close: () => (closing ??= close()),
  };

  function startRunning(): Nodes {
    const options: NodesOptions = {
      api: server.api,
      clock,
      newId,
      logger,
      nodes: nodes.map((node) => toNodeSpec(node, deps.architecture)),
      dataDir: dir,
      apiServer: () => ({ host: '127.0.0.1', port: front.port }),
      apiServerForContainers: () => ({ host: gateway ?? '127.0.0.1', port: front.port }),
      caCertificate: () => certificate.ca,
      images: deps.images,
      ...(engine === undefined ? {} : { engine: engine.client }),
      ...(engine?.owner === undefined ? {} : { engineOwner: engine.owner }),
      ...(deps.hostPath === undefined ? {} : { hostPath: deps.hostPath }),
    };
    try {
      return startNodes(options);
    } catch (cause) {
      stopControllers();
      server.close();
      void front.close();
      throw cause;
    }
  }

  async function close(): Promise<void> {
    stopControllers();
    await running.stop();
    server.close();
    await front.close();
    ports.release(cluster.port);
    await rm(dir, { recursive: true, force: true });
  }
}

/** Opens the port on loopback and, for an engine's containers, on their bridge. */
async function listen(
  listeners: { readonly request: RequestListener; readonly upgrade: UpgradeListener },
  options: {
    readonly certificate: ServerCertificate;
    readonly cluster: { readonly port: number };
    readonly gateway: string | undefined;
  },
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const { certificate, cluster, gateway } = options;
  const servers: Server[] = [];
  const upgraded = new Set<Duplex>(); // the server itself forgets them
  const open = async (host: string, port: number) => {
    const { key, cert } = certificate;
    // Watches stay open for as long as they like.
    const server = createServer({ key, cert, requestTimeout: 0, keepAliveTimeout: 60_000 }, listeners.request);
    server.on('upgrade', (request, socket, head) => {
      upgraded.add(socket.once('close', () => upgraded.delete(socket)));
      listeners.upgrade(request, socket, head);
    });
    servers.push(server);
    return openPort(server, { host, port, what: 'a Kubernetes API server' });
  };
  const close = async () => {
    for (const socket of upgraded) socket.destroy();
    await Promise.all(
      servers.map((server) => {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        server.closeAllConnections();
        return closed;
      }),
    );
  };
  try {
    const port = await open('127.0.0.1', cluster.port);
    if (gateway !== undefined && gateway !== '127.0.0.1') await open(gateway, port);
    return { port, close };
  } catch (cause) {
    await close();
    throw cause;
  }
}

function toNodeSpec(
  { name, cpus, memoryBytes, labels, taints, extendedResources }: NodeRequest,
  architecture: string,
): NodeSpec {
  const extended = Object.entries(extendedResources).map(([resource, count]) => [resource, String(count)]);
  return {
    name,
    labels,
    taints,
    capacity: { cpu: String(cpus), memory: `${Math.floor(memoryBytes / 1024)}Ki`, ...Object.fromEntries(extended) },
    architecture,
    kubeletVersion: `v${KUBERNETES_VERSION}-gke.1000000`,
  };
}
