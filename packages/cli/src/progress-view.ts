import { formatDuration } from './duration.js';
import type { ProgressState } from './progress.js';
import { printable, textWidth, truncate } from './text-width.js';

/** One task's row. */
export interface ProgressRow {
  readonly name: string;
  readonly group: string | undefined;
  readonly state: ProgressState;
  /** `undefined` before it ran. */
  readonly durationMs: number | undefined;
  /** Its last log line while it runs; why it failed or was skipped afterwards. */
  readonly text: string;
}

/** For `formatProgress`. */
export interface ProgressViewOptions {
  readonly columns: number;
  /** Lines it may take at most. */
  readonly lines: number;
  readonly color: boolean;
}

const icons: Readonly<Record<ProgressState, string>> = {
  pending: '·',
  running: '▸',
  succeeded: '✔',
  failed: '✖',
  skipped: '↷',
  aborted: '■',
};
const paints: Readonly<Record<ProgressState, string>> = {
  pending: '2',
  running: '36',
  succeeded: '32',
  failed: '31',
  skipped: '2',
  aborted: '33',
};
// What is worth a line when there are too few: what happens, what went wrong, what comes next, what is over.
const importance: readonly ProgressState[] = ['running', 'failed', 'aborted', 'pending', 'skipped', 'succeeded'];
const NAME_COLUMNS = 28;
const DURATION_COLUMNS = 7;

/**
 * Draws rows as a tree of groups, in their order. Where lines are too few, groups' names go first, then the less
 * important rows, which a last line counts.
 */
export function formatProgress(rows: readonly ProgressRow[], options: ProgressViewOptions): readonly string[] {
  const groups = new Set(rows.map(({ group }) => group));
  const names = [...groups].filter((group) => group !== undefined);
  const nameColumns = Math.min(NAME_COLUMNS, Math.max(0, ...rows.map(({ name }) => textWidth(name))));
  const draw = (row: ProgressRow, indent: string) => indent + formatRow(row, nameColumns, indent.length, options);
  if (rows.length + names.length <= options.lines) {
    return [...groups].flatMap((group) => {
      const own = rows.filter((row) => row.group === group).map((row) => draw(row, group === undefined ? '' : '  '));
      return group === undefined ? own : [truncate(group, options.columns - 1), ...own];
    });
  }
  if (rows.length <= options.lines) return rows.map((row) => draw(row, ''));
  const shown = mostImportant(rows, Math.max(0, options.lines - 1));
  const hidden = rows.filter((row) => !shown.has(row));
  return [
    ...rows.filter((row) => shown.has(row)).map((row) => draw(row, '')),
    truncate(countStates(hidden), options.columns - 1),
  ];
}

function mostImportant(rows: readonly ProgressRow[], count: number): ReadonlySet<ProgressRow> {
  const ranked = importance.flatMap((state) => rows.filter((row) => row.state === state));
  return new Set(ranked.slice(0, count));
}

function countStates(rows: readonly ProgressRow[]): string {
  const counts = importance
    .map((state) => ({ state, count: rows.filter((row) => row.state === state).length }))
    .filter(({ count }) => count > 0);
  return `… and ${counts.map(({ state, count }) => `${count} ${state}`).join(', ')}`;
}

function formatRow(
  row: ProgressRow,
  nameColumns: number,
  indent: number,
  { columns, color }: ProgressViewOptions,
): string {
  const cut = truncate(row.name, nameColumns);
  const name = cut + ' '.repeat(nameColumns - textWidth(cut));
  const duration = (row.durationMs === undefined ? '' : formatDuration(row.durationMs)).padStart(DURATION_COLUMNS);
  // The last column stays free: some terminals wrap as soon as it is written.
  const left = columns - 1 - indent - 2;
  const line = truncate(`${name} ${duration}  ${printable(row.text)}`.trimEnd(), Math.max(0, left));
  return color ? `\u001b[${paints[row.state]}m${icons[row.state]}\u001b[0m ${line}` : `${icons[row.state]} ${line}`;
}
