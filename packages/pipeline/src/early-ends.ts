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
  if (takeover === undefined && selection === undefined) return ends;
  for (const node of nodes) {
    const earlier = takeover?.attempts.get(node.name);
    if (earlier !== undefined) node.past = earlier;
    const record = takeover?.done.get(node.name);
    if (record !== undefined) {
      const { state, output, error, failedUpstream } = record;
      node.isDecided = true;
      node.isResumed = true;
      if (record.adopted === true) node.isAdopted = true;
      node.attempt = record.attempts;
      if (record.attemptHistory !== undefined) node.past = record.attemptHistory;
      node.startedMs = record.startedMs;
      node.endedMs = record.endedMs;
      node.durationMs = record.durationMs;
      const reason = state === 'succeeded' ? 'done by an earlier run' : record.reason;
      ends.set(node, { state, output, error, reason, failedUpstream, isRecorded: true });
    } else if (selection !== undefined && !selection.names.has(node.name)) {
      node.isDecided = true;
      node.isLeftOut = true;
      ends.set(node, { state: 'skipped', reason: 'left out', isRecorded: resume });
    } else if (takeover?.interrupted.has(node.name)) {
      node.mayAdopt = true;
    }
  }
  return ends;
}
