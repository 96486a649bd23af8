import type { KubeObject, WatchEvent } from './kube-api.js';

/** A {@link WatchEvent} with its place in the order of all changes. */
export interface StoredEvent extends WatchEvent {
  /** resourceVersion of the change. */
  readonly version: number;
}

/** Objects of one resource, with their recent history. */
class Bucket {
  readonly objects = new Map<string, KubeObject>();
  readonly history: StoredEvent[] = [];
  readonly listeners = new Set<(event: StoredEvent) => void>();
  /** Lists that were asked for since the last change, by namespace. */
  readonly lists = new Map<string | undefined, readonly KubeObject[]>();
  /** Changes up to this version are forgotten. */
  forgottenVersion: number;

  constructor(forgottenVersion: number) {
    this.forgottenVersion = forgottenVersion;
  }
}

/** Options of an {@link ObjectStore}. */
export interface ObjectStoreOptions {
  /** How many changes of each resource can be watched and paged back to. @default 10_000 */
  readonly maxHistory?: number;
  /** resourceVersion of the empty store. @default 100 */
  readonly firstVersion?: number;
}

/** Objects by resource, namespace and name, with one counter of changes over all and a window of history for each. */
export class ObjectStore {
  readonly #buckets = new Map<string, Bucket>();
  readonly #maxHistory: number;
  readonly #firstVersion: number;
  #version: number;

  constructor({ maxHistory = 10_000, firstVersion = 100 }: ObjectStoreOptions = {}) {
    this.#maxHistory = maxHistory;
    this.#firstVersion = firstVersion;
    this.#version = firstVersion;
  }

  /** resourceVersion of the latest change. */
  get version(): number {
    return this.#version;
  }

  get(bucket: string, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#buckets.get(bucket)?.objects.get(keyOf(namespace, name));
  }

  /** In order of namespace and name; frozen, and the same array until something changes. */
  list(bucket: string, namespace?: string): readonly KubeObject[] {
    const { lists, objects } = this.#bucket(bucket);
    let list = lists.get(namespace);
    if (list === undefined) lists.set(namespace, (list = Object.freeze(sorted(objects, namespace))));
    return list;
  }

  /** How many objects the bucket holds. */
  count(bucket: string): number {
    return this.#buckets.get(bucket)?.objects.size ?? 0;
  }

  /** The list as it was at a version, or `undefined` where that is forgotten. */
  listAt(bucket: string, version: number, namespace?: string): readonly KubeObject[] | undefined {
    const from = this.#bucket(bucket);
    if (version < from.forgottenVersion) return undefined;
    const objects = new Map(from.objects);
    for (let index = from.history.length - 1; index >= 0; index -= 1) {
      const event = from.history[index];
      if (event === undefined || event.version <= version) break;
      const key = keyOf(event.object.metadata.namespace, event.object.metadata.name ?? '');
      if (event.type === 'ADDED') objects.delete(key);
      else if (event.previous !== undefined) objects.set(key, event.previous);
    }
    return sorted(objects, namespace);
  }

  /** Writes with a new resourceVersion; listeners have been told when this returns. The result is frozen. */
  put(bucket: string, object: KubeObject): KubeObject {
    const to = this.#bucket(bucket);
    const key = keyOf(object.metadata.namespace, object.metadata.name ?? '');
    const previous = to.objects.get(key);
    const stored = this.#stamp(object);
    to.objects.set(key, stored);
    const version = this.#version;
    if (previous === undefined) this.#record(to, { type: 'ADDED', object: stored, version });
    else this.#record(to, { type: 'MODIFIED', object: stored, previous, version });
    return stored;
  }

  /** Removes; the event carries `last` (or what is stored) with the resourceVersion of the removal. */
  remove(bucket: string, object: KubeObject): void {
    const from = this.#bucket(bucket);
    const key = keyOf(object.metadata.namespace, object.metadata.name ?? '');
    const previous = from.objects.get(key);
    if (previous === undefined) return;
    from.objects.delete(key);
    const last = this.#stamp(object);
    this.#record(from, { type: 'DELETED', object: last, previous, version: this.#version });
  }

  /** Told synchronously of every change from now on. */
  listen(bucket: string, listener: (event: StoredEvent) => void): () => void {
    const { listeners } = this.#bucket(bucket);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  /** Changes after a version in order, or `undefined` where some of them are forgotten. */
  changesSince(bucket: string, version: number): readonly StoredEvent[] | undefined {
    const { history, forgottenVersion } = this.#bucket(bucket);
    if (version < forgottenVersion) return undefined;
    let low = 0;
    let high = history.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((history[middle]?.version ?? 0) <= version) low = middle + 1;
      else high = middle;
    }
    return history.slice(low);
  }

  #bucket(name: string): Bucket {
    let bucket = this.#buckets.get(name);
    if (bucket === undefined) this.#buckets.set(name, (bucket = new Bucket(this.#firstVersion)));
    return bucket;
  }

  #stamp(object: KubeObject): KubeObject {
    this.#version += 1;
    const { metadata, ...rest } = object;
    const { kind, apiVersion, ...members } = rest;
    const stamped = { kind, apiVersion, metadata: { ...metadata, resourceVersion: String(this.#version) }, ...members };
    return deepFreeze(stamped as KubeObject);
  }

  #record(bucket: Bucket, event: StoredEvent): void {
    bucket.lists.clear();
    bucket.history.push(event);
    // Forgetting in halves keeps the cost per write constant.
    if (bucket.history.length > this.#maxHistory * 1.5) {
      const gone = bucket.history.splice(0, bucket.history.length - this.#maxHistory);
      bucket.forgottenVersion = gone.at(-1)?.version ?? bucket.forgottenVersion;
    }
    for (const listener of [...bucket.listeners]) listener(event);
  }
}

function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

// By the parts: etcd sorts by byte, and "/" sorts before letters and digits but after "-" and ".".
function sorted(objects: ReadonlyMap<string, KubeObject>, namespace: string | undefined): KubeObject[] {
  const list: KubeObject[] = [];
  for (const object of objects.values()) {
    if (namespace === undefined || object.metadata.namespace === namespace) list.push(object);
  }
  return list.sort(
    (a, b) => compareText(a.metadata.namespace, b.metadata.namespace) || compareText(a.metadata.name, b.metadata.name),
  );
}

function compareText(a = '', b = ''): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Freezes a tree of plain data; what is frozen already is not walked again. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
