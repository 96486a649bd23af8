import type { Clock, Logger } from '../../clock.js';
import { createEventRecorder } from '../controllers/events.js';
import { formatTime } from '../controllers/kube-time.js';
import { keyOf, splitKey } from '../controllers/object-key.js';
import { isPodEnded } from '../controllers/pod-state.js';
import { resources } from '../controllers/resources.js';
import { conditionOf } from '../controllers/status.js';
import type { Condition } from '../controllers/status.js';
import { createWorkQueue } from '../controllers/work-queue.js';
import { isApiError } from '../kube-api.js';
import type { Fields, KubeApi, KubeObject } from '../kube-api.js';
import { misfits } from './node-fit.js';

/** What a scheduler is made of. */
export interface SchedulerOptions {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly logger: Logger;
}

const MANAGER = 'kube-scheduler';

/**
 * Binds pods to the fitting node with the fewest pods; says why where none fits, and tries again when something changes
 * that could help. Starts at once.
 *
 * @returns stops it
 */
export function startScheduler({ api, clock, newId, logger }: SchedulerOptions): () => void {
  const record = createEventRecorder({ api, clock, newId, component: 'default-scheduler', series: true });
  const queue = createWorkQueue({ name: 'scheduler', clock, logger, sync });
  const waiting = new Set<string>();
  const told = new Map<string, string>();
  const retry = (): void => waiting.forEach((key) => queue.add(key));
  const stops = [
    api.watch(resources.pods, ({ type, object, previous }) => {
      const key = keyOf(object);
      if (type === 'DELETED') {
        waiting.delete(key);
        told.delete(object.metadata.uid ?? '');
      } else if (isPending(object)) queue.add(key);
      // Room was made: the pod is gone or has ended.
      if (type === 'DELETED' || (isPodEnded(object) && previous !== undefined && !isPodEnded(previous))) retry();
    }),
    api.watch(resources.nodes, retry),
    api.watch(resources.persistentVolumeClaims, retry),
  ];
  return () => {
    queue.stop();
    for (const stop of stops) stop();
  };

  function sync(key: string): void {
    const { namespace, name } = splitKey(key);
    const pod = api.get(resources.pods, namespace, name);
    if (pod === undefined || !isPending(pod)) {
      waiting.delete(key);
      return;
    }
    const nodes = api.list(resources.nodes);
    const reasons = claimFaults(pod);
    if (reasons !== undefined) return refuse(key, pod, `0/${nodes.length} nodes are available: ${reasons}.`);
    const bound = podsByNode();
    const faults = new Map<string, number>();
    const fitting: KubeObject[] = [];
    for (const node of nodes) {
      const found = misfits(pod, node, bound.get(node.metadata.name ?? '') ?? []);
      if (found.length === 0) fitting.push(node);
      for (const fault of found) faults.set(fault, (faults.get(fault) ?? 0) + 1);
    }
    const count = (node: KubeObject): number => bound.get(node.metadata.name ?? '')?.length ?? 0;
    const [best] = fitting.sort((a, b) => count(a) - count(b));
    if (best === undefined) {
      const why = [...faults]
        .map(([fault, number]) => `${number} ${fault}`)
        .sort()
        .join(', ');
      const text =
        nodes.length === 0 ? 'no nodes available to schedule pods' : `0/${nodes.length} nodes are available: ${why}.`;
      return refuse(key, pod, text);
    }
    bind(key, pod, best.metadata.name ?? '');
  }

  function podsByNode(): Map<string, KubeObject[]> {
    const groups = new Map<string, KubeObject[]>();
    for (const pod of api.list(resources.pods)) {
      const node: string | undefined = pod.spec?.['nodeName'];
      if (!node || isPodEnded(pod)) continue;
      const group = groups.get(node) ?? [];
      group.push(pod);
      groups.set(node, group);
    }
    return groups;
  }

  /** What the pod's claims lack, `undefined` when nothing. */
  function claimFaults(pod: KubeObject): string | undefined {
    for (const volume of (pod.spec?.['volumes'] ?? []) as Fields[]) {
      const name: string | undefined = volume['persistentVolumeClaim']?.claimName;
      if (name === undefined) continue;
      const claim = api.get(resources.persistentVolumeClaims, pod.metadata.namespace, name);
      if (claim === undefined) return `persistentvolumeclaim "${name}" not found`;
      if (claim.metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim "${name}" is being deleted`;
      if (claim.status?.['phase'] !== 'Bound') return 'pod has unbound immediate PersistentVolumeClaims';
    }
    return undefined;
  }

  function bind(key: string, pod: KubeObject, nodeName: string): void {
    const { namespace, name = '', uid } = pod.metadata;
    try {
      const bound = api.modify(
        resources.pods,
        namespace,
        name,
        (draft) => {
          draft.spec = { ...draft.spec, nodeName };
        },
        { manager: MANAGER },
      );
      if (bound === undefined) return;
      writeCondition(pod, { type: 'PodScheduled', status: 'True' });
    } catch (error) {
      if (!isApiError(error, 404)) throw error; // deleted meanwhile
      return;
    }
    waiting.delete(key);
    told.delete(uid ?? '');
    record(pod, { reason: 'Scheduled', message: `Successfully assigned ${namespace}/${name} to ${nodeName}` });
  }

  function refuse(key: string, pod: KubeObject, message: string): void {
    const uid = pod.metadata.uid ?? '';
    waiting.add(key);
    if (told.get(uid) !== message) {
      told.set(uid, message);
      record(pod, { type: 'Warning', reason: 'FailedScheduling', message });
    }
    writeCondition(pod, { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message });
  }

  function writeCondition({ metadata }: KubeObject, next: Condition): void {
    api.modify(
      resources.pods,
      metadata.namespace,
      metadata.name ?? '',
      (draft) => {
        const old: Condition[] = draft.status?.['conditions'] ?? [];
        const before = conditionOf(old, next.type);
        if (before?.status === next.status && before.message === next.message) return;
        const lastTransitionTime =
          before?.status === next.status && before.lastTransitionTime !== undefined
            ? before.lastTransitionTime
            : formatTime(clock.now());
        const { type, status, ...why } = next;
        const condition = { type, status, lastProbeTime: null, lastTransitionTime, ...why };
        const conditions = [...old.filter((other) => other.type !== type), condition];
        draft.status = { ...draft.status, conditions };
      },
      { subresource: 'status', manager: MANAGER },
    );
  }
}

function isPending(pod: KubeObject): boolean {
  return (
    !pod.spec?.['nodeName'] &&
    pod.metadata.deletionTimestamp === undefined &&
    !isPodEnded(pod) &&
    ['default-scheduler', undefined].includes(pod.spec?.['schedulerName']) &&
    ((pod.spec?.['schedulingGates'] ?? []) as unknown[]).length === 0
  );
}
