import { setMaxListeners } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createAuthenticator } from './auth.js';
import { authorize } from './authorization/authorize.js';
import { bootstrapRbac } from './authorization/bootstrap-roles.js';
import { impersonated } from './authorization/impersonation.js';
import { alwaysAllow, createRbacAuthorizer } from './authorization/rbac.js';
import type { Clock } from './clock.js';
import { Definitions } from './crd/definitions.js';
import { route } from './http/router.js';
import { createInProcessApi } from './in-process-api.js';
import type { KubeApi, PodRuntime } from './kube-api.js';
import { Operations } from './operations.js';
import { ResourceRegistry } from './resources.js';
import type { Resource } from './resources.js';
import { ObjectStore } from './store.js';
import { createUpgradeListener } from './streaming/upgrades.js';
import type { UpgradeListener } from './streaming/upgrades.js';

/** Where the server writes what went wrong. */
export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** Who may do what: everybody everything, or what roles and bindings say. */
export type AuthorizationMode = 'always-allow' | 'rbac';

/** What a {@link KubeServer} is made with. */
export interface KubeServerOptions {
  readonly clock: Clock;
  /** A new version-4 UUID: uids, generated names and tokens come from it. */
  readonly newId: () => string;
  /** @default silent */
  readonly logger?: Logger;
  /** Keeps the logs of pods. Without one `pods/log` answers 501. */
  readonly podRuntime?: PodRuntime;
  /** Version the server says it is. @default 'v1.34.1' */
  readonly version?: string;
  /** PEM of the authority that signed the server's certificate, for ConfigMap `kube-root-ca.crt`. @default '' */
  readonly caCertificate?: string;
  /** Bearer tokens of administrators. @default any token, or none, is an administrator's */
  readonly tokens?: readonly string[];
  /** Which other bearer tokens are administrators' just now. @default none */
  readonly acceptsToken?: (token: string) => boolean;
  /**
   * `rbac`: what a user may do follows from the roles and bindings stored, and who shows no token is anonymous.
   * @default 'always-allow'
   */
  readonly authorization?: AuthorizationMode;
  /** How many changes of each resource can be watched back to. @default 10_000 */
  readonly maxHistory?: number;
}

/** A running API server without an address: whoever holds it listens. */
export interface KubeServer {
  /** The same semantics in process. */
  readonly api: KubeApi;
  /** Handles requests of a `node:http` or `node:https` server. */
  readonly listener: (request: IncomingMessage, response: ServerResponse) => void;
  /** Handles `upgrade` of such a server: exec, attach and port-forward. */
  readonly upgradeListener: UpgradeListener;
  /** Ends all watches and stops reacting to definitions. */
  close(): void;
}

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const SYSTEM_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Makes an empty cluster: the system namespaces, their service accounts and the service `kubernetes`. */
export function createKubeServer(options: KubeServerOptions): KubeServer {
  const {
    clock,
    newId,
    logger = silent,
    podRuntime,
    version = 'v1.34.1',
    caCertificate = '',
    tokens,
    acceptsToken,
    maxHistory,
    authorization = 'always-allow',
  } = options;
  const store = new ObjectStore(maxHistory === undefined ? {} : { maxHistory });
  const registry = new ResourceRegistry();
  const operations = new Operations({ store, registry, clock, newId });
  const definitions = new Definitions({
    store,
    registry,
    operations,
    onError: (error) => logger.error('definition not followed', { error: String(error) }),
  });
  const api = createInProcessApi({ store, registry, operations });
  const authenticator = createAuthenticator({
    newId,
    now: () => clock.now(),
    isThere: ({ namespace, name, uid }) => store.get('serviceaccounts.', namespace, name)?.metadata.uid === uid,
    anonymous: authorization === 'rbac',
    ...(tokens === undefined ? {} : { tokens }),
    ...(acceptsToken === undefined ? {} : { accepts: acceptsToken }),
  });
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // one for each watch
  furnishNamespaces(store, operations, { registry, caCertificate });
  bootstrap(api);
  bootstrapRbac(api);
  const deps = {
    store,
    registry,
    operations,
    clock,
    authenticator,
    authorizer: authorization === 'rbac' ? createRbacAuthorizer(store) : alwaysAllow,
    podRuntime,
    logger,
    newAuditId: newId,
    version: versionInfo(version),
    signal: closing.signal,
  };
  return {
    api,
    listener: (request, response) => void route(deps, request, response),
    upgradeListener: createUpgradeListener({
      podRuntime,
      logger,
      signal: closing.signal,
      pod({ headers, method }, { namespace, name, subresource }) {
        const { authorizer } = deps;
        const user = impersonated(authenticator.authenticate(headers), headers, authorizer);
        const verb = method === 'POST' ? 'create' : 'get';
        authorize(authorizer, { user, verb, group: '', resource: 'pods', subresource, namespace, name });
        return operations.get(registry.find('', 'v1', 'pods') as Resource, namespace, name);
      },
    }),
    close() {
      closing.abort();
      definitions.close();
    },
  };
}

function versionInfo(gitVersion: string): Record<string, string> {
  const [major = '1', minor = '34'] = gitVersion.replace(/^v/, '').split('.');
  return {
    major,
    minor,
    gitVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: 'go1.24.6',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
}

interface Furnishing {
  readonly registry: ResourceRegistry;
  readonly caCertificate: string;
}

// Every namespace holds the authority's certificate and a service account from its first moment on.
function furnishNamespaces(store: ObjectStore, operations: Operations, { registry, caCertificate }: Furnishing): void {
  store.listen('namespaces.', ({ type, object }) => {
    if (type !== 'ADDED') return;
    const namespace = object.metadata.name;
    const put = (resource: string, body: Record<string, unknown>): void => {
      const found = registry.stored({ group: '', resource });
      if (found !== undefined)
        operations.create(found, namespace, body, { manager: 'kube-controller-manager', internal: true });
    };
    const annotations = {
      'kubernetes.io/description':
        'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints.',
    };
    put('configmaps', { metadata: { name: 'kube-root-ca.crt', annotations }, data: { 'ca.crt': caCertificate } });
    put('serviceaccounts', { metadata: { name: 'default' } });
  });
}

function bootstrap(api: KubeApi): void {
  const options = { manager: 'kube-apiserver' };
  for (const name of SYSTEM_NAMESPACES) {
    api.create(
      { group: '', resource: 'namespaces' },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
      options,
    );
  }
  const labels = { component: 'apiserver', provider: 'kubernetes' };
  api.create(
    { group: '', resource: 'services' },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'kubernetes', namespace: 'default', labels },
      spec: { clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443, targetPort: 6443 }] },
    },
    options,
  );
}
