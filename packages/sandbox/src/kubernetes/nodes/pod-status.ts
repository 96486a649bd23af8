import { formatTime } from '../controllers/kube-time.js';
import { conditionOf } from '../controllers/status.js';
import type { Condition } from '../controllers/status.js';
import type { Fields, KubeObject } from '../kube-api.js';

/** `state` of a container status. */
export type ContainerState =
  | { readonly waiting: { readonly reason: string; readonly message?: string } }
  | { readonly running: { readonly startedAt: string } }
  | { readonly terminated: Terminated };

/** `state.terminated`. */
export interface Terminated {
  readonly exitCode: number;
  readonly reason: string;
  readonly message?: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly containerID: string;
}

/** What the kubelet knows of one container. */
export interface ContainerRecord {
  readonly name: string;
  readonly init: boolean;
  readonly image: string;
  state: ContainerState;
  lastState: ContainerState | undefined;
  ready: boolean;
  started: boolean;
  restartCount: number;
  imageId: string;
  containerId: string;
}

/** What the kubelet knows of a pod. */
export interface PodRecord {
  readonly startTime: string;
  readonly hostIp: string;
  /** Known once the pod's network is there. */
  podIp: string | undefined;
  readonly containers: readonly ContainerRecord[];
  /** Set where the pod as a whole was failed. */
  failure: { readonly reason: string; readonly message: string } | undefined;
}

const exitCodeOf = ({ state }: ContainerRecord): number | undefined =>
  'terminated' in state ? state.terminated.exitCode : undefined;

/** Does the restart policy start a container again that ended so? */
export function isRestarted(policy: string, exitCode: number): boolean {
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

/** The pod's phase, as the kubelet derives it from its containers. */
export function phaseOf(record: PodRecord, restartPolicy: string): string {
  if (record.failure !== undefined) return 'Failed';
  const inits = record.containers.filter(({ init }) => init);
  const mains = record.containers.filter(({ init }) => !init);
  const failedInit = inits.find((container) => (exitCodeOf(container) ?? 0) !== 0);
  if (failedInit !== undefined && restartPolicy === 'Never') return 'Failed';
  if (inits.some((container) => exitCodeOf(container) !== 0)) return 'Pending';
  let running = 0;
  let waiting = 0;
  let stopped = 0;
  let succeeded = 0;
  for (const container of mains) {
    if ('running' in container.state) running += 1;
    else if ('terminated' in container.state) {
      stopped += 1;
      if (container.state.terminated.exitCode === 0) succeeded += 1;
    } else if (container.lastState !== undefined) stopped += 1;
    else waiting += 1;
  }
  if (waiting > 0) return 'Pending';
  if (running > 0) return 'Running';
  if (stopped === 0) return 'Pending';
  if (restartPolicy === 'Always') return 'Running';
  if (stopped === succeeded) return 'Succeeded';
  return restartPolicy === 'Never' ? 'Failed' : 'Running';
}

/** The whole status to write, keeping what others have written and the times of conditions that did not change. */
export function podStatus(pod: KubeObject, record: PodRecord, nowMs: number): Fields {
  const old: Fields = pod.status ?? {};
  const restartPolicy: string = pod.spec?.['restartPolicy'] ?? 'Always';
  const phase = phaseOf(record, restartPolicy);
  const inits = record.containers.filter(({ init }) => init);
  const mains = record.containers.filter(({ init }) => !init);
  const own = conditionsOf(pod, record, phase);
  const others = ((old['conditions'] ?? []) as Condition[]).filter(
    ({ type }) => !own.some((mine) => mine.type === type),
  );
  const conditions = [...own, ...others].map((next) => {
    const before = conditionOf(old['conditions'], next.type);
    const since = before?.status === next.status ? before.lastTransitionTime : undefined;
    const { type, status, reason, message } = next;
    return {
      type,
      status,
      lastProbeTime: null,
      lastTransitionTime: since ?? formatTime(nowMs),
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
    };
  });
  const { containerStatuses: _c, initContainerStatuses: _i, reason: _r, message: _m, ...kept } = old;
  return {
    ...kept,
    phase,
    conditions,
    ...(record.failure ?? {}),
    hostIP: record.hostIp,
    hostIPs: [{ ip: record.hostIp }],
    ...(record.podIp === undefined ? {} : { podIP: record.podIp, podIPs: [{ ip: record.podIp }] }),
    startTime: record.startTime,
    ...(inits.length === 0 ? {} : { initContainerStatuses: inits.map(containerStatus) }),
    containerStatuses: mains.map(containerStatus),
  };
}

function containerStatus(container: ContainerRecord): Fields {
  return {
    name: container.name,
    state: container.state,
    lastState: container.lastState ?? {},
    ready: container.ready,
    restartCount: container.restartCount,
    image: container.image,
    imageID: container.imageId,
    ...(container.containerId === '' ? {} : { containerID: container.containerId }),
    started: container.started,
  };
}

function conditionsOf(pod: KubeObject, record: PodRecord, phase: string): Condition[] {
  const incomplete = record.containers.filter(({ init, ready }) => init && !ready);
  const unready = record.containers.filter(({ init, ready }) => !init && !ready);
  const completed = phase === 'Succeeded' ? { reason: 'PodCompleted' } : {};
  const initialized: Condition =
    incomplete.length === 0
      ? { type: 'Initialized', status: 'True', ...completed }
      : {
          type: 'Initialized',
          status: 'False',
          reason: 'ContainersNotInitialized',
          message: `containers with incomplete status: [${incomplete.map(({ name }) => name).join(' ')}]`,
        };
  const containersReady = (type: string): Condition => {
    if (phase === 'Succeeded') return { type, status: 'False', ...completed };
    if (record.failure !== undefined) return { type, status: 'False', reason: 'PodFailed' };
    if (unready.length === 0) return { type, status: 'True' };
    const message = `containers with unready status: [${unready.map(({ name }) => name).join(' ')}]`;
    return { type, status: 'False', reason: 'ContainersNotReady', message };
  };
  const gates: Fields[] = pod.spec?.['readinessGates'] ?? [];
  const shut = gates.filter(
    ({ conditionType }) => conditionOf(pod.status?.['conditions'], conditionType)?.status !== 'True',
  );
  const ready = containersReady('Ready');
  return [
    initialized,
    ready.status === 'True' && shut.length > 0
      ? {
          type: 'Ready',
          status: 'False',
          reason: 'ReadinessGatesNotReady',
          message: shut
            .map(
              ({ conditionType }) =>
                `corresponding condition of pod readiness gate ${JSON.stringify(conditionType)} does not exist.`,
            )
            .join(', '),
        }
      : ready,
    containersReady('ContainersReady'),
  ];
}
