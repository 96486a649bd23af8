import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandContext } from '@seatrial/cli';
import { exitCodes, formatDuration, formatTable, UsageError } from '@seatrial/cli';
import { folderJournalFiles } from './folder-journal-files.js';
import { createJournal } from './journal.js';
import type { TaskResult } from './result.js';
import type { RunReport } from './run-report.js';
import { readRunReport } from './run-report.js';

/** Prints a run from its journal; 1 unless it succeeded. */
export async function showRun({ args, cwd, flags, print, printJson }: CommandContext): Promise<number> {
  const [place = ''] = args;
  const folder = place.startsWith('file:///') ? fileURLToPath(place) : resolve(cwd, place.replace(/^file:\/\//, ''));
  const report = await readRunReport(createJournal(folderJournalFiles(folder)));
  if (report === undefined) {
    throw new UsageError(`no journal of a run in ${folder}`, {
      hint: 'Name the folder that holds run.json; of a trial it is artifacts/seatrial in its results.',
    });
  }
  if (flags.json) printJson(report);
  else print(formatReport(report));
  return report.state === 'succeeded' ? exitCodes.success : exitCodes.failed;
}

function formatReport({ state, durationMs, tasks, criticalPath }: RunReport): string {
  const rows = tasks.flatMap((task) => {
    const { name, state: taskState, durationMs: taskMs, startedMs, error, reason } = task;
    const time = startedMs === undefined ? '' : formatDuration(taskMs);
    return [[name, taskState, time, error?.message ?? reason ?? ''], ...attemptRows(task)];
  });
  const path = criticalPath.tasks.map(({ name, durationMs: ms }) => `${name} ${formatDuration(ms)}`).join(' → ');
  return [
    `${state}${durationMs === undefined ? '' : ` in ${formatDuration(durationMs)}`}`,
    '',
    formatTable(rows, { header: ['TASK', 'STATE', 'TIME', ''], alignRight: [2] }),
    ...(path === '' ? [] : ['', `critical path ${formatDuration(criticalPath.durationMs)}: ${path}`]),
  ].join('\n');
}

/** One row for each attempt, where there were several. */
function attemptRows({ attemptHistory = [] }: TaskResult): readonly string[][] {
  if (attemptHistory.length < 2) return [];
  return attemptHistory.map(({ startedMs, endedMs, outcome = 'running', error }, at) => [
    `  attempt ${at + 1}`,
    outcome,
    endedMs === undefined ? '' : formatDuration(endedMs - startedMs),
    error?.message ?? '',
  ]);
}
