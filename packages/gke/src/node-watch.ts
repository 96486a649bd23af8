import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createInterface } from 'node:readline';
import { json } from 'node:stream/consumers';
import type { GkeCluster } from './cluster.js';
import type { CallLimits } from './container-api.js';
import type { NodeState } from './nodes.js';
import { parseNode } from './nodes.js';

/**
 * Tells the nodes of a cluster, at once and after every change, until it is left, aborted, or the connection ends.
 *
 * @throws Errors with the HTTP status as `code` when the API refuses, those of the network, and the signal's reason.
 */
export type NodeWatcher = (cluster: GkeCluster, limits: CallLimits) => AsyncIterable<readonly NodeState[]>;

// The server closes a watch by itself after some minutes; asking for it makes the end an orderly one.
const WATCH_SECONDS = 290;
const PAGE = 500;

interface NodeList {
  readonly items?: readonly unknown[];
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

interface WatchEvent {
  readonly type?: string;
  readonly object?: {
    readonly metadata?: { readonly name?: string };
    readonly code?: number;
    readonly message?: string;
  };
}

/**
 * Lists and then watches nodes with a bearer token, a new one each time, over the cluster's endpoint and certificate.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export function createNodeWatcher(token: () => Promise<string>): NodeWatcher {
  return async function* watchNodes(cluster, limits) {
    const timeout = AbortSignal.timeout(Math.max(1, Math.ceil(limits.timeoutMs)));
    const signal = limits.signal === undefined ? timeout : AbortSignal.any([limits.signal, timeout]);
    const bearer = await token();
    const get = async (query: Record<string, string>): Promise<IncomingMessage> =>
      send(cluster, `/api/v1/nodes?${new URLSearchParams(query).toString()}`, { token: bearer, signal });
    const nodes = new Map<string, NodeState>();
    let resourceVersion: string;
    let next: string | undefined;
    do {
      const list = (await json(await get({ limit: String(PAGE), ...(next ? { continue: next } : {}) }))) as NodeList;
      for (const item of list.items ?? []) keep(nodes, item);
      resourceVersion = list.metadata?.resourceVersion ?? '';
      next = list.metadata?.continue;
    } while (next);
    yield [...nodes.values()];
    const query = { watch: '1', resourceVersion, timeoutSeconds: String(WATCH_SECONDS), allowWatchBookmarks: 'true' };
    const response = await get(query);
    try {
      for await (const line of createInterface({ input: response, crlfDelay: Infinity })) {
        if (line === '') continue;
        const { type, object } = JSON.parse(line) as WatchEvent;
        if (type === 'BOOKMARK') continue;
        // 410: the list is too old to go on from. Whoever asks starts again.
        if (type === 'ERROR') throw failure(object?.code ?? 500, object?.message ?? line);
        if (type === 'DELETED') nodes.delete(object?.metadata?.name ?? '');
        else keep(nodes, object);
        yield [...nodes.values()];
      }
    } finally {
      response.destroy();
    }
  };
}

function keep(nodes: Map<string, NodeState>, object: unknown): void {
  const node = parseNode(object);
  if (node !== undefined) nodes.set(node.name, node);
}

async function send(
  cluster: GkeCluster,
  path: string,
  { token, signal }: { readonly token: string; readonly signal: AbortSignal },
): Promise<IncomingMessage> {
  const url = new URL(path, `https://${cluster.endpoint}`);
  const ca = cluster.caCertificate === '' ? {} : { ca: Buffer.from(cluster.caCertificate, 'base64') };
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    // A connection of its own: the watch holds it for minutes.
    httpsRequest(url, { ...ca, headers, signal, agent: false }, resolve)
      .on('error', reject)
      .end();
  });
  if (response.statusCode === 200) return response;
  const body = (await json(response).catch(() => undefined)) as { readonly message?: string } | undefined;
  throw failure(response.statusCode ?? 500, body?.message ?? response.statusMessage ?? 'no reason given');
}

function failure(code: number, message: string): Error {
  return Object.assign(new Error(message), { code });
}
