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
const INDENT = '  ';
const NAME_COLUMNS = 28;
const DURATION_COLUMNS = 7;

/**
 * Draws rows as a tree of groups, in their order. Where lines are too few, groups' names go first, then the less
 * important rows, which a last line counts.
 */
export function formatProgress(rows: readonly ProgressRow[], options: ProgressViewOptions): readonly string[] {
  const groups = new Set(rows.flatMap(({ group }) => (group === undefined ? [] : [group])));
  const hasTitles = rows.length + groups.size <= options.lines;
  const indentOf = ({ group }: ProgressRow) => (hasTitles && group !== undefined ? INDENT : '');
  const widths = rows.map((row) => indentOf(row).length + textWidth(printable(row.name)));
  const nameColumns = Math.min(NAME_COLUMNS, Math.max(0, ...widths));
  const draw = (row: ProgressRow) => indentOf(row) + formatRow(row, nameColumns, indentOf(row).length, options);
  if (hasTitles) {
    return blocksOf(rows).flatMap(({ title, rows: own }) =>
      title === undefined ? own.map(draw) : [truncate(printable(title), options.columns - 1), ...own.map(draw)],
    );
  }
  if (rows.length <= options.lines) return rows.map(draw);
  const shown = mostImportant(rows, Math.max(0, options.lines - 1));
  const hidden = rows.filter((row) => !shown.has(row));
  return [...rows.filter((row) => shown.has(row)).map(draw), truncate(countStates(hidden), options.columns - 1)];
}

/** A group's rows stand together where its first one does; others stand where they are. */
function blocksOf(rows: readonly ProgressRow[]): readonly { title: string | undefined; rows: ProgressRow[] }[] {
  const blocks: { title: string | undefined; rows: ProgressRow[] }[] = [];
  for (const row of rows) {
    const block = row.group === undefined ? undefined : blocks.find(({ title }) => title === row.group);
    if (block === undefined) blocks.push({ title: row.group, rows: [row] });
    else block.rows.push(row);
  }
  return blocks;
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
  const cut = truncate(printable(row.name), nameColumns - indent);
  const name = cut + ' '.repeat(Math.max(0, nameColumns - indent - textWidth(cut)));
  const duration = (row.durationMs === undefined ? '' : formatDuration(row.durationMs)).padStart(DURATION_COLUMNS);
  // The last column stays free: some terminals wrap as soon as it is written.
  const left = columns - 1 - indent - 2;
  const line = truncate(`${name} ${duration}  ${printable(row.text)}`.trimEnd(), Math.max(0, left));
  return color ? `\u001b[${paints[row.state]}m${icons[row.state]}\u001b[0m ${line}` : `${icons[row.state]} ${line}`;
}
