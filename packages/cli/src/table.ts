import { printable, textWidth, truncate } from './text-width.js';

/** For `formatTable`. */
export interface TableOptions {
  /** Columns of the terminal. @default 80 */
  readonly width?: number;
  /** Titles of the columns. @default none */
  readonly header?: readonly string[];
  /** Columns, counted from 0, that are aligned to the right. @default none */
  readonly alignRight?: readonly number[];
}

const GAP = 2;

/**
 * Lays rows out in columns, two spaces apart, no line wider than `width`: the widest columns are cut first, with an
 * ellipsis. Returns lines without a trailing line break; `''` for no rows and no header.
 */
export function formatTable(rows: readonly (readonly string[])[], options: TableOptions = {}): string {
  const { width = 80, header, alignRight = [] } = options;
  const cells = [...(header === undefined ? [] : [header]), ...rows].map((row) => row.map(printable));
  const widths = shrink(columnWidths(cells), width);
  return cells.map((row) => formatRow(row, widths, alignRight)).join('\n');
}

function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: count }, (_, at) => Math.max(0, ...rows.map((row) => textWidth(row[at] ?? ''))));
}

function shrink(widths: readonly number[], total: number): number[] {
  const left = [...widths];
  let over = left.reduce((sum, width) => sum + width, 0) + GAP * Math.max(0, left.length - 1) - total;
  for (; over > 0; over -= 1) {
    const widest = left.indexOf(Math.max(...left));
    if ((left[widest] ?? 0) <= 1) break;
    left[widest] = (left[widest] ?? 0) - 1;
  }
  return left;
}

function formatRow(row: readonly string[], widths: readonly number[], alignRight: readonly number[]): string {
  const cells = widths.map((width, at) => {
    const text = truncate(row[at] ?? '', width);
    const padding = ' '.repeat(Math.max(0, width - textWidth(text)));
    return alignRight.includes(at) ? padding + text : text + padding;
  });
  return cells.join(' '.repeat(GAP)).trimEnd();
}
