import type { TaskView } from '../../src/api.js';
import type { AnyState } from '../app/state-icon.js';
import { stateWord } from '../app/state-icon.js';
import { formatDuration } from '../app/format.js';

/** A bar of the timeline: one attempt, or a task of which no more is known than when it began and ended. */
export interface Bar {
  readonly startMs: number;
  /** As the start where nobody saw the end. */
  readonly endMs: number;
  readonly state: AnyState;
  /** What it is, for a tooltip and for those who do not see it; `undefined` for the only bar of a task. */
  readonly title?: string;
}

/** The bars of a task, in the order of time; what lies between them is the pause before another attempt. */
export function barsOf({ attemptHistory, state, startedMs, endedMs }: TaskView, now: number): readonly Bar[] {
  const untilNow = (ms: number) => Math.max(now, ms);
  if (attemptHistory.length === 0) {
    const endMs = endedMs ?? (state === 'running' && startedMs !== undefined ? untilNow(startedMs) : undefined);
    return startedMs === undefined || endMs === undefined ? [] : [{ startMs: startedMs, endMs, state }];
  }
  return attemptHistory.map(({ startedMs: startMs, endedMs: ended, outcome, message }, at) => {
    const endMs = ended ?? (outcome === 'running' ? untilNow(startMs) : startMs);
    const took = outcome === 'interrupted' ? '' : ` after ${formatDuration(endMs - startMs)}`;
    const before = attemptHistory[at - 1]?.endedMs;
    const pause = before === undefined ? '' : `, ${formatDuration(Math.max(0, startMs - before))} after the one before`;
    const title = `attempt ${at + 1}${pause}: ${stateWord(outcome)}${took}${message === undefined ? '' : `: ${message}`}`;
    return { startMs, endMs, state: outcome, ...(attemptHistory.length === 1 ? {} : { title }) };
  });
}
