import type { ClusterManagerClient, protos } from '@google-cloud/container';
import type { ClusterRef } from './cluster.js';
import { clusterPath } from './cluster.js';
import { GkeError } from './errors.js';
import type { ClusterBody } from './request.js';

/** An operation of the API. */
export type Operation = protos.google.container.v1.IOperation;

/** One call: how long it may take, in milliseconds, and what ends it early. */
export interface CallLimits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The calls of `google.container.v1.ClusterManager` this package makes. Each is one attempt: nothing is retried here. */
export interface ContainerApi {
  createCluster(
    parent: { project: string; location: string },
    cluster: ClusterBody,
    limits: CallLimits,
  ): Promise<Operation>;
  getCluster(ref: ClusterRef, limits: CallLimits): Promise<protos.google.container.v1.ICluster>;
  listClusters(
    parent: { project: string; location: string },
    limits: CallLimits,
  ): Promise<protos.google.container.v1.IListClustersResponse>;
  deleteCluster(ref: ClusterRef, limits: CallLimits): Promise<Operation>;
  setLabels(
    ref: ClusterRef,
    labels: { readonly resourceLabels: Readonly<Record<string, string>>; readonly labelFingerprint: string },
    limits: CallLimits,
  ): Promise<Operation>;
  getOperation(ref: ClusterRef, limits: CallLimits): Promise<Operation>;
  listOperations(parent: { project: string; location: string }, limits: CallLimits): Promise<readonly Operation[]>;
  /** Forgets the credentials, so that the next call fetches fresh ones. */
  renew(): Promise<void>;
  close(): Promise<void>;
}

/** Where the API is and who asks. */
export interface ApiOptions {
  /** `http://host:port`: gRPC in plain text without credentials; `https://host[:port]`: another TLS endpoint. @default Google's */
  readonly endpoint?: string;
  /** OAuth token to use instead of the application default credentials. */
  readonly accessToken?: string;
}

type Client = ClusterManagerClient;

// A read that hangs must not eat the whole budget of a wait.
const CALL_MS = 30_000;

/**
 * The real client over gRPC, loaded at the first call because that costs most of a second.
 *
 * @throws {GkeError} `INVALID` for an endpoint that is not a URL of http or https.
 */
export function createContainerApi(options: ApiOptions): ContainerApi {
  const { endpoint, accessToken } = options;
  const place = endpoint === undefined ? undefined : parseEndpoint(endpoint);
  let loading: Promise<Client> | undefined;
  const client = (): Promise<Client> => (loading ??= load(place, accessToken));

  async function call<T>(
    send: (client: Client, options: { timeout: number; retry: null }) => Promise<[T, ...unknown[]]>,
    limits: CallLimits,
  ): Promise<T> {
    limits.signal?.throwIfAborted();
    const timeout = Math.max(1, Math.min(CALL_MS, limits.timeoutMs));
    // The client's own retries run on real time and hide what was answered, so each call is one attempt.
    const sent = send(await client(), { timeout, retry: null });
    const [answer] = await withSignal(sent, limits.signal);
    return answer;
  }

  const parentPath = ({ project, location }: { project: string; location: string }): string =>
    `projects/${project}/locations/${location}`;

  return {
    createCluster: (parent, cluster, limits) =>
      call((one, o) => one.createCluster({ parent: parentPath(parent), cluster }, o), limits),
    getCluster: (ref, limits) => call((one, o) => one.getCluster({ name: clusterPath(ref) }, o), limits),
    listClusters: (parent, limits) => call((one, o) => one.listClusters({ parent: parentPath(parent) }, o), limits),
    deleteCluster: (ref, limits) => call((one, o) => one.deleteCluster({ name: clusterPath(ref) }, o), limits),
    setLabels: (ref, { resourceLabels, labelFingerprint }, limits) => {
      const request = { name: clusterPath(ref), resourceLabels: { ...resourceLabels }, labelFingerprint };
      return call((one, o) => one.setLabels(request, o), limits);
    },
    getOperation: (ref, limits) =>
      call((one, o) => one.getOperation({ name: `${parentPath(ref)}/operations/${ref.name}` }, o), limits),
    listOperations: async (parent, limits) => {
      const answer = await call((one, o) => one.listOperations({ parent: parentPath(parent) }, o), limits);
      return answer.operations ?? [];
    },
    renew: async () => {
      const old = loading;
      loading = undefined;
      await (await old)?.close();
    },
    close: async () => {
      const old = loading;
      loading = undefined;
      await (await old)?.close();
    },
  };
}

async function load(place: Endpoint | undefined, accessToken: string | undefined): Promise<Client> {
  const [{ default: container }, { grpc }, auth] = await Promise.all([
    import('@google-cloud/container'),
    import('google-gax'),
    import('google-auth-library'),
  ]);
  const where = place === undefined ? {} : { servicePath: place.host, port: place.port };
  if (place?.plain === true) {
    // PassThroughClient keeps google-auth-library from asking the metadata server who we are.
    return new container.ClusterManagerClient({
      ...where,
      sslCreds: grpc.credentials.createInsecure(),
      authClient: new auth.PassThroughClient(),
    });
  }
  if (accessToken === undefined) return new container.ClusterManagerClient(where);
  const authClient = new auth.OAuth2Client();
  authClient.setCredentials({ access_token: accessToken });
  return new container.ClusterManagerClient({ ...where, authClient });
}

interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly plain: boolean;
}

function parseEndpoint(text: string): Endpoint {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new GkeError('INVALID', `not an endpoint of the GKE API: ${JSON.stringify(text)}`, {
      hint: 'Write it as http://HOST:PORT or https://HOST[:PORT].',
    });
  }
  const plain = url.protocol === 'http:';
  const port = url.port === '' ? (plain ? 80 : 443) : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port, plain };
}

async function withSignal<T>(sent: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return sent;
  const cancellable = sent as Promise<T> & { cancel?: () => void };
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason as Error);
      cancellable.cancel?.();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    sent.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
