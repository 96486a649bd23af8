import { endWithin } from './byte-budget.js';
import type { KubeClient, LogOptions } from './kube-client.js';
import type { KubeObject } from './kube-object.js';
import { at, listAt, numberAt, textAt } from './kube-object.js';
import { wholeLines } from './text.js';

/** One log of a container. */
export interface ContainerLog {
  readonly pod: string;
  readonly container: string;
  /** Of the container before the last restart. */
  readonly previous: boolean;
}

const TAIL_LINES = 100_000;
const STATUSES = ['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses'];

/** The logs there are: of every container that has run, and of the one before where it was restarted. */
export function logsOf(pods: readonly KubeObject[]): readonly ContainerLog[] {
  return pods.flatMap((pod) => {
    const name = pod.metadata.name ?? '';
    return STATUSES.flatMap((field) => listAt(pod, 'status', field)).flatMap((status): ContainerLog[] => {
      const container = textAt(status, 'name');
      const hasRun = at(status, 'state', 'running') ?? at(status, 'state', 'terminated');
      const ranBefore = numberAt(status, 'restartCount') > 0 || at(status, 'lastState', 'terminated') !== undefined;
      return [
        ...(hasRun === undefined ? [] : [{ pod: name, container, previous: false }]),
        ...(ranBefore ? [{ pod: name, container, previous: true }] : []),
      ];
    });
  });
}

/**
 * The end of a log, up to a size; says so when it is not all of it.
 *
 * The API cuts a log's end off, not its beginning; so of a large log fewer of the last lines are asked for.
 */
export async function readLogEnd(
  kube: KubeClient,
  pod: { readonly namespace: string; readonly name: string },
  options: LogOptions,
  maxBytes: number,
): Promise<string> {
  const log = await kube.readLog(pod, { ...options, tailLines: TAIL_LINES, limitBytes: maxBytes });
  const sizeBytes = Buffer.byteLength(log);
  if (sizeBytes < maxBytes) return log;
  const averageBytes = sizeBytes / Math.max(1, log.split('\n').length);
  const tailLines = Math.max(1, Math.floor((maxBytes / averageBytes) * 0.8));
  const end = await kube.readLog(pod, { ...options, tailLines, limitBytes: maxBytes });
  // Where the API has cut this one too, its last line may end in half of a secret, which nobody would know as one.
  const whole = Buffer.byteLength(end) < maxBytes ? end : wholeLines(end);
  return `(earlier lines are left out: the log is larger than ${maxBytes} bytes)\n${endWithin(whole, maxBytes).text}`;
}
