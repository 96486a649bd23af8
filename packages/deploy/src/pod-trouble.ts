import { containerTroubles } from './container-state.js';
import type { CallOptions, KubeClient } from './kube-client.js';
import type { KubeObject } from './kube-object.js';
import { at, conditionOf, listAt, textAt } from './kube-object.js';
import { lastLines, wholeLines } from './text.js';

const MAX_LOG_BYTES = 65_536;

/** Some kubelets answer in place of a log with their own trouble, as if all were well. */
const KUBELET_FAILED = /^(?:failed to try resolving symlinks in path|unable to retrieve container logs for) /;

/** Why a pod is not ready; `undefined` when it runs and is ready, or has succeeded. */
export function podReason(pod: KubeObject): string | undefined {
  const phase = textAt(pod, 'status', 'phase') || 'Pending';
  if (phase === 'Succeeded') return undefined;
  const troubles = containerTroubles(pod).map(({ text }) => text);
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (at(scheduled, 'status') === 'False') {
    troubles.unshift(`${textAt(scheduled, 'reason') || 'not scheduled'}: ${textAt(scheduled, 'message')}`);
  }
  const said = [textAt(pod, 'status', 'reason'), textAt(pod, 'status', 'message')].filter(Boolean).join(': ');
  if (said !== '') troubles.unshift(said);
  const ready = at(conditionOf(pod, 'Ready'), 'status') === 'True';
  if (phase === 'Running' && ready && troubles.length === 0) return undefined;
  return troubles.length === 0 ? `phase ${phase}, not ready` : `phase ${phase}; ${troubles.join('; ')}`;
}

/** The last log lines of a pod's containers that have run, those before the last restart too. */
export async function podLogs(
  kube: KubeClient,
  pod: KubeObject,
  options: CallOptions & { readonly logLines: number; readonly all?: boolean },
): Promise<readonly string[]> {
  const { logLines, all = false, signal } = options;
  const { namespace = '', name = '' } = pod.metadata;
  const troubled = new Set(containerTroubles(pod).map(({ container }) => container));
  const texts: string[] = [];
  for (const status of [
    ...listAt(pod, 'status', 'initContainerStatuses'),
    ...listAt(pod, 'status', 'containerStatuses'),
  ]) {
    const container = textAt(status, 'name');
    const hasRun =
      at(status, 'state', 'running') ?? at(status, 'state', 'terminated') ?? at(status, 'lastState', 'terminated');
    if (hasRun === undefined || (!all && !troubled.has(container))) continue;
    // Between two tries there is no current container: what it said is the previous one's log.
    const previous = at(status, 'state', 'waiting') !== undefined;
    try {
      const read = async (before: boolean): Promise<string> => {
        const range = { container, previous: before, tailLines: logLines, limitBytes: MAX_LOG_BYTES, signal };
        const text = await kube.readLog({ namespace, name }, range);
        return Buffer.byteLength(text) < MAX_LOG_BYTES ? text : wholeLines(text);
      };
      let log = await read(previous);
      // It was restarted since its state was read: what was the current log is now the one before, or the other way round.
      if (KUBELET_FAILED.test(log)) log = await read(!previous).catch(() => log);
      const kept = lastLines(log, logLines);
      texts.push(
        kept.length === 0 ? `log of container ${container}: empty` : `log of container ${container}, last lines:`,
      );
      texts.push(...kept.map((line) => `  | ${line}`));
    } catch (error) {
      signal?.throwIfAborted();
      texts.push(`log of container ${container}: ${(error as Error).message}`);
    }
  }
  return texts;
}
