import { defineConfig } from 'vitest/config';

/** Vitest settings of every package: siblings are read from their sources, so nothing is built first. */
export function packageTests(test = {}) {
  return defineConfig({
    ssr: { resolve: { conditions: ['@seatrial/source', 'node', 'module-sync'] } },
    test: { include: ['src/**/*.test.ts'], testTimeout: 20_000, ...test },
  });
}
