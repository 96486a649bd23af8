import type { Cell } from './cell.js';
import type { RunFiles } from './testgrid-overall.js';

const hourSeconds = 60 * 60;

/** TestGrid's `Pod` cell of a run that has no `podinfo.json`, as all those have that Prow's crier does not report. */
export function testgridPodWithoutInfo({ started, finished }: RunFiles, options: { readonly nowMs: number }): Cell {
  const endedAt = finished?.timestamp;
  const waitUntil = endedAt === undefined ? (started?.timestamp ?? 0) + 24 * hourSeconds : endedAt + hourSeconds;
  if (options.nowMs / 1_000 <= waitUntil) return { result: 'RUNNING', icon: '', message: 'waiting for podinfo.json' };
  return { result: 'PASS_WITH_SKIPS', icon: '!', message: 'there is no podinfo.json' };
}
