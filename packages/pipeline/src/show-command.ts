import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandContext } from '@seatrial/cli';
import { exitCodes, formatDuration, UsageError } from '@seatrial/cli';
import { folderJournalFiles } from './folder-journal-files.js';
import { createJournal } from './journal.js';
import type { RunReport } from './run-report.js';
import { readRunReport } from './run-report.js';
import { formatTaskTable } from './task-table.js';

/** Prints a run from its journal; 1 unless it succeeded. */
export async function showRun({ args, cwd, flags, print, printJson }: CommandContext): Promise<number> {
  const [place = ''] = args;
  const folder = place.startsWith('file:///') ? fileURLToPath(place) : resolve(cwd, place.replace(/^file:\/\//, ''));
  const report = await readRunReport(createJournal(folderJournalFiles(folder))).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined; // a file is named, or one of its path
    throw error;
  });
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
  const path = criticalPath.tasks.map(({ name, durationMs: ms }) => `${name} ${formatDuration(ms)}`).join(' → ');
  return [
    `${state}${durationMs === undefined ? '' : ` in ${formatDuration(durationMs)}`}`,
    '',
    formatTaskTable(tasks),
    ...(path === '' ? [] : ['', `critical path ${formatDuration(criticalPath.durationMs)}: ${path}`]),
  ].join('\n');
}
