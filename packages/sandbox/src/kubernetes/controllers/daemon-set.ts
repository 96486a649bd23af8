import { isApiError } from '../kube-api.js';
import type { Fields, KubeObject } from '../kube-api.js';
import { matchesNode, untolerated } from '../nodes/node-fit.js';
import type { Controller } from './context.js';
import { ensureRevision, forgetRevisions } from './controller-revision.js';
import { scaled } from './deployment-revision.js';
import { createEventRecorder } from './events.js';
import { keyOf, splitKey } from './object-key.js';
import { claim, controllerKey } from './ownership.js';
import { createPodWithEvents, deletePod } from './pod-control.js';
import { availableInMs, isPodEnded, isPodReady } from './pod-state.js';
import { resources } from './resources.js';
import { withoutZeros, writeStatus } from './status.js';
import { createWorkQueue } from './work-queue.js';

const MANAGER = 'kube-controller-manager';
const HASH = 'controller-revision-hash';
const GENERATION = 'pod-template-generation';
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

const TOLERATIONS: readonly Fields[] = [
  ...['not-ready', 'unreachable'].map((name) => ({
    key: `node.kubernetes.io/${name}`,
    operator: 'Exists',
    effect: 'NoExecute',
  })),
  ...['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'].map((name) => ({
    key: `node.kubernetes.io/${name}`,
    operator: 'Exists',
    effect: 'NoSchedule',
  })),
];

/**
 * Keeps one pod of each DaemonSet on every node that fits, and updates them.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/
 */
export const startDaemonSetController: Controller = ({ api, clock, newId, logger }) => {
  const record = createEventRecorder({ api, clock, newId, component: 'daemonset-controller' });
  const queue = createWorkQueue({ name: 'daemonset', clock, logger, sync });
  const stops = [
    api.watch(resources.daemonSets, ({ type, object }) => {
      if (type !== 'DELETED') queue.add(keyOf(object));
    }),
    api.watch(resources.pods, ({ object }) => {
      const owner = controllerKey(object, 'DaemonSet');
      if (owner !== undefined) queue.add(owner);
    }),
    api.watch(resources.nodes, () => {
      for (const set of api.list(resources.daemonSets)) queue.add(keyOf(set));
    }),
  ];
  return () => {
    queue.stop();
    for (const stop of stops) stop();
  };

  function sync(key: string): void {
    const { namespace, name } = splitKey(key);
    const set = api.get(resources.daemonSets, namespace, name);
    if (set === undefined) return;
    const revision = ensureRevision(api, set, HASH);
    const hash = revision.metadata.labels?.[HASH] ?? '';
    if (set.metadata.deletionTimestamp === undefined) {
      place(set, hash);
      update(set, hash);
      forgetRevisions(api, set, new Set([revision.metadata.name ?? '']));
    }
    report(key, set, hash);
  }

  function podsByNode(set: KubeObject): Map<string, KubeObject[]> {
    const groups = new Map<string, KubeObject[]>();
    for (const pod of claim(api, resources.pods, set, MANAGER)) {
      const node = targetOf(pod);
      groups.set(node, [...(groups.get(node) ?? []), pod]);
    }
    return groups;
  }

  function place(set: KubeObject, hash: string): void {
    const pods = podsByNode(set);
    for (const node of api.list(resources.nodes)) {
      const name = node.metadata.name ?? '';
      const here = pods.get(name) ?? [];
      for (const pod of here.filter((pod) => isPodEnded(pod) && pod.metadata.deletionTimestamp === undefined)) {
        record(set, {
          type: 'Warning',
          reason: 'FailedDaemonPod',
          message: `Found failed daemon pod ${set.metadata.namespace}/${pod.metadata.name} on node ${name}, will try to kill it`,
        });
        deletePod(api, record, set, pod);
      }
      const live = here.filter((pod) => !isPodEnded(pod));
      const fits = isWanted(set, node);
      if (fits && live.length === 0) make(set, name, hash);
      const excess = fits ? live.slice(1) : live;
      for (const pod of excess.filter(({ metadata }) => metadata.deletionTimestamp === undefined)) {
        deletePod(api, record, set, pod);
      }
    }
  }

  function make(set: KubeObject, node: string, hash: string): void {
    const generation = set.metadata.annotations?.[TEMPLATE_GENERATION];
    try {
      createPodWithEvents(api, record, set, {
        labels: { [HASH]: hash, ...(generation === undefined ? {} : { [GENERATION]: generation }) },
        edit: (spec) => aimAt(spec, node),
      });
    } catch (error) {
      if (!isApiError(error)) throw error;
      logger.debug('daemon pod was refused', { node, error: error.message });
      queue.addAfter(keyOf(set), 1_000);
    }
  }

  function update(set: KubeObject, hash: string): void {
    const strategy: Fields = set.spec?.['updateStrategy'] ?? {};
    if (strategy['type'] === 'OnDelete') return;
    const pods = [...podsByNode(set).values()].flat();
    const wanted = api.list(resources.nodes).filter((node) => isWanted(set, node)).length;
    const limit = Math.max(1, scaled(strategy['rollingUpdate']?.maxUnavailable ?? 1, wanted, Math.ceil));
    const unavailable = wanted - pods.filter((pod) => isAvailable(set, pod)).length;
    let room = limit - unavailable;
    for (const pod of pods.filter(({ metadata }) => metadata.labels?.[HASH] !== hash)) {
      if (pod.metadata.deletionTimestamp !== undefined) continue;
      // One that is not available costs nothing.
      if (isAvailable(set, pod) && room <= 0) continue;
      if (isAvailable(set, pod)) room -= 1;
      deletePod(api, record, set, pod);
    }
  }

  function isAvailable(set: KubeObject, pod: KubeObject): boolean {
    const { deletionTimestamp } = pod.metadata;
    return deletionTimestamp === undefined && availableInMs(pod, set.spec?.['minReadySeconds'] ?? 0, clock.now()) === 0;
  }

  function report(key: string, set: KubeObject, hash: string): void {
    const pods = podsByNode(set);
    const nodes = api.list(resources.nodes);
    const wanted = nodes.filter((node) => isWanted(set, node));
    const first = (node: KubeObject): KubeObject | undefined =>
      pods.get(node.metadata.name ?? '')?.find((pod) => !isPodEnded(pod));
    const placed = wanted.map(first).filter((pod) => pod !== undefined);
    const available = placed.filter((pod) => isAvailable(set, pod)).length;
    for (const pod of placed) {
      const waitMs = availableInMs(pod, set.spec?.['minReadySeconds'] ?? 0, clock.now());
      if (waitMs !== undefined && waitMs > 0) queue.addAfter(key, waitMs);
    }
    const status = {
      currentNumberScheduled: placed.length,
      numberMisscheduled: nodes.filter((node) => !wanted.includes(node) && first(node) !== undefined).length,
      desiredNumberScheduled: wanted.length,
      numberReady: placed.filter(isPodReady).length,
      observedGeneration: set.metadata.generation,
      ...withoutZeros({
        updatedNumberScheduled: placed.filter(({ metadata }) => metadata.labels?.[HASH] === hash).length,
        numberAvailable: available,
        numberUnavailable: wanted.length - available,
      }),
    };
    writeStatus(api, resources.daemonSets, set, status, MANAGER);
  }
};

/** Should the node have a pod of the set? */
function isWanted(set: KubeObject, node: KubeObject): boolean {
  const template: Fields = set.spec?.['template'] ?? {};
  const pod: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {},
    spec: { ...template['spec'], tolerations: [...(template['spec']?.tolerations ?? []), ...TOLERATIONS] },
  };
  return matchesNode(pod, node) && untolerated(pod, node) === undefined;
}

/** Node of a daemon pod, also before it is bound. */
function targetOf(pod: KubeObject): string {
  if (pod.spec?.['nodeName']) return pod.spec['nodeName'];
  const terms: Fields[] =
    pod.spec?.['affinity']?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const field = terms
    .flatMap(({ matchFields = [] }) => matchFields as Fields[])
    .find(({ key }) => key === 'metadata.name');
  return field?.['values']?.[0] ?? '';
}

/** Restricts a pod to one node, beside what it asks for itself. */
function aimAt(spec: Fields, node: string): void {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }];
  const affinity: Fields = spec['affinity'] ?? {};
  const required: Fields = affinity['nodeAffinity']?.requiredDuringSchedulingIgnoredDuringExecution ?? {};
  const terms: Fields[] = required['nodeSelectorTerms'] ?? [{}];
  spec['affinity'] = {
    ...affinity,
    nodeAffinity: {
      ...affinity['nodeAffinity'],
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: terms.map(({ matchExpressions }) => ({
          ...(matchExpressions === undefined ? {} : { matchExpressions }),
          matchFields,
        })),
      },
    },
  };
  spec['tolerations'] = [...(spec['tolerations'] ?? []), ...TOLERATIONS.map((toleration) => ({ ...toleration }))];
}
