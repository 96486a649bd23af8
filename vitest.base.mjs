import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Vitest settings of every package: siblings are read from their sources, so nothing is built first. */
export function packageTests(test = {}) {
  return defineConfig({
    ssr: { resolve: { conditions: ['@seatrial/source', 'node', 'module-sync'] } },
    // One worker's files share what they import: most of a file's time was loading clients anew.
    test: {
      isolate: false,
      include: ['src/**/*.test.ts'],
      testTimeout: 20_000,
      // A second, as is usual, is little on a machine that does something else meanwhile.
      expect: { poll: { timeout: 15_000 } },
      globalSetup: fileURLToPath(new URL('tools/vitest-temp-folder.mjs', import.meta.url)),
      ...test,
    },
  });
}
