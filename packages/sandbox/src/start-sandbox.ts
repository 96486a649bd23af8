import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { pid } from 'node:process';
import type { Clock, Logger } from './clock.js';
import { silentLogger, systemClock } from './clock.js';
import type { ComputeStore } from './compute/compute-store.js';
import { createComputeApi } from './compute/compute-api.js';
import { createCloudBuilds } from './cloudbuild/cloud-builds.js';
import { serveCloudBuild } from './cloudbuild/cloudbuild-server.js';
import type { BuildEngine } from './cloudbuild/build-runner.js';
import { SandboxError } from './errors.js';
import type { FaultyApi } from './faults.js';
import { createFaults, parseFault, seededRandom } from './faults.js';
import type { ClusterManager } from './gke/cluster-manager.js';
import { createClusterManager } from './gke/cluster-manager.js';
import { serveGke } from './gke/gke-server.js';
import type { GithubApi } from './github/github-api.js';
import { createGithubApi } from './github/github-api.js';
import type { GithubRepositorySeed } from './github/github-state.js';
import type { FetchApp, Listening } from './http/listen.js';
import type { AuthorizationMode } from './kubernetes/server.js';
import { appListener, lazyApp, serve, serveApp } from './http/listen.js';
import { withFaults } from './http/with-faults.js';
import { createMetadataApi } from './metadata/metadata-api.js';
import { createBlobStore } from './registry/blob-store.js';
import type { HostNode } from './registry/image-config.js';
import { architectureOf } from './registry/image-config.js';
import { createImageStore } from './registry/image-store.js';
import type { Registry } from './registry/registry-api.js';
import { createRegistry } from './registry/registry-api.js';
import type { DockerEngine } from './sandbox/docker-engine.js';
import { connectEngine, findDockerEngine } from './sandbox/docker-engine.js';
import { runningNode } from './sandbox/host-node.js';
import { writeKubeconfig } from './sandbox/kubeconfig.js';
import type { ClusterEngine } from './sandbox/kubernetes-cluster.js';
import { createKubernetesFactory } from './sandbox/kubernetes-cluster.js';
import { removeOrphans } from './sandbox/orphans.js';
import type { FixedPort } from './sandbox/ports.js';
import { createPorts } from './sandbox/ports.js';
import { isOwnerGone, ownerOf } from './sandbox/process-owner.js';
import type { StorageApi } from './storage/storage-api.js';
import { createStorageApi } from './storage/storage-api.js';

/** How a sandbox is made. */
export interface SandboxOptions {
  /** First of the fixed ports. @default every port is a free one */
  readonly portBase?: number;
  /** `auto` takes a Docker Engine that answers, `off` the stand-in; else a Docker host that must answer. @default 'auto' */
  readonly docker?: 'auto' | 'off' | (string & {});
  /** Fault plan, as {@link parseFault} reads it. @default none */
  readonly faults?: readonly string[];
  /** Seed of the plan's chances. @default 1 */
  readonly seed?: number;
  /** Folder for all data; a folder of its own is made in it. @default the system's temporary folder */
  readonly dataDir?: string;
  /** @default silent */
  readonly logger?: Logger;
  /** @default the machine's */
  readonly clock?: Clock;
  /** Aborting closes the sandbox. */
  readonly signal?: AbortSignal;
  /** Makes a cluster `sandbox` and a kubeconfig for it. @default false */
  readonly defaultCluster?: boolean;
  /** How long a GKE operation takes at least, in milliseconds. @default 300 */
  readonly operationMs?: number;
  /**
   * Lifetime of Google's tokens in seconds. With it, clusters take only tokens that the sandbox's metadata server gave out
   * and that have not ended, and no token is in the environment. @default clusters take any token
   */
  readonly tokenLifetimeSeconds?: number;
  /**
   * Who may do what in the clusters: `rbac` as their roles and bindings say; tokens that are no service account's are still
   * administrators', and requests without one anonymous. @default 'always-allow'
   */
  readonly authorization?: AuthorizationMode;
  /** Environment: DOCKER_HOST is read from it, and PATH for pods that run as processes. @default empty */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The Node that stands in for `node:<tag>` images. @default the running one */
  readonly hostNode?: HostNode;
  /** Repositories GitHub knows. @default none */
  readonly repositories?: readonly GithubRepositorySeed[];
  /** GitHub's accounts, login by token: what a caller may do depends on the token. @default no token is looked at */
  readonly githubAccounts?: Readonly<Record<string, string>>;
}

/** A running sandbox. Everything listens on loopback only. */
export interface Sandbox extends AsyncDisposable {
  /** What clients need to find it, by environment variable. */
  readonly env: Readonly<Record<string, string>>;
  /** Open ports; `docker` is missing where a real engine is used. */
  readonly ports: Readonly<Partial<Record<FixedPort, number>>>;
  /** Folder of all its data. */
  readonly dataDir: string;
  /** Where images are built and pods run. */
  readonly docker: { readonly kind: 'engine' | 'stand-in'; readonly host: string };
  /** GKE clusters that there are now, in whatever state: the sandbox's own record, which no fault touches. */
  clusters(): readonly ClusterRecord[];
  readonly storage: StorageApi;
  readonly registry: Registry;
  readonly github: GithubApi;
  /** Disks, firewall and forwarding rules. */
  readonly compute: ComputeStore;
  /** Gives back ports, processes and folders. Repeatable. */
  close(): Promise<void>;
}

/** A cluster as the sandbox knows it. */
export interface ClusterRecord {
  readonly name: string;
  readonly location: string;
  /** `PROVISIONING`, `RUNNING`, `STOPPING`, `ERROR`, … */
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Project of everything in the sandbox. */
export const PROJECT = 'sandbox';
/** Where {@link SandboxOptions.defaultCluster} is. */
export const DEFAULT_LOCATION = 'us-central1-a';
/** Buckets that are there from the start. */
export const BUCKETS = ['seatrial-releases', 'seatrial-results', `${PROJECT}_cloudbuild`] as const;

/**
 * Starts a local cloud: Cloud Storage, GKE with a Kubernetes for each cluster, Cloud Build, an OCI registry, GitHub and, where
 * no Docker Engine is used, a stand-in for it.
 *
 * @throws {SandboxError} `PORT_IN_USE`, `INVALID_OPTION`, `INVALID_FAULT`, `DOCKER_UNREACHABLE`, `CLUSTER_FAILED`
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { clock = systemClock, logger = silentLogger, operationMs = 300, env: given = {}, signal } = options;
  const { hostNode = runningNode(), defaultCluster = false } = options;
  signal?.throwIfAborted();
  const faults = createFaults((options.faults ?? []).map(parseFault), seededRandom(options.seed ?? 1));
  const ports = createPorts(options.portBase);
  if (!(operationMs >= 0)) throw new SandboxError('INVALID_OPTION', `not a duration: ${operationMs} ms`);
  const undo: (() => Promise<unknown>)[] = [];
  const engine = await findDockerEngine(options.docker ?? 'auto', given);
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= closeAll(undo));

  try {
    const parent = options.dataDir ?? tmpdir();
    await mkdir(parent, { recursive: true });
    const dataDir = await mkdtemp(join(parent, 'seatrial-sandbox-'));
    undo.push(() => rm(dataDir, { recursive: true, force: true }));
    const folders = ['objects', 'registry', 'docker', 'clusters'];
    await Promise.all(folders.map((name) => mkdir(join(dataDir, name))));
    const open = async (name: FixedPort & FaultyApi, app: FetchApp): Promise<Listening> => {
      const listener = withFaults(appListener(app), faults, name, clock);
      const server = await serve(listener, { port: ports.of(name), what: name });
      undo.push(() => server.close());
      return server;
    };

    const storage = createStorageApi({ dir: join(dataDir, 'objects'), clock, newId: randomUUID });
    undo.push(() => storage.close());
    for (const bucket of BUCKETS) storage.objects.createBucket(bucket);
    const { repositories = [], githubAccounts: accounts } = options;
    const github = createGithubApi({ clock, repositories, accounts });
    undo.push(() => github.close());
    const registry = createRegistry(await createBlobStore(join(dataDir, 'registry')));
    undo.push(() => registry.close());
    const newId = () => randomUUID().slice(0, 8);
    const compute = createComputeApi({ clock, newId, operationMs });
    undo.push(() => compute.close());
    const { tokenLifetimeSeconds } = options;
    const metadata =
      tokenLifetimeSeconds === undefined
        ? undefined
        : createMetadataApi({ clock, newId: randomUUID, project: PROJECT, tokenLifetimeSeconds });

    const openRegistry = open('registry', registry.app);
    const openGke = openRegistry.then(async ({ port }) => {
      const images = createImageStore(registry, { hosts: [`127.0.0.1:${port}`, `localhost:${port}`], hostNode });
      const createKubernetes = createKubernetesFactory({
        clock,
        logger,
        newId: randomUUID,
        faults,
        ports,
        dataDir: join(dataDir, 'clusters'),
        images,
        engine: engine && (await takeEngine(engine, logger)),
        architecture: architectureOf(hostNode.arch),
        hostPath: given['PATH'],
        compute: compute.store,
        ...(options.authorization === undefined ? {} : { authorization: options.authorization }),
        ...(metadata === undefined ? {} : { acceptsToken: metadata.accepts }),
      });
      const manager = createClusterManager({ clock, logger, newId, operationMs, faults, createKubernetes });
      undo.push(() => manager.close());
      const server = await serveGke(manager, { port: ports.of('gke'), faults, clock });
      undo.push(() => server.close());
      return { manager, server };
    });
    const openDocker = engine
      ? undefined
      : open(
          'docker',
          lazyApp(async () => {
            const { createDockerApi } = await import('./docker/docker-api.js');
            return (await createDockerApi({ dir: join(dataDir, 'docker'), clock, hostNode })).app;
          }),
        );
    const openCloudBuild = async (): Promise<Listening> => {
      const dockerServer = await openDocker;
      const docker = engine ?? { host: dockerServer?.url ?? '', gateway: undefined };
      const builds = createCloudBuilds({
        clock,
        logger,
        newId: randomUUID,
        operationMs,
        objects: storage.objects,
        // The same client is both: what a build and what a pod need of it.
        engine: async () => (await connectEngine(docker)) as unknown as BuildEngine,
      });
      undo.push(() => builds.close());
      const server = await serveCloudBuild(builds, { port: ports.of('cloudbuild'), faults, clock });
      undo.push(() => server.close());
      return server;
    };
    const opened = [
      open('storage', storage.app),
      openRegistry,
      open('github', github.app),
      openGke,
      openDocker,
      openCloudBuild(),
      open('compute', compute.app),
      metadata && serveApp(metadata.app, { port: ports.of('metadata'), what: 'metadata' }),
    ] as const;
    await Promise.allSettled(opened); // so that a failure below leaves nothing half open
    const [storageServer, registryServer, githubServer, gke, dockerServer, cloudBuild, computeServer, metadataServer] =
      await Promise.all(opened);
    if (metadataServer !== undefined) undo.push(() => metadataServer.close());

    const token = `sandbox-${randomUUID()}`;
    const env: Record<string, string> = {
      STORAGE_EMULATOR_HOST: storageServer.url,
      SEATRIAL_GKE_ENDPOINT: gke.server.url,
      SEATRIAL_CLOUDBUILD_ENDPOINT: cloudBuild.url,
      SEATRIAL_COMPUTE_ENDPOINT: computeServer.url,
      ...(metadataServer === undefined
        ? { CLOUDSDK_AUTH_ACCESS_TOKEN: token }
        : { GCE_METADATA_HOST: `127.0.0.1:${metadataServer.port}` }),
      CLOUDSDK_CORE_PROJECT: PROJECT,
      SEATRIAL_REGISTRY: `127.0.0.1:${registryServer.port}/seatrial`,
      SEATRIAL_RELEASES: `gs://${BUCKETS[0]}`,
      GITHUB_API_URL: githubServer.url,
      ...(dockerServer === undefined ? {} : { DOCKER_HOST: `tcp://127.0.0.1:${dockerServer.port}` }),
      // One that was found by itself, clients find by themselves.
      ...(engine !== undefined && (options.docker ?? 'auto') !== 'auto' ? { DOCKER_HOST: engine.host } : {}),
    };
    if (defaultCluster) env['KUBECONFIG'] = await makeDefaultCluster(gke.manager, { dataDir, token });
    signal?.throwIfAborted();
    signal?.addEventListener('abort', () => void close(), { once: true });
    logger.info('sandbox is up', { dataDir, docker: engine === undefined ? 'stand-in' : engine.host });
    return {
      env,
      ports: {
        storage: storageServer.port,
        gke: gke.server.port,
        registry: registryServer.port,
        github: githubServer.port,
        cloudbuild: cloudBuild.port,
        compute: computeServer.port,
        ...(metadataServer === undefined ? {} : { metadata: metadataServer.port }),
        ...(dockerServer === undefined ? {} : { docker: dockerServer.port }),
      },
      dataDir,
      docker:
        engine === undefined
          ? { kind: 'stand-in', host: env['DOCKER_HOST'] ?? '' }
          : { kind: 'engine', host: engine.host },
      clusters: () => listRecords(gke.manager),
      storage,
      registry,
      github,
      compute: compute.store,
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (cause) {
    await close();
    throw cause;
  }
}

function listRecords(manager: ClusterManager): readonly ClusterRecord[] {
  const { clusters } = manager.listClusters({ parent: `projects/${PROJECT}/locations/-` });
  return (clusters as readonly Record<string, unknown>[]).map(({ name, location, status, resourceLabels }) => ({
    name: String(name),
    location: String(location),
    status: String(status),
    labels: { ...(resourceLabels as Record<string, string> | undefined) },
  }));
}

/** Connects to an engine and removes what killed sandboxes left on it. */
async function takeEngine(engine: DockerEngine, logger: Logger): Promise<ClusterEngine> {
  const client = await connectEngine(engine);
  const table = { uid: userInfo().uid };
  await removeOrphans({ engine: client, logger, isGone: (owner) => isOwnerGone(owner, table) });
  return { client, gateway: engine.gateway, owner: await ownerOf(pid, table) };
}

/** Last opened, first closed; what fails does not keep the rest open. */
async function closeAll(undo: readonly (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of [...undo].reverse()) {
    try {
      await step();
    } catch (cause) {
      failures.push(cause);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'the sandbox could not give back everything it had');
}

async function makeDefaultCluster(
  manager: ClusterManager,
  { dataDir, token }: { readonly dataDir: string; readonly token: string },
): Promise<string> {
  const parent = `projects/${PROJECT}/locations/${DEFAULT_LOCATION}`;
  const config = { machineType: 'e2-standard-4' };
  const cluster = { name: 'sandbox', nodePools: [{ name: 'default-pool', initialNodeCount: 1, config }] };
  manager.createCluster({ parent, cluster }, { leastMs: 0 }); // nobody watches this operation
  await manager.whenIdle();
  const { status, statusMessage, endpoint, masterAuth } = manager.getCluster({ name: `${parent}/clusters/sandbox` });
  if (status !== 'RUNNING')
    throw new SandboxError('CLUSTER_FAILED', `the default cluster is ${status}: ${statusMessage}`);
  const path = join(dataDir, 'kubeconfig');
  const { clusterCaCertificate } = masterAuth as { clusterCaCertificate: string };
  await writeKubeconfig({
    path,
    name: 'sandbox',
    endpoint: String(endpoint),
    caCertificate: clusterCaCertificate,
    token,
  });
  return path;
}
