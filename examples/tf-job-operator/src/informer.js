import { backoffMs } from './backoff.js';

/**
 * Keeps a copy of all objects of one kind: lists them, then follows the watch, for ever.
 *
 * A watch that ends or breaks goes on where it was; after 410 (the server forgot the version) everything is listed anew.
 * `onChange(object)` hears of every object that came, changed or went, `onSynced()` when a list is complete.
 *
 * @param {{ client: any, path: string, onChange(object: any): void, onSynced?(): void, log: any, sleep(ms: number, signal: AbortSignal): Promise<void> }} options
 */
export function createInformer({ client, path, onChange, onSynced = () => {}, log, sleep }) {
  let objects = new Map();
  let synced = false;

  async function list(signal) {
    const answer = await client.get(path, { signal });
    const before = objects;
    objects = new Map(answer.items.map((object) => [keyOf(object), object]));
    synced = true;
    for (const object of objects.values()) {
      const known = before.get(keyOf(object));
      if (known?.metadata.resourceVersion !== object.metadata.resourceVersion) onChange(object);
    }
    for (const [key, object] of before) if (!objects.has(key)) onChange(object);
    onSynced();
    return answer.metadata.resourceVersion;
  }

  function apply({ type, object }) {
    if (type === 'BOOKMARK') return;
    if (type === 'DELETED') objects.delete(keyOf(object));
    else objects.set(keyOf(object), object);
    onChange(object);
  }

  return {
    /** Runs until the signal aborts. Never rejects. */
    async run(signal) {
      let resourceVersion;
      let failures = 0;
      let fresh = false; // whether the watch began at a list just made
      while (!signal.aborted) {
        try {
          fresh = resourceVersion === undefined;
          resourceVersion ??= await list(signal);
          for await (const event of client.watch(path, { resourceVersion, signal })) {
            failures = 0;
            apply(event);
            resourceVersion = event.object.metadata.resourceVersion;
          }
          // A watch that the server ends at once, again and again, must not become a storm of requests.
          await sleep(backoffMs(failures, { firstMs: 50, maxMs: 5_000 }), signal);
          failures += 1;
        } catch (error) {
          if (signal.aborted) return;
          if (error.code === 410) {
            log.info('watch expired, listing anew', { path });
            resourceVersion = undefined;
            // The server is there and answers: what failed before is over. Only a list that is too old at once is not.
            if (!fresh) failures = 0;
          } else {
            log.warn('watch failed', { path, error: error.message, tries: failures + 1 });
            // A refusal may mean that the version itself is what the server does not like.
            if (typeof error.code === 'number') resourceVersion = undefined;
          }
          await sleep(backoffMs(failures, { maxMs: 10_000 }), signal);
          failures += 1;
        }
      }
    },
    /** Whether the first list has come. */
    get synced() {
      return synced;
    },
    get(namespace, name) {
      return objects.get(`${namespace}/${name}`);
    },
    /** All objects that `matches`. */
    filter(matches) {
      return [...objects.values()].filter(matches);
    },
  };
}

/** `namespace/name` of an object. */
export function keyOf({ metadata }) {
  return `${metadata.namespace}/${metadata.name}`;
}
