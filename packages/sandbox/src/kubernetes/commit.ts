import { isEqual } from './equal.js';
import type { KubeObject } from './kube-api.js';
import type { Resource } from './resources.js';
import type { ObjectStore } from './store.js';

/** What is to become of a stored object. */
export interface Change {
  readonly live: KubeObject;
  /** As it is to be stored. */
  readonly next: KubeObject;
  /** As it was made, before it took the form that is stored. @default next */
  readonly unstored?: KubeObject;
  readonly dryRun: boolean;
  /** Does the real server store it without something that reading adds: empty bytes (`lacksBytes`), defaults? */
  readonly isLacking: boolean;
}

/** Writes objects over others: what is finished goes, what is the same is not written. */
export class Committer {
  readonly #store: ObjectStore;
  /** Stored objects that lack something which reading has added: writing them again, with it, is a change. */
  readonly #lacking = new WeakSet<KubeObject>();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** The object as it is stored now, or as it was last. */
  commit(resource: Resource, { live, next, unstored, dryRun, isLacking }: Change): KubeObject {
    if (isFinished(resource, next)) {
      if (!dryRun) this.#store.remove(resource.bucket, live);
      const { resourceVersion = '' } = live.metadata;
      // What is not stored is answered as it was made, empty bytes that are none included.
      return { ...(unstored ?? next), metadata: { ...next.metadata, resourceVersion } };
    }
    if (isUnchanged(live, next) && this.#lacking.has(live) === isLacking) return live;
    if (dryRun) return next;
    const written = this.#store.put(resource.bucket, next);
    if (isLacking) this.#lacking.add(written);
    return written;
  }
}

function isFinished(resource: Resource, object: KubeObject): boolean {
  const { deletionTimestamp, finalizers = [], deletionGracePeriodSeconds = 0 } = object.metadata;
  const gone = deletionTimestamp !== undefined && finalizers.length === 0;
  return gone && deletionGracePeriodSeconds === 0 && !holdsNamespace(resource, object);
}

/** Is there something in a namespace's own finalizers? */
export function holdsNamespace(resource: Resource, object: KubeObject): boolean {
  return resource.bucket === 'namespaces.' && (object.spec?.['finalizers'] ?? []).length > 0;
}

function isUnchanged(live: KubeObject, next: KubeObject): boolean {
  const timeless = (object: KubeObject): unknown => ({
    ...object,
    metadata: {
      ...object.metadata,
      resourceVersion: '',
      managedFields: object.metadata.managedFields?.map((entry) => ({ ...entry, time: '' })),
    },
  });
  return isEqual(timeless(live), timeless(next));
}
