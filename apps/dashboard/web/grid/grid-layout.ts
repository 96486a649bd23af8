/** Sizes in pixels. */
export const [ROW, COLUMN, HEAD] = [26, 46, 58] as const;
/** Columns that come and go together, and whose cells of a row are laid out together. */
export const BLOCK = 2;

/** A cell of the grid. */
export interface Place {
  /** -1 is the row of the runs themselves. */
  readonly row: number;
  readonly column: number;
}

/** Whole numbers from one to another, both included. */
export function range(first: number, last: number): readonly number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, offset) => first + offset);
}
