import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An object as the server keeps it: as loose as JSON. */
export interface StoredObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    generation?: number;
    resourceVersion?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    finalizers?: string[];
    deletionTimestamp?: string;
    ownerReferences?: { apiVersion?: string; kind: string; name: string; uid: string }[];
  };
  [field: string]: unknown;
}

/** What to give instead: a status and a message. */
export interface KubeFault {
  readonly status: number;
  readonly message?: string;
  readonly match?: RegExp;
}

const kinds: readonly [apiVersion: string, kind: string, resource: string, namespaced: boolean][] = [
  ['v1', 'Namespace', 'namespaces', false],
  ['v1', 'Node', 'nodes', false],
  ['v1', 'Pod', 'pods', true],
  ['v1', 'Event', 'events', true],
  ['v1', 'Secret', 'secrets', true],
  ['v1', 'Service', 'services', true],
  ['v1', 'ConfigMap', 'configmaps', true],
  ['v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', true],
  ['apps/v1', 'Deployment', 'deployments', true],
  ['apps/v1', 'ReplicaSet', 'replicasets', true],
  ['apps/v1', 'StatefulSet', 'statefulsets', true],
  ['apps/v1', 'DaemonSet', 'daemonsets', true],
  ['batch/v1', 'Job', 'jobs', true],
  ['kubeflow.org/v1', 'TFJob', 'tfjobs', true],
  ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions', false],
];

interface Watcher {
  readonly path: string;
  readonly field: string | null;
  readonly response: http.ServerResponse;
}

/** Discovery, CRUD, list, watch and logs of a Kubernetes API over plain HTTP, with every way to fail on demand. */
export class FakeKube {
  readonly objects = new Map<string, StoredObject>();
  /** By `namespace/pod/container`, `:previous` added for the one before. */
  readonly logs = new Map<string, string>();
  /** `GET /path`, in order. */
  readonly requests: string[] = [];
  readonly faults: KubeFault[] = [];
  url = '';
  kubeconfig = '';
  /** Called after an object was created or asked to be deleted. */
  onChange: ((type: 'created' | 'deleting', object: StoredObject) => void) | undefined;
  #version = 100;
  #uids = 0;
  readonly #watchers = new Set<Watcher>();
  readonly #waiting: (() => boolean)[] = [];
  readonly #server = http.createServer((request, response) => void this.#answer(request, response));
  #dir = '';

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    this.#dir = await mkdtemp(join(tmpdir(), 'deploy-'));
    this.kubeconfig = join(this.#dir, 'kubeconfig');
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'fake', cluster: { server: this.url } }],
      users: [{ name: 'fake', user: { token: 'secret-token' } }],
      contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake' } }],
      'current-context': 'fake',
    };
    await writeFile(this.kubeconfig, JSON.stringify(config));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#dir, { recursive: true });
  }

  /** Creates or replaces an object, and tells watchers. */
  put(object: StoredObject): StoredObject {
    const key = keyOf(object);
    const old = this.objects.get(key);
    const stored: StoredObject = {
      ...object,
      metadata: {
        ...object.metadata,
        uid: object.metadata.uid ?? old?.metadata.uid ?? `uid-${(this.#uids += 1)}`,
        resourceVersion: String((this.#version += 1)),
      },
    };
    this.objects.set(key, stored);
    this.#tell(old === undefined ? 'ADDED' : 'MODIFIED', stored);
    return stored;
  }

  /** Changes an object that is there. */
  change(kind: string, name: string, change: (object: StoredObject) => void): StoredObject {
    const found = this.find(kind, name);
    if (found === undefined) throw new Error(`no ${kind} ${name}`);
    const copy = structuredClone(found);
    change(copy);
    return this.put(copy);
  }

  find(kind: string, name: string): StoredObject | undefined {
    return [...this.objects.values()].find((object) => object.kind === kind && object.metadata.name === name);
  }

  remove(kind: string, name: string): void {
    const found = this.find(kind, name);
    if (found === undefined) return;
    this.objects.delete(keyOf(found));
    this.#tell('DELETED', { ...found, metadata: { ...found.metadata, resourceVersion: String((this.#version += 1)) } });
  }

  /** Writes a line into every watch, ends them if told so. */
  disturb(line: string, options: { readonly end?: boolean } = {}): void {
    for (const watcher of [...this.#watchers]) {
      if (line !== '') watcher.response.write(`${line}\n`);
      if (options.end === true) watcher.response.destroy();
    }
  }

  /** How many watches are open. */
  get watches(): number {
    return this.#watchers.size;
  }

  /** Resolves when something holds; looked at after every request and change. */
  async until(holds: () => boolean): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(() => {
        if (!holds()) return false;
        setImmediate(resolve);
        return true;
      });
    });
  }

  #check(): void {
    setImmediate(() => {
      for (const one of [...this.#waiting]) if (one()) this.#waiting.splice(this.#waiting.indexOf(one), 1);
    });
  }

  #tell(type: string, object: StoredObject): void {
    for (const { path, field, response } of this.#watchers) {
      const matches = pathOf(object).startsWith(path) || collectionsOf(object).includes(path);
      const named = field === null || field === `metadata.name=${object.metadata.name}`;
      if (matches && named) response.write(`${JSON.stringify({ type, object })}\n`);
    }
    this.#check();
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const { method = 'GET' } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = chunks.length === 0 ? undefined : (JSON.parse(Buffer.concat(chunks).toString()) as StoredObject);
    const said = `${method} ${url.pathname}${url.searchParams.has('watch') ? ' watch' : ''}`;
    this.requests.push(said);
    this.#check();
    const fault = this.faults.findIndex(({ match }) => match === undefined || match.test(said));
    if (fault !== -1) {
      const [{ status, message = 'made to fail' }] = this.faults.splice(fault, 1) as [KubeFault];
      if (status === 0) return void response.destroy();
      return send(response, status, { kind: 'Status', message, reason: 'Fault', code: status });
    }
    if (url.searchParams.has('watch')) return this.#watch(url, response);
    this.#serve(method, url, body, response);
  }

  #watch(url: URL, response: http.ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const watcher = { path: url.pathname, field: url.searchParams.get('fieldSelector'), response };
    this.#watchers.add(watcher);
    response.on('close', () => {
      this.#watchers.delete(watcher);
      this.#check();
    });
    // What happened since the version the watch goes on from.
    const since = Number(url.searchParams.get('resourceVersion') ?? 0);
    for (const object of this.objects.values()) {
      if (Number(object.metadata.resourceVersion) <= since || !collectionsOf(object).includes(url.pathname)) continue;
      if (watcher.field === null || watcher.field === `metadata.name=${object.metadata.name}`) {
        response.write(`${JSON.stringify({ type: 'MODIFIED', object })}\n`);
      }
    }
  }

  #serve(method: string, url: URL, body: StoredObject | undefined, response: http.ServerResponse): void {
    const path = url.pathname;
    if (path === '/apis') {
      const versions = [...new Set(kinds.map(([version]) => version))].filter((version) => version.includes('/'));
      return send(response, 200, { groups: versions.map((groupVersion) => ({ preferredVersion: { groupVersion } })) });
    }
    const group = kinds.filter(([version]) => path === (version === 'v1' ? '/api/v1' : `/apis/${version}`));
    if (group.length > 0) {
      const resources = group.map(([, kind, name, namespaced]) => ({
        kind,
        name,
        namespaced,
        verbs: ['list', 'watch', 'get'],
      }));
      return send(response, 200, { resources });
    }
    const log = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/log$/.exec(path);
    if (log !== null) {
      const pod = this.find('Pod', log[2] ?? '') as { spec?: { containers?: { name: string }[] } } | undefined;
      const container = url.searchParams.get('container') ?? pod?.spec?.containers?.[0]?.name ?? 'main';
      const suffix = url.searchParams.get('previous') === 'true' ? ':previous' : '';
      const text = this.logs.get(`${log[1]}/${log[2]}/${container}${suffix}`);
      if (text === undefined) return send(response, 400, { message: `container "${container}" has no log`, code: 400 });
      const tail = Number(url.searchParams.get('tailLines') ?? Infinity);
      const limit = Number(url.searchParams.get('limitBytes') ?? Infinity);
      const lines = text.split('\n');
      response.writeHead(200, { 'content-type': 'text/plain' });
      return void response.end(
        lines
          .slice(Math.max(0, lines.length - tail - 1))
          .join('\n')
          .slice(0, limit),
      );
    }
    const found = [...this.objects.values()].find((object) => pathOf(object) === path);
    if (found !== undefined && method === 'GET') return send(response, 200, found);
    if (found !== undefined && method === 'PATCH' && body !== undefined) {
      const { resourceVersion } = body.metadata;
      if (resourceVersion !== undefined && resourceVersion !== found.metadata.resourceVersion) {
        return send(response, 409, { message: 'the object has been modified', reason: 'Conflict', code: 409 });
      }
      const merged = merge(found, body) as StoredObject;
      if (merged.metadata.deletionTimestamp !== undefined && (merged.metadata.finalizers ?? []).length === 0) {
        this.remove(merged.kind, merged.metadata.name);
        return send(response, 200, merged);
      }
      return send(response, 200, this.put(merged));
    }
    if (found !== undefined && method === 'DELETE') {
      const wanted = (body as { preconditions?: { resourceVersion?: string } } | undefined)?.preconditions;
      const version = wanted?.resourceVersion;
      if (version !== undefined && version !== found.metadata.resourceVersion) {
        return send(response, 409, { message: 'the object has been modified', reason: 'Conflict', code: 409 });
      }
      this.#delete(found);
      return send(response, 200, { kind: 'Status', status: 'Success' });
    }
    const collection = kinds.find(([version, , resource]) => collectionPattern(version, resource).test(path));
    if (collection !== undefined && method === 'GET') {
      const named = url.searchParams.get('fieldSelector')?.replace('metadata.name=', '');
      const items = [...this.objects.values()].filter(
        (object) => collectionsOf(object).includes(path) && (named === undefined || object.metadata.name === named),
      );
      return send(response, 200, {
        kind: `${collection[1]}List`,
        metadata: { resourceVersion: String(this.#version) },
        items,
      });
    }
    if (collection !== undefined && method === 'POST' && body !== undefined) {
      if (this.objects.has(keyOf(body))) {
        return send(response, 409, {
          message: `${collection[2]} "${body.metadata.name}" already exists`,
          reason: 'AlreadyExists',
          code: 409,
        });
      }
      const created = this.put({ ...body, metadata: { generation: 1, ...body.metadata } });
      send(response, 201, created);
      return this.onChange?.('created', created);
    }
    send(response, 404, { message: `${path} not found`, reason: 'NotFound', code: 404 });
  }

  #delete(object: StoredObject): void {
    if ((object.metadata.finalizers ?? []).length > 0) {
      this.put({ ...object, metadata: { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } });
    } else {
      this.remove(object.kind, object.metadata.name);
    }
    this.onChange?.('deleting', object);
  }
}

function send(response: http.ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** As RFC 7396 has it. */
function merge(into: unknown, fields: unknown): unknown {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return fields;
  const merged: Record<string, unknown> = typeof into === 'object' && into !== null ? { ...into } : {};
  for (const [key, value] of Object.entries(fields)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(merged[key], value);
  }
  return merged;
}

function keyOf({ kind, metadata }: StoredObject): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}

function collectionsOf(object: StoredObject): readonly string[] {
  const [version = '', , resource = ''] =
    kinds.find(([apiVersion, kind]) => apiVersion === object.apiVersion && kind === object.kind) ?? [];
  const root = version.includes('/') ? `/apis/${version}` : `/api/${version}`;
  const { namespace } = object.metadata;
  return [`${root}/${resource}`, ...(namespace === undefined ? [] : [`${root}/namespaces/${namespace}/${resource}`])];
}

function pathOf(object: StoredObject): string {
  return `${collectionsOf(object).at(-1)}/${object.metadata.name}`;
}

function collectionPattern(version: string, resource: string): RegExp {
  const root = version.includes('/') ? `/apis/${version}` : `/api/${version}`;
  return new RegExp(`^${root}(/namespaces/[^/]+)?/${resource}$`);
}
