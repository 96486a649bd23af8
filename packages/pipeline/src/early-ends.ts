import type { NodeEnd, RunNode } from './run-node.js';
import type { Selection } from './selection.js';
import type { Takeover } from './takeover.js';

/**
 * Decides the nodes that end before anything runs, because an earlier run has done them or they were not chosen, and
 * gives their ends.
 */
export function decideEarlyEnds(
  nodes: readonly RunNode[],
  options: {
    readonly takeover: Takeover | undefined;
    readonly selection?: Selection | undefined;
    readonly resume: boolean;
  },
): ReadonlyMap<RunNode, NodeEnd> {
  const { takeover, selection, resume } = options;
  const ends = new Map<RunNode, NodeEnd>();
  for (const node of nodes) {
    const { name } = node.task;
    const record = takeover?.done.get(name);
    if (record !== undefined) {
      const { attempts, startedMs, endedMs, durationMs, output } = record;
      Object.assign(node, { isDecided: true, isResumed: true, attempt: attempts, startedMs, endedMs, durationMs });
      ends.set(node, { state: 'succeeded', output, reason: 'done by an earlier run', isRecorded: true });
    } else if (selection !== undefined && !selection.names.has(name)) {
      Object.assign(node, { isDecided: true, isLeftOut: true });
      ends.set(node, { state: 'skipped', reason: 'left out', isRecorded: resume });
    }
  }
  return ends;
}
