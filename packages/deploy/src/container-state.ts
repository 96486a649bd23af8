import type { KubeObject } from './kube-object.js';
import { at, listAt, numberAt, textAt } from './kube-object.js';

/** One container of a pod that is not as it should be. */
export interface ContainerTrouble {
  readonly container: string;
  /** `ImagePullBackOff`, `CrashLoopBackOff`, `Error`, … */
  readonly reason: string;
  /** In a sentence: state, exit code, message. */
  readonly text: string;
  readonly restarts: number;
  /** It will not get better by waiting, though it may say so only for now: see {@link isCertain}. */
  readonly stuck: boolean;
}

const STUCK = new Set([
  'ImagePullBackOff',
  'ErrImagePull',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CrashLoopBackOff',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/** Containers that fail, or wait for a reason that is worth telling. Empty for a pod that is well or has just begun. */
export function containerTroubles(pod: KubeObject): readonly ContainerTrouble[] {
  const statuses = [...listAt(pod, 'status', 'initContainerStatuses'), ...listAt(pod, 'status', 'containerStatuses')];
  return statuses.flatMap((status) => {
    const container = textAt(status, 'name');
    const restarts = numberAt(status, 'restartCount');
    const image = textAt(status, 'image');
    const waiting = at(status, 'state', 'waiting');
    if (waiting !== undefined) {
      const reason = textAt(waiting, 'reason') || 'Waiting';
      if (reason === 'PodInitializing') return [];
      const before = at(status, 'lastState', 'terminated');
      const parts = [reason, textAt(waiting, 'message'), before === undefined ? '' : `last: ${ended(before)}`];
      const text = `container ${container} (image ${image}) is waiting: ${parts.filter(Boolean).join(': ')}`;
      return [{ container, reason, text, restarts, stuck: STUCK.has(reason) }];
    }
    const terminated = at(status, 'state', 'terminated');
    if (terminated !== undefined && numberAt(terminated, 'exitCode') !== 0) {
      const reason = textAt(terminated, 'reason') || 'Error';
      return [
        { container, reason, text: `container ${container} ended: ${ended(terminated)}`, restarts, stuck: false },
      ];
    }
    if (at(status, 'state', 'running') !== undefined && at(status, 'ready') === false && !isInit(pod, container)) {
      const again = restarts === 0 ? '' : `, restarted ${restarts} times`;
      return [
        {
          container,
          reason: 'NotReady',
          text: `container ${container} runs but is not ready${again}`,
          restarts,
          stuck: false,
        },
      ];
    }
    return [];
  });
}

/** Whether waiting longer cannot help: the name cannot be one, or the registry says there is no such image. */
export function isCertain({ reason, text }: ContainerTrouble): boolean {
  if (reason === 'InvalidImageName' || reason === 'ErrImageNeverPull') return true;
  const pull = reason === 'ErrImagePull' || reason === 'ImagePullBackOff';
  return pull && /not found|manifest unknown|does not exist|repository name not known/i.test(text);
}

function ended(terminated: unknown): string {
  const signal = numberAt(terminated, 'signal');
  const how = `exit code ${numberAt(terminated, 'exitCode')}${signal === 0 ? '' : `, signal ${signal}`}`;
  return [textAt(terminated, 'reason'), how, textAt(terminated, 'message')].filter(Boolean).join(', ');
}

function isInit(pod: KubeObject, name: string): boolean {
  return listAt(pod, 'spec', 'initContainers').some((one) => at(one, 'name') === name);
}
