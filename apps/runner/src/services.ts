import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Logger, Redactor } from '@seatrial/cli';
import type { ClusterProvider, KubeClient } from '@seatrial/deploy';
import type { Helm } from '@seatrial/helm';
import type { ObjectStore } from '@seatrial/storage';
import type { BuilderChoice, DockerEngine, ImageBuilder, Registries } from '@seatrial/release';
import { RunnerError } from './errors.js';
import { withRedactedLogs } from './results/redacted-logs.js';

export type ProviderName = 'sandbox' | 'kubeconfig' | 'gke';
export type Env = Readonly<Record<string, string | undefined>>;

/** Names of variables by which a deployment tool finds its own clouds; the sandbox prints the same. */
export const REGISTRY_VARIABLE = 'SEATRIAL_REGISTRY';
export const RELEASES_VARIABLE = 'SEATRIAL_RELEASES';

/** What a trial reaches outside of itself. Each client is made at its first use, once. */
export interface Services extends AsyncDisposable {
  /** The caller's environment, with the sandbox's endpoints over it where the sandbox is the provider. */
  env(): Promise<Env>;
  /** Registry and path below which images are pushed. @throws {RunnerError} `SETTING_MISSING` */
  registry(): Promise<string>;
  /** Where charts are published; `undefined` for nowhere. */
  releasesUri(): Promise<string | undefined>;
  /** Objects that the trial publishes: charts, records of releases. */
  store(): Promise<ObjectStore>;
  docker(): Promise<DockerEngine>;
  /** Registries by the user's own Docker logins. */
  registries(signal: AbortSignal): Promise<Registries>;
  /** What builds images. @throws {ReleaseError} `ENGINE_UNREACHABLE`; `INVALID_OPTION` for Cloud Build without a project */
  builder(choice: BuilderChoice, registries: Registries): Promise<ImageBuilder>;
  /**
   * @param where for one cluster of several: where it is made, which context stands for it. What was made is found and
   * deleted by its handle.
   */
  provider(where?: ProviderPlace): Promise<ClusterProvider>;
  /** The API of a cluster; one connection for all who ask. Its logs of pods come without secrets. */
  kube(kubeconfig: string): Promise<KubeClient>;
  /** The same, logs as they are: for who cuts them at lines and redacts them then. */
  kubeWithRawLogs(kubeconfig: string): Promise<KubeClient>;
  /** A helm that knows only this kubeconfig, and homes of its own. */
  helm(
    kubeconfig: string,
    io: { readonly signal: AbortSignal; readonly onLine: (line: string) => void },
  ): Promise<Helm>;
}

/** Where a cluster is made, or which context stands for it. */
interface ProviderPlace {
  readonly location?: string;
  readonly context?: string | undefined;
}

export interface ServicesOptions {
  readonly provider: ProviderName;
  readonly env: Env;
  /** Folder of the run; homes of helm are made below it. */
  readonly workDir: string;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Takes secrets out of what programs print. */
  readonly redact: Redactor;
  readonly project?: string;
  /** @default `SEATRIAL_REGISTRY` */
  readonly registry?: string;
  /** @default `SEATRIAL_RELEASES` */
  readonly releasesUri?: string;
  /** Zone or region of clusters that are made. */
  readonly location: string;
  /** Context of the user's kubeconfig, for the provider `kubeconfig`. @default the current one */
  readonly context?: string;
  /** Path of the helm binary. @default `HELM_BIN`, then PATH, then the workspace's own */
  readonly helm?: string;
  /** Faults for the sandbox. @default none */
  readonly faults?: readonly string[];
}

/** Wires the packages to their surroundings. Nothing is loaded or started before it is asked for. */
export function createServices(options: ServicesOptions): Services {
  const { workDir, logger, clock } = options;
  const disposables: (() => Promise<void>)[] = [];

  const env = once(async (): Promise<Env> => {
    if (options.provider !== 'sandbox') return options.env;
    const { startSandbox } = await import('@seatrial/sandbox');
    const sandbox = await startSandbox({
      env: options.env,
      logger,
      docker: options.env['SEATRIAL_DOCKER'] ?? 'auto',
      faults: options.faults ?? [],
    });
    disposables.push(() => sandbox.close());
    return { ...options.env, ...sandbox.env };
  });

  const store = once(async () => {
    const { createObjectStore, storeOptionsFromEnv } = await import('@seatrial/storage');
    return createObjectStore(storeOptionsFromEnv(await env()));
  });

  const docker = once(async () => {
    const { createDocker } = await import('@seatrial/release');
    const host = (await env())['DOCKER_HOST'];
    return createDocker(host === undefined ? {} : { host });
  });

  const makeProvider = async ({ location, context }: ProviderPlace): Promise<ClusterProvider> => {
    const deploy = await import('@seatrial/deploy');
    const surroundings = await env();
    if (options.provider === 'kubeconfig') {
      return deploy.createKubeconfigProvider({
        kubeconfigPath: userKubeconfig(surroundings),
        context: context ?? options.context,
      });
    }
    if (options.provider === 'sandbox') {
      const sandbox = deploy.createSandboxProvider({
        sandbox: async () => surroundings,
        location: location ?? options.location,
        clock,
        logger,
      });
      disposables.push(async () => sandbox[Symbol.asyncDispose]());
      return sandbox;
    }
    const { createGke, gkeOptionsFromEnv } = await import('@seatrial/gke');
    const fromEnv = gkeOptionsFromEnv(surroundings);
    const project = options.project ?? fromEnv.project;
    if (project === undefined) {
      throw new RunnerError('SETTING_MISSING', 'the provider gke needs a Google Cloud project', {
        hint: 'Give it with --project, the field "project" of the config, or CLOUDSDK_CORE_PROJECT.',
      });
    }
    const gke = createGke({ ...fromEnv, logger, clock });
    disposables.push(async () => gke.close());
    return deploy.createGkeProvider({
      gke,
      project,
      locations: [location ?? options.location],
      // A token that was handed in cannot be refreshed, so there is nothing for a plugin to do.
      ...(fromEnv.accessToken === undefined ? {} : { user: { token: fromEnv.accessToken } }),
    });
  };
  const providers = new Map<string, () => Promise<ClusterProvider>>();
  const provider = (place: ProviderPlace = {}): Promise<ClusterProvider> => {
    const key = JSON.stringify([place.location ?? options.location, place.context]);
    const made = providers.get(key) ?? once(() => makeProvider(place));
    providers.set(key, made);
    return made();
  };

  const binary = once(async () => {
    const { findHelm, findWorkspaceHelm } = await import('@seatrial/helm');
    return findHelm({
      env: options.env,
      workspaceCopy: () => findWorkspaceHelm({ onProgress: (text) => logger.info(text) }),
      flag: options.helm,
    });
  });

  const connections = new Map<string, Promise<KubeClient>>();
  const kubeWithRawLogs = (kubeconfig: string): Promise<KubeClient> => {
    const known = connections.get(kubeconfig);
    if (known !== undefined) return known;
    const connected = import('@seatrial/deploy').then(({ connect }) => connect(kubeconfig, { clock }));
    connections.set(kubeconfig, connected);
    disposables.push(async () => (await connected).close());
    return connected;
  };

  return {
    env,
    async registry() {
      const registry = options.registry ?? (await env())[REGISTRY_VARIABLE];
      if (registry) return registry;
      throw new RunnerError('SETTING_MISSING', 'there is no registry to push the image to', {
        hint: `Give one with --registry, the field "registry" of the config, or ${REGISTRY_VARIABLE}.`,
      });
    },
    releasesUri: async () => options.releasesUri ?? ((await env())[RELEASES_VARIABLE] || undefined),
    store,
    docker,
    async registries(signal) {
      const { createRegistries, credentialsFromEnv } = await import('@seatrial/release');
      return createRegistries({ credentials: credentialsFromEnv(await env()), clock, signal });
    },
    async builder(choice, registries) {
      const { chooseBuilder } = await import('@seatrial/release');
      const surroundings = await env();
      const project = options.project ?? (surroundings['CLOUDSDK_CORE_PROJECT'] || undefined);
      const cloud =
        project === undefined
          ? undefined
          : {
              project,
              bucket: undefined,
              region: 'global',
              endpoint: surroundings['SEATRIAL_CLOUDBUILD_ENDPOINT'] || undefined,
              accessToken: surroundings['CLOUDSDK_AUTH_ACCESS_TOKEN'] || undefined,
              store: await store(),
            };
      return chooseBuilder(choice, { docker, registries, clock, cloud });
    },
    provider,
    kube: async (kubeconfig) => withRedactedLogs(await kubeWithRawLogs(kubeconfig), options.redact),
    kubeWithRawLogs,
    async helm(kubeconfig, { signal, onLine }) {
      const { createHelm } = await import('@seatrial/helm');
      return createHelm({
        binary: await binary(),
        home: join(workDir, 'helm'),
        kubeconfig,
        env: await env(),
        signal,
        onLine,
        createFilter: () => options.redact.stream(),
      });
    },
    async [Symbol.asyncDispose]() {
      const failures: unknown[] = [];
      for (const dispose of disposables.reverse()) await dispose().catch((error: unknown) => failures.push(error));
      if (failures.length > 0) throw new AggregateError(failures, 'not everything could be closed');
    },
  };
}

/** Where kubectl looks. @see https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/ */
function userKubeconfig(env: Env): string {
  return env['KUBECONFIG'] || join(env['HOME'] ?? homedir(), '.kube', 'config');
}

/** Calls `make` at the first use and hands the same promise to everyone after. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
