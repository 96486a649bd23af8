import type { GridAnswer, GridCell, GridRow, RunHead } from '../../src/api.js';

/** The whole grid that was read so far. */
export interface GridModel {
  /** Newest first. */
  readonly columns: readonly RunHead[];
  readonly rows: readonly GridRow[];
}

/** How rows are ordered: as the junit files have them, by flakiness, by what fails now, by name. */
export type GridOrder = 'run' | 'flaky' | 'failing' | 'name';

/** Joins pages of a grid, newest first: a test that one page lacks is missing there. */
export function joinPages(pages: readonly GridAnswer[]): GridModel {
  const columns = pages.flatMap((page) => page.columns);
  const names = new Set(pages.flatMap(({ rows }) => rows.map(({ name }) => name)));
  const byPage = pages.map(({ rows, columns: own }) => ({
    rows: new Map(rows.map((row) => [row.name, row])),
    missing: own.map(() => null),
  }));
  const rows = [...names].map((name) => {
    const cells = byPage.flatMap(({ rows: own, missing }) => own.get(name)?.cells ?? missing);
    return { name, cells, flakiness: flakinessOf(cells) };
  });
  return { columns, rows };
}

/** As the server has it, over all pages. */
function flakinessOf(cells: readonly (GridCell | null)[]): number {
  const states = cells.flatMap((cell) => (cell === null || cell.state === 'skip' ? [] : [cell.state]));
  if (states.length === 0) return 0;
  const steady = states.filter((state) => state !== 'flaky');
  const changes = steady.filter((state, at) => at > 0 && state !== steady[at - 1]).length;
  return (states.length - steady.length + changes) / states.length;
}

/** Rows whose name has the text, ordered. */
export function chooseRows({ rows }: GridModel, filter: string, order: GridOrder): readonly GridRow[] {
  const wanted = filter.trim().toLowerCase();
  const chosen = rows.filter(({ name }) => name.toLowerCase().includes(wanted));
  switch (order) {
    case 'run':
      return chosen;
    case 'name':
      return chosen.sort((a, b) => a.name.localeCompare(b.name));
    case 'flaky':
      return chosen.sort((a, b) => b.flakiness - a.flakiness);
    case 'failing':
      return chosen.sort((a, b) => failures(b) - failures(a));
  }
}

/** Failures, newer ones weighing more. */
function failures({ cells }: GridRow): number {
  return cells.reduce((sum, cell, at) => sum + (cell?.state === 'fail' ? 1 / (at + 1) : 0), 0);
}
