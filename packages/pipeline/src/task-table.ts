import { formatDuration, formatTable } from '@seatrial/cli';
import type { TaskResult } from './result.js';

/**
 * What became of tasks, as a table for a terminal: a row each, with the first line of why. Where a task was tried several
 * times, a row follows for each attempt, with when it began (UTC), which says how long the pause before it was.
 */
export function formatTaskTable(tasks: readonly TaskResult[]): string {
  const rows = tasks.flatMap((task) => {
    const { name, state, startedMs, durationMs, error, reason } = task;
    const time = startedMs === undefined ? '' : formatDuration(durationMs);
    return [[name, state, time, firstLine(error?.message ?? reason)], ...attemptRows(task)];
  });
  return formatTable(rows, { header: ['task', 'state', 'time', ''], alignRight: [2] });
}

function attemptRows({ attemptHistory = [] }: TaskResult): readonly string[][] {
  if (attemptHistory.length < 2) return [];
  return attemptHistory.map(({ startedMs, endedMs, outcome = 'running', error }, at) => [
    `  attempt ${at + 1}, ${new Date(startedMs).toISOString().slice(11, 19)}`,
    outcome,
    endedMs === undefined ? '' : formatDuration(endedMs - startedMs),
    firstLine(error?.message),
  ]);
}

function firstLine(text = ''): string {
  return text.split('\n')[0] ?? '';
}
