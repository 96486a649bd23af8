/**
 * Milliseconds to wait before try number `tries + 1`: doubles from `firstMs` up to `maxMs`, the upper half of it random,
 * so that many waiters do not come back at the same instant.
 */
export function backoffMs(tries, { firstMs = 200, maxMs = 30_000, random = Math.random } = {}) {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(tries, 30));
  return full / 2 + (full / 2) * random();
}
