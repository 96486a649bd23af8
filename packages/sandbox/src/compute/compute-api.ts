import { Hono } from 'hono';
import type { Context } from 'hono';
import type { Clock } from '../clock.js';
import type { NodeEnv } from '../http/bindings.js';
import type { FetchApp } from '../http/listen.js';
import { ComputeApiError } from './compute-error.js';
import { createComputeOperations } from './compute-operations.js';
import type { ComputeCollection, ComputeRef, ComputeResource, ComputeScope } from './compute-resource.js';
import { computeCollections } from './compute-resource.js';
import type { ComputeEntry, ComputeStore } from './compute-store.js';
import { createComputeStore } from './compute-store.js';

/** Compute Engine's REST API over resources in memory. */
export interface ComputeApi {
  readonly app: FetchApp;
  readonly store: ComputeStore;
  /** Ends all operations. */
  close(): Promise<void>;
}

const MAX_RESULTS = 500;

/**
 * Disks, firewall rules, forwarding rules, target pools and backend services: list, aggregated list, get, insert, delete,
 * and the operations that come of it.
 *
 * @param options.operationMs How long an operation takes.
 * @see https://cloud.google.com/compute/docs/reference/rest/v1
 */
export function createComputeApi(options: {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly operationMs: number;
}): ComputeApi {
  const store = createComputeStore(options);
  const operations = createComputeOperations(options);
  const app = new Hono<NodeEnv>();
  const project = '/compute/v1/projects/:project';

  app.get(`${project}/aggregated/:collection`, (context) => {
    const collection = collectionOf(context);
    const page = pageOf(context, store.list({ project: context.req.param('project'), collection }));
    const items: Record<string, Record<string, ComputeResource[]>> = {};
    for (const { ref, resource } of page.entries) ((items[ref.scope] ??= {})[collection] ??= []).push(resource);
    return context.json({ kind: `${computeCollections[collection].kind}AggregatedList`, items, ...page.next });
  });

  for (const [path, scopeOf] of [
    [`${project}/global`, () => 'global' as const],
    [`${project}/zones/:scope`, (scope: string) => `zones/${scope}` as const],
    [`${project}/regions/:scope`, (scope: string) => `regions/${scope}` as const],
  ] as const) {
    const place = (context: Context<NodeEnv>) => {
      const { project: id = '', scope = '', name = '' } = context.req.param() as Record<string, string>;
      return { project: id, scope: scopeOf(scope) as ComputeScope, name };
    };
    const refOf = (context: Context<NodeEnv>): ComputeRef => {
      const ref = { ...place(context), collection: collectionOf(context) };
      const scopes: readonly string[] = computeCollections[ref.collection].scopes;
      if (scopes.includes(ref.scope.split('/')[0] ?? '')) return ref;
      throw new ComputeApiError(404, 'notFound', `There are no ${ref.collection} in ${ref.scope}`);
    };
    app.get(`${path}/operations/:name`, (context) => context.json(operations.get(place(context))));
    app.post(`${path}/operations/:name/wait`, async (context) => context.json(await operations.wait(place(context))));
    app.get(`${path}/:collection`, (context) => {
      const { collection, ...of } = refOf(context);
      const page = pageOf(context, store.list({ ...of, collection }));
      const items = page.entries.map(({ resource }) => resource);
      return context.json({ kind: `${computeCollections[collection].kind}List`, items, ...page.next });
    });
    app.get(`${path}/:collection/:name`, (context) => {
      const ref = refOf(context);
      const found = store.find(ref);
      if (found !== undefined) return context.json(found.resource);
      const resource = `projects/${ref.project}/${ref.scope}/${ref.collection}/${ref.name}`;
      throw new ComputeApiError(404, 'notFound', `The resource '${resource}' was not found`);
    });
    app.post(`${path}/:collection`, async (context) => {
      const { name: _, ...of } = refOf(context);
      const { ref } = store.add(of, (await context.req.json()) as ComputeResource);
      return context.json(operations.begin('insert', ref, () => undefined));
    });
    app.delete(`${path}/:collection/:name`, (context) => {
      const ref = refOf(context);
      store.checkRemovable(ref);
      return context.json(operations.begin('delete', ref, () => store.remove(ref)));
    });
  }

  app.onError((error, context) => {
    const [status, reason] =
      error instanceof ComputeApiError ? [error.status, error.reason] : [500 as const, 'backendError'];
    const { message } = error;
    return context.json({ error: { code: status, message, errors: [{ message, domain: 'global', reason }] } }, status);
  });
  return { app, store, close: () => operations.close() };
}

function collectionOf(context: Context<NodeEnv>): ComputeCollection {
  const name = context.req.param('collection') ?? '';
  if (Object.hasOwn(computeCollections, name)) return name as ComputeCollection;
  throw new ComputeApiError(404, 'notFound', `There is no collection ${name} in the sandbox`);
}

/** A page of a list; the token is where the next begins. */
function pageOf(
  context: Context<NodeEnv>,
  entries: readonly ComputeEntry[],
): { readonly entries: readonly ComputeEntry[]; readonly next: { readonly nextPageToken?: string } } {
  const start = Number(context.req.query('pageToken') ?? 0);
  const end = start + Math.min(MAX_RESULTS, Number(context.req.query('maxResults') ?? MAX_RESULTS) || MAX_RESULTS);
  return { entries: entries.slice(start, end), next: end < entries.length ? { nextPageToken: String(end) } : {} };
}
