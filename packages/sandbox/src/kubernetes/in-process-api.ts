import { compileFieldSelector } from './field-selectors.js';
import { isApiError } from './api-error.js';
import { notFound } from './errors.js';
import type { ApiResource, KubeApi, KubeObject, ResourceRef, WatchEvent } from './kube-api.js';
import type { Operations } from './operations.js';
import type { Resource, ResourceRegistry } from './resources.js';
import { parseLabelSelector } from './selectors.js';
import type { ObjectStore, StoredEvent } from './store.js';

const MANAGER = 'kube-controller-manager';

/** What the in-process API stands on. */
export interface InProcessDeps {
  readonly store: ObjectStore;
  readonly registry: ResourceRegistry;
  readonly operations: Operations;
}

/** The server's semantics for what runs beside it: no HTTP, no authorisation. */
export function createInProcessApi({ store, registry, operations }: InProcessDeps): KubeApi {
  const known = (ref: ResourceRef): Resource => {
    const resource = registry.stored(ref);
    if (resource === undefined) throw notFound({ ...ref, kind: '' }, '');
    return resource;
  };
  const api: KubeApi = {
    get(ref, namespace, name) {
      const resource = registry.stored(ref);
      return resource && store.get(resource.bucket, resource.namespaced ? namespace : undefined, name);
    },
    list(ref, { namespace, labelSelector, fieldSelector } = {}) {
      const resource = registry.stored(ref);
      if (resource === undefined) return [];
      const labels = parseLabelSelector(labelSelector);
      const fields = compileFieldSelector(resource, fieldSelector);
      return store
        .list(resource.bucket, namespace)
        .filter((object) => labels(object.metadata.labels) && fields(object));
    },
    create(ref, object, { manager = MANAGER } = {}) {
      return operations.create(known(ref), object.metadata.namespace, object, { manager, internal: true });
    },
    update(ref, object, { manager = MANAGER, subresource } = {}) {
      const { namespace, name = '' } = object.metadata;
      const options = { manager, internal: true, ...(subresource === undefined ? {} : { subresource }) };
      return operations.update(known(ref), namespace, name, object, options).object;
    },
    modify(ref, namespace, name, change, options) {
      const live = api.get(ref, namespace, name);
      if (live === undefined) return undefined;
      const draft: KubeObject = structuredClone(live);
      change(draft);
      try {
        return api.update(ref, draft, options);
      } catch (error) {
        if (isApiError(error, 404)) return undefined;
        throw error;
      }
    },
    delete(ref, namespace, name, options = {}) {
      operations.delete(known(ref), namespace, name, options);
    },
    watch(ref, listener) {
      return watchBucket(store, registry.stored(ref)?.bucket ?? `${ref.resource}.${ref.group}`, listener);
    },
    resources: () => served(registry),
    resourceOf: (apiVersion, kind) => registry.ofKind(apiVersion, kind),
  };
  return api;
}

function served(registry: ResourceRegistry): ApiResource[] {
  const seen = new Set<string>();
  const result: ApiResource[] = [];
  for (const resource of registry.all()) {
    if (seen.has(resource.bucket) || resource.ephemeral) continue;
    seen.add(resource.bucket);
    const stored = registry.stored(resource);
    if (stored !== undefined) result.push(stored);
  }
  return result;
}

// Events wait in a queue that one microtask after another empties, so that a listener that writes is not re-entered.
function watchBucket(store: ObjectStore, bucket: string, listener: (event: WatchEvent) => void): () => void {
  const queue: WatchEvent[] = store.list(bucket).map((object) => ({ type: 'ADDED', object }));
  let isStopped = false;
  let isScheduled = false;
  const deliver = (): void => {
    isScheduled = false;
    const event = queue.shift();
    if (isStopped || event === undefined) return;
    if (queue.length > 0) schedule();
    listener(event);
  };
  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    queueMicrotask(deliver);
  };
  const stopListening = store.listen(bucket, ({ type, object, previous }: StoredEvent) => {
    queue.push(previous === undefined ? { type, object } : { type, object, previous });
    schedule();
  });
  if (queue.length > 0) schedule();
  return () => {
    isStopped = true;
    stopListening();
  };
}
