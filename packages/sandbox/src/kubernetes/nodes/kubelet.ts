import { ApiError } from '../kube-api.js';
import { isPodEnded } from '../controllers/pod-state.js';
import { resources } from '../controllers/resources.js';
import { isApiError } from '../kube-api.js';
import type { Fields, KubeApi, KubeObject, LogRequest, PodRuntime } from '../kube-api.js';
import type { ContainerLoop } from './container-loop.js';
import { dialPod, openAttached, openExec } from './pod-sessions.js';
import { usesObject } from './pod-volumes.js';
import { PodWorker } from './pod-worker.js';
import type { PodHost } from './pod-worker.js';

/** What a kubelet is made of. */
export interface KubeletOptions {
  readonly api: KubeApi;
  /** By name of the node. */
  readonly hosts: ReadonlyMap<string, PodHost>;
  /** Told of every change of a ConfigMap, Secret or claim, with its namespace. */
  readonly configChanged: (namespace: string) => void;
}

/** Runs the pods bound to its nodes. */
export interface Kubelet {
  readonly runtime: Required<PodRuntime>;
  /** Ends all pods at once and removes what they left. */
  stop(): Promise<void>;
}

/** Starts a kubelet that serves all nodes of the cluster. */
export function startKubelet({ api, hosts, configChanged }: KubeletOptions): Kubelet {
  const workers = new Map<string, PodWorker>();
  const removals = new Set<Promise<void>>();
  const stops = [
    api.watch(resources.pods, ({ type, object }) => (type === 'DELETED' ? forget(object) : follow(object))),
    api.watch(resources.configMaps, ({ object }) => changed('ConfigMap', object)),
    api.watch(resources.secrets, ({ object }) => changed('Secret', object)),
    api.watch(resources.persistentVolumeClaims, ({ object }) => configChanged(object.metadata.namespace ?? '')),
  ];

  function follow(pod: KubeObject): void {
    const host = hosts.get(pod.spec?.['nodeName'] ?? '');
    if (host === undefined) return;
    const known = workers.get(pod.metadata.uid ?? '');
    if (known !== undefined) return known.update(pod);
    if (pod.metadata.deletionTimestamp !== undefined) return removeUnknown(pod);
    if (isPodEnded(pod)) return;
    const worker = new PodWorker(host, pod);
    workers.set(worker.uid, worker);
    worker.start();
  }

  /** Deleted before it was started here. */
  function removeUnknown({ metadata }: KubeObject): void {
    if ((metadata.deletionGracePeriodSeconds ?? 0) === 0) return; // only finalizers hold it
    try {
      const uid = metadata.uid === undefined ? {} : { uid: metadata.uid };
      api.delete(resources.pods, metadata.namespace, metadata.name ?? '', { gracePeriodSeconds: 0, ...uid });
    } catch (error) {
      if (!isApiError(error, 404) && !isApiError(error, 409)) throw error; // gone meanwhile
    }
  }

  function forget(pod: KubeObject): void {
    const worker = workers.get(pod.metadata.uid ?? '');
    if (worker === undefined) return;
    workers.delete(worker.uid);
    const removal = worker.remove().finally(() => removals.delete(removal));
    removals.add(removal);
  }

  function changed(kind: 'ConfigMap' | 'Secret', { metadata }: KubeObject): void {
    configChanged(metadata.namespace ?? '');
    for (const [uid, worker] of workers) {
      const pod = podOf(uid, metadata.namespace);
      if (pod !== undefined && usesObject(pod, kind, metadata.name ?? '')) void worker.refreshVolumes();
    }
  }

  function podOf(uid: string, namespace: string | undefined): KubeObject | undefined {
    if (namespace === undefined) return undefined;
    return api.list(resources.pods, { namespace }).find(({ metadata }) => metadata.uid === uid);
  }

  const loopsOf = (pod: KubeObject): readonly ContainerLoop[] => {
    const { initContainers = [], containers = [] } = pod.spec ?? {};
    const worker = workers.get(pod.metadata.uid ?? '');
    return [...initContainers, ...containers].flatMap(({ name }: Fields) => worker?.container(name) ?? []);
  };
  const loopOf = (pod: KubeObject, container: string): ContainerLoop | undefined =>
    workers.get(pod.metadata.uid ?? '')?.container(container);

  return {
    runtime: {
      logs(pod: KubeObject, request: LogRequest) {
        const loop = workers.get(pod.metadata.uid ?? '')?.container(request.container);
        const file = loop?.logs(request.previous);
        if (request.previous && file === undefined) {
          const message = `previous terminated container "${request.container}" in pod "${pod.metadata.name}" not found`;
          throw new ApiError({ code: 400, reason: 'BadRequest', message });
        }
        return file?.read(request) ?? nothing();
      },
      exec: (pod, argv, options) => openExec(loopOf(pod, options.container), argv, options),
      attach: async (pod, options) => openAttached(loopOf(pod, options.container), options),
      dial: (pod, port) => dialPod(loopsOf(pod), pod, port),
    },
    async stop() {
      for (const stop of stops) stop();
      const all = [...workers.values()];
      workers.clear();
      await Promise.all([...all.map((worker) => worker.remove()), ...removals]);
    },
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // No container has run yet.
}
