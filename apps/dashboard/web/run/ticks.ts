const SECOND = 1_000;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400].map(
  (seconds) => seconds * SECOND,
);

/** Round places on an axis of that length, in milliseconds, the first of them 0; at most seven. */
export function ticksOf(spanMs: number): readonly number[] {
  const step = STEPS.find((one) => spanMs / one <= 6) ?? Math.ceil(spanMs / 6);
  return Array.from({ length: Math.floor(spanMs / step) + 1 }, (_, at) => at * step);
}
