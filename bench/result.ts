import { appendFileSync } from 'node:fs';

/** One line of the table that `npm run bench` prints. */
export interface Result {
  /** What is measured, in a few words. */
  readonly name: string;
  /** Ours, with its unit. */
  readonly ours: string;
  /** The same of somebody else, with who: `13.3 s (junit2json)`. Left out where there is nobody to compare with. */
  readonly peer?: string;
  /** How many times as good as the peer ours is: above 1 is better. */
  readonly ratio?: number;
  /** What it should be, in words. Left out where there is no goal. */
  readonly goal?: string;
  /** Whether it is. */
  readonly met?: boolean;
}

/**
 * Hands a result to `npm run bench`, which says by the variable `SEATRIAL_BENCH_RESULTS` where it wants it, a line of JSON each.
 * A bench that is run by itself only prints.
 */
export function record(result: Result): void {
  const file = process.env['SEATRIAL_BENCH_RESULTS'];
  if (file !== undefined && file !== '') appendFileSync(file, `${JSON.stringify(result)}\n`);
}

/** A result against a peer where less is better. Ours must be `atLeast` times as good to meet the goal. */
export function recordTimes(
  name: string,
  times: { readonly ours: number; readonly peer: number; readonly of: string; readonly unit: string },
  atLeast: number,
): void {
  const { ours, peer, of, unit } = times;
  const ratio = peer / ours;
  const show = (value: number): string => `${value.toFixed(value < 100 ? 1 : 0)} ${unit}`;
  record({
    name,
    ours: show(ours),
    peer: `${show(peer)} (${of})`,
    ratio,
    goal: atLeast === 1 ? `faster than ${of}` : `at least ${atLeast} times ${of}`,
    met: ratio >= atLeast,
  });
}
