import { PipelineError } from './errors.js';

/** Values by the name of their axis. */
export type MatrixAxes = Readonly<Record<string, readonly (string | number | boolean)[]>>;

/** One combination: a value of each axis. */
export type MatrixCell<Axes extends MatrixAxes> = { readonly [Axis in keyof Axes]: Axes[Axis][number] };

/** For `expandMatrix`. */
export interface MatrixOptions<Axes extends MatrixAxes> {
  /** Combinations to leave out: all that have these values. @default none */
  readonly exclude?: readonly Partial<MatrixCell<Axes>>[];
  /** Combinations to add, also of values that are in no axis. @default none */
  readonly include?: readonly { readonly [Axis in keyof Axes]: Widened<Axes[Axis][number]> }[];
}

/** A combination, and a suffix for names of tasks: its values, joined with `-`. */
export type MatrixEntry<Axes extends MatrixAxes> = MatrixCell<Axes> & { readonly suffix: string };

/**
 * Gives every combination of the axes' values, the last axis changing fastest, then those of `include`.
 *
 * ```ts
 * const tests = expandMatrix({ kubernetes: ['1.33', '1.34'], gpu: [true, false] }).map(({ kubernetes, suffix }) =>
 *   defineTask({ name: `test-${suffix}`, group: 'tests', run: async () => test(kubernetes) }),
 * );
 * ```
 *
 * @throws {PipelineError} `INVALID_OPTION` for an axis that is named `suffix`, and for two combinations of the same
 * suffix.
 */
export function expandMatrix<const Axes extends MatrixAxes>(
  axes: Axes,
  options: MatrixOptions<Axes> = {},
): readonly MatrixEntry<Axes>[] {
  const { exclude = [], include = [] } = options;
  if ('suffix' in axes) {
    throw new PipelineError('INVALID_OPTION', 'an axis is named "suffix"', { hint: 'Give it another name.' });
  }
  let cells: readonly Cell[] = [{}];
  for (const [axis, values] of Object.entries(axes)) {
    cells = cells.flatMap((cell) => values.map((value) => ({ ...cell, [axis]: value })));
  }
  const left = cells.filter((cell) => !exclude.some((pattern) => isMatch(cell, pattern as Cell)));
  const seen = new Set<string>();
  return [...left, ...(include as readonly Cell[])].map((cell) => {
    const suffix = suffixOf(cell);
    if (seen.has(suffix)) {
      throw new PipelineError('INVALID_OPTION', `two combinations are both named "${suffix}"`, {
        hint: 'Leave one out, or write their values so that they differ in letters or digits.',
      });
    }
    seen.add(suffix);
    return { ...cell, suffix } as MatrixEntry<Axes>;
  });
}

type Cell = Readonly<Record<string, string | number | boolean>>;
type Widened<Value> = Value extends string ? string : Value extends number ? number : boolean;

function isMatch(cell: Cell, pattern: Cell): boolean {
  return Object.entries(pattern).every(([axis, value]) => cell[axis] === value);
}

// What a task's name may not hold becomes a hyphen.
function suffixOf(cell: Cell): string {
  return Object.values(cell)
    .map((value) => String(value).replace(/[^A-Za-z0-9._]+/g, '-'))
    .join('-');
}
