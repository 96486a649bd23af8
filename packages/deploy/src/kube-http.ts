import { DeployError } from './errors.js';
import type { CallOptions, KubeClient, KubeList, ResourceInfo, WatchEvent } from './kube-client.js';
import type { KubeConnection } from './kube-connection.js';
import type { KindRef, KubeObject } from './kube-object.js';
import { at, listAt, textAt } from './kube-object.js';

// One object is at most 1.5 MB in etcd; its line in a watch is not much longer.
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const WATCH_SECONDS = 290;
/** A watch may be accepted and then tell nothing, or its connection die without a word. Asking again costs one request. */
const WATCH_SILENCE_MS = 60_000;

/** The API of one server over a connection. */
export function createKubeClient(
  connection: KubeConnection,
  facts: { readonly server: string; readonly context: string; readonly kubeconfig: string },
): KubeClient {
  const groups = new Map<string, Promise<readonly ResourceInfo[]>>();

  async function getJson(
    path: string,
    query: Record<string, string | undefined>,
    options: CallOptions,
  ): Promise<unknown> {
    return JSON.parse(await connection.send({ method: 'GET', path, query, signal: options.signal })) as unknown;
  }

  function groupResources(apiVersion: string, options: CallOptions): Promise<readonly ResourceInfo[]> {
    const known = groups.get(apiVersion);
    if (known !== undefined) return known;
    const asked = getJson(groupPath(apiVersion), {}, options).then((answer) =>
      listAt(answer, 'resources')
        .filter((one) => !textAt(one, 'name').includes('/'))
        .map((one) => ({
          apiVersion,
          kind: textAt(one, 'kind'),
          resource: textAt(one, 'name'),
          namespaced: at(one, 'namespaced') === true,
          verbs: listAt(one, 'verbs').map(String),
          names: [textAt(one, 'singularName'), ...listAt(one, 'shortNames').map(String)].filter((name) => name !== ''),
        })),
    );
    groups.set(apiVersion, asked);
    asked.catch(() => groups.delete(apiVersion)); // whoever asked gets the error; the next one asks again
    return asked;
  }

  async function resourceOf({ apiVersion, kind }: KindRef, options: CallOptions): Promise<ResourceInfo> {
    const find = async (): Promise<ResourceInfo | undefined> => {
      try {
        return (await groupResources(apiVersion, options)).find((one) => one.kind === kind);
      } catch (error) {
        if (error instanceof DeployError && error.httpStatus === 404) return undefined;
        throw error;
      }
    };
    let found = await find();
    if (found === undefined) {
      // A definition that was just installed is not in what was read before.
      groups.delete(apiVersion);
      found = await find();
    }
    if (found === undefined) {
      throw new DeployError('REFUSED', `the cluster does not know kind ${kind} of ${apiVersion}`, {
        httpStatus: 404,
        reason: 'NotFound',
        hint: 'Check apiVersion and kind, and that its CustomResourceDefinition is installed.',
      });
    }
    return found;
  }

  async function pathOf(kind: KindRef, namespace: string | undefined, name: string | undefined, options: CallOptions) {
    const { resource, namespaced } = await resourceOf(kind, options);
    const scope = namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
    return `${groupPath(kind.apiVersion)}${scope}/${resource}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
  }

  return {
    ...facts,
    get: async (ref, options = {}) => {
      try {
        return (await getJson(await pathOf(ref, ref.namespace, ref.name, options), {}, options)) as KubeObject;
      } catch (error) {
        if (error instanceof DeployError && error.httpStatus === 404) return undefined;
        throw error;
      }
    },
    list: async (kind, options = {}): Promise<KubeList> => {
      const { labelSelector, fieldSelector } = options;
      const path = await pathOf(kind, options.namespace, undefined, options);
      const withKind = { apiVersion: kind.apiVersion, kind: kind.kind };
      const items: KubeObject[] = [];
      let cursor = '';
      for (;;) {
        const query = { labelSelector, fieldSelector, limit: '500', ...(cursor === '' ? {} : { continue: cursor }) };
        const answer = await getJson(path, query, options);
        // Items of a list come without the kind they are of.
        items.push(
          ...listAt(answer, 'items').map((item) => ({
            ...withKind,
            ...(item as KubeObject),
          })),
        );
        cursor = textAt(answer, 'metadata', 'continue');
        if (cursor === '') return { items, resourceVersion: textAt(answer, 'metadata', 'resourceVersion') };
      }
    },
    create: async (object, options = {}) => {
      const path = await pathOf(object, object.metadata.namespace, undefined, options);
      const { fieldManager, signal } = options;
      const answer = await connection.send({ method: 'POST', path, query: { fieldManager }, body: object, signal });
      return JSON.parse(answer) as KubeObject;
    },
    patch: async (ref, fields, options = {}) => {
      try {
        const path = await pathOf(ref, ref.namespace, ref.name, options);
        const contentType = 'application/merge-patch+json';
        const request = { method: 'PATCH', path, body: fields, contentType, signal: options.signal } as const;
        return JSON.parse(await connection.send(request)) as KubeObject;
      } catch (error) {
        if (error instanceof DeployError && error.httpStatus === 404) return undefined;
        throw error;
      }
    },
    delete: async (ref, options = {}) => {
      const { propagationPolicy = 'Background', uid, resourceVersion } = options;
      const preconditions = { uid, resourceVersion };
      const body = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy,
        // What is undefined is not written.
        ...(uid === undefined && resourceVersion === undefined ? {} : { preconditions }),
      };
      try {
        const path = await pathOf(ref, ref.namespace, ref.name, options);
        await connection.send({ method: 'DELETE', path, body, signal: options.signal });
        return 'deleted';
      } catch (error) {
        if (error instanceof DeployError && error.httpStatus === 404) return 'absent';
        throw error;
      }
    },
    async *watch(kind, options): AsyncGenerator<WatchEvent> {
      const { labelSelector, fieldSelector, resourceVersion, signal } = options;
      const path = await pathOf(kind, options.namespace, undefined, options);
      const query = {
        watch: true,
        allowWatchBookmarks: true,
        timeoutSeconds: WATCH_SECONDS,
        resourceVersion,
        labelSelector,
        fieldSelector,
      };
      const response = await connection.stream({ method: 'GET', path, query, signal });
      for await (const line of lines(connection.readUntilSilent(response, WATCH_SILENCE_MS))) {
        yield JSON.parse(line) as WatchEvent;
      }
    },
    readLog: async ({ namespace, name }, options = {}) => {
      const { container, previous, tailLines, limitBytes, signal } = options;
      return connection.send({
        method: 'GET',
        path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/log`,
        query: { container, previous, tailLines, limitBytes },
        accept: '*/*',
        signal,
      });
    },
    listResources: async (options = {}) => {
      groups.clear(); // kinds that were installed since belong to what there is
      const answer = await getJson('/apis', {}, options);
      const versions = listAt(answer, 'groups').map((group) => textAt(group, 'preferredVersion', 'groupVersion'));
      const all = await Promise.allSettled(['v1', ...versions].map((version) => groupResources(version, options)));
      options.signal?.throwIfAborted();
      const first = all[0];
      if (first?.status === 'rejected') throw first.reason;
      // Aggregated APIs may be down (metrics): the rest is still worth having.
      return all
        .flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
        .filter(({ verbs }) => verbs.includes('list'));
    },
    close: () => connection.renew(),
  };
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

async function* lines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...rest, chunk.subarray(from, end)]).toString('utf8');
      rest = [];
      restBytes = 0;
      from = end + 1;
      if (line.trim() !== '') yield line;
    }
    rest.push(chunk.subarray(from));
    restBytes += chunk.length - from;
    if (restBytes > MAX_LINE_BYTES) throw new Error(`a line of the watch is longer than ${MAX_LINE_BYTES} bytes`);
  }
}
