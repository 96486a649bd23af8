import { ApiError } from '../kube-client.js';

/**
 * An API server in memory with the calls of `createKubeClient`: optimistic locking, AlreadyExists, uid preconditions,
 * watches. `calls` tells what was asked, `breakNext(error)` makes the next call fail.
 */
export function createFakeCluster() {
  const objects = new Map();
  const watchers = new Set();
  const calls = [];
  const failures = [];
  let version = 100;

  const split = (path) =>
    /^(?<collection>.*?\/(?:tfjobs|pods|services))(?:\/(?<name>[^/?]+))?(?<status>\/status)?(?:\?.*)?$/.exec(path)
      .groups;
  const kindOf = (collection) => collection.split('/').at(-1);

  function emit(type, path, object) {
    for (const watcher of watchers)
      if (watcher.kind === kindOf(path)) watcher.push({ type, object: structuredClone(object) });
  }

  function record(method, path, body) {
    calls.push({ method, path, body });
    const failure = failures.shift();
    if (failure) throw failure;
  }

  function store(type, path, object) {
    version += 1;
    const stored = structuredClone(object);
    stored.metadata.resourceVersion = String(version);
    stored.metadata.uid ??= `uid-${version}`;
    objects.set(path, stored);
    emit(type, split(path).collection, stored);
    return structuredClone(stored);
  }

  function find(path) {
    const object = objects.get(path);
    if (!object) throw new ApiError(404, 'NotFound', `${path} not found`);
    return object;
  }

  const client = {
    async get(path) {
      record('GET', path);
      const { collection, name } = split(path);
      if (name) return structuredClone(find(path));
      const kind = kindOf(collection);
      const items = [...objects]
        .filter(([key]) => kindOf(split(key).collection) === kind)
        .map(([, object]) => structuredClone(object));
      return { items, metadata: { resourceVersion: String(version) } };
    },
    async create(path, object) {
      record('POST', path, object);
      const key = `${path}/${object.metadata.name}`;
      if (objects.has(key)) throw new ApiError(409, 'AlreadyExists', `${key} exists`);
      return store('ADDED', key, object);
    },
    async replace(path, object) {
      record('PUT', path, object);
      const key = path.replace(/\/status$/, '');
      const before = find(key);
      if (before.metadata.resourceVersion !== object.metadata.resourceVersion)
        throw new ApiError(409, 'Conflict', `${key} was changed`);
      return store('MODIFIED', key, { ...before, status: object.status });
    },
    async delete(path, body) {
      record('DELETE', path, body);
      const before = find(path);
      if (body?.preconditions?.uid !== before.metadata.uid) throw new ApiError(409, 'Conflict', 'another uid');
      objects.delete(path);
      version += 1;
      emit('DELETED', split(path).collection, {
        ...before,
        metadata: { ...before.metadata, resourceVersion: String(version) },
      });
      return before;
    },
    async *watch(path, { signal }) {
      const queue = [];
      let wake = () => {};
      let error;
      const watcher = {
        kind: kindOf(split(path).collection),
        push: (event) => {
          queue.push(event);
          wake();
        },
        fail: (reason) => {
          error = reason;
          wake();
        },
      };
      watchers.add(watcher);
      signal.addEventListener('abort', () => watcher.fail(signal.reason), { once: true });
      try {
        for (;;) {
          while (queue.length > 0) yield queue.shift();
          if (error) throw error;
          if (signal.aborted) return;
          await new Promise((resolve) => (wake = resolve));
        }
      } finally {
        watchers.delete(watcher);
      }
    },
  };

  return {
    client,
    calls,
    object: (path) => objects.get(path),
    names: (kind) =>
      [...objects.keys()].filter((key) => kindOf(split(key).collection) === kind).map((key) => key.split('/').at(-1)),
    /** Writes as somebody else would: the user or the kubelet. */
    put: (path, object) => store(objects.has(path) ? 'MODIFIED' : 'ADDED', path, object),
    breakNext: (error) => failures.push(error),
    /** Ends all watches with an error. */
    breakWatches: (error) => [...watchers].forEach((watcher) => watcher.fail(error)),
    get watches() {
      return watchers.size;
    },
  };
}
