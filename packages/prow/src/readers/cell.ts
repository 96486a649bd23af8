// Weakest first: of several, the last one wins.
const cellResults = ['UNKNOWN', 'PASS', 'PASS_WITH_SKIPS', 'RUNNING', 'FLAKY', 'TOOL_FAIL', 'FAIL'] as const;

/** What a cell of TestGrid may say; of those that it has, the ones that runs written by Prow lead to. */
export type CellResult = (typeof cellResults)[number];

/** A cell of TestGrid. */
export interface Cell {
  readonly result: CellResult;
  /** A few characters shown in the cell; `''` for none. */
  readonly icon: string;
  /** Shown when the cell is pointed at; `''` for none. */
  readonly message: string;
  /** By name; `test-duration-minutes` is the time taken. Left out when there are none. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** Whether a cell counts as failed. */
export function isFailing({ result }: Pick<Cell, 'result'>): boolean {
  return result === 'FAIL' || result === 'TOOL_FAIL';
}

function isPassing({ result }: Cell): boolean {
  return result === 'PASS' || result === 'PASS_WITH_SKIPS';
}

/**
 * One cell of several of the same name: flaky when some passed and some failed, else the gravest; the icon counts those that
 * passed. Of one cell, that cell.
 */
export function mergeCells(cells: readonly [Cell, ...Cell[]]): Cell {
  const [first] = cells;
  if (cells.length === 1) return first;
  const passing = cells.filter(isPassing);
  const failing = cells.filter(isFailing);
  const icon = `${passing.length}/${cells.length}`;
  const message = gravestMessage(failing) || gravestMessage(passing);
  const result = passing.length > 0 && failing.length > 0 ? 'FLAKY' : gravest(cells);
  const metrics = meanMetrics(cells);
  return {
    result,
    icon,
    message: `${icon} runs passed${message === '' ? '' : `: ${message}`}`,
    ...(metrics === undefined ? {} : { metrics }),
  };
}

const maxDuplicates = 20;

/** Names for cells of the same name, where they are not merged: `name`, `name [1]`, … and a failing one for the rest. */
export function splitCells(name: string, cells: readonly Cell[]): ReadonlyMap<string, Cell> {
  const named = cells.slice(0, maxDuplicates).map((cell, index): [string, Cell] => {
    return [index === 0 ? name : `${name} [${index}]`, cell];
  });
  if (cells.length > maxDuplicates) {
    named.push([`${name} [overflow]`, { result: 'FAIL', icon: '...', message: 'too many rows of one name' }]);
  }
  return new Map(named);
}

function gravest(cells: readonly Cell[]): CellResult {
  const weight = (cell: Cell) => cellResults.indexOf(cell.result);
  return cells.reduce((worst, cell) => (weight(cell) >= weight(worst) ? cell : worst)).result;
}

/** Message of the gravest cell that has one, of equals the last. */
function gravestMessage(cells: readonly Cell[]): string {
  const spoken = cells.filter(({ message }) => message !== '');
  const result = spoken.length === 0 ? undefined : gravest(spoken);
  return spoken.findLast((cell) => cell.result === result)?.message ?? '';
}

function meanMetrics(cells: readonly Cell[]): Readonly<Record<string, number>> | undefined {
  const values = new Map<string, number[]>();
  for (const [name, value] of cells.flatMap(({ metrics = {} }) => Object.entries(metrics))) {
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  if (values.size === 0) return undefined;
  return Object.fromEntries([...values].map(([name, all]) => [name, mean(all)]));
}

/** Arithmetic mean of at least one number. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
