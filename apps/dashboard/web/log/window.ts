/** Height of a line, in pixels. */
export const LINE = 18;
/** Browsers make no element higher than some 17 million pixels: beyond, scrolling goes by proportion. */
const MAX_HEIGHT = 8_000_000;

/** Height of what is scrolled, for that many lines. */
export function heightOf(lines: number): number {
  return Math.min(lines * LINE, MAX_HEIGHT);
}

/** The part of a log that is in view. */
export interface LogWindow {
  /** Number of the first line in view, from 1. */
  readonly first: number;
  readonly count: number;
  /** Where the first line stands, from the top of what is scrolled. */
  readonly top: number;
}

/** Which lines are in view when it is scrolled that far down. */
export function windowAt(view: {
  readonly scrollTop: number;
  readonly height: number;
  readonly lines: number;
}): LogWindow {
  const { scrollTop, height, lines } = view;
  const fitting = Math.ceil(height / LINE) + 1;
  const whole = heightOf(lines);
  if (lines * LINE <= MAX_HEIGHT) {
    const at = Math.max(0, Math.min(Math.floor(scrollTop / LINE), lines - 1));
    return { first: at + 1, count: Math.max(0, Math.min(fitting, lines - at)), top: at * LINE };
  }
  const share = Math.min(1, Math.max(0, scrollTop / Math.max(1, whole - height)));
  const at = Math.floor(share * Math.max(0, lines - Math.floor(height / LINE)));
  return { first: at + 1, count: Math.min(fitting, lines - at), top: Math.min(scrollTop, whole - fitting * LINE) };
}

/** How far to scroll so that a line is in the middle of the view. */
export function scrollTopFor(
  line: number,
  { height, lines }: { readonly height: number; readonly lines: number },
): number {
  const middle = Math.max(0, line - 1 - Math.floor(height / LINE / 2));
  if (lines * LINE <= MAX_HEIGHT) return middle * LINE;
  const last = Math.max(1, lines - Math.floor(height / LINE));
  return Math.ceil((Math.min(middle, last) / last) * (heightOf(lines) - height));
}
