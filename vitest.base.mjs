import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Vitest settings of every package: siblings are read from their sources, so nothing is built first. */
export function packageTests(test = {}) {
  return defineConfig({
    ssr: { resolve: { conditions: ['@seatrial/source', 'node', 'module-sync'] } },
    // One worker's files share what they import: most of a file's time was loading clients anew.
    test: {
      isolate: false,
      // Many tests wait for a process or a server: on two cores Vitest's own choice, one worker, leaves half of them idle.
      maxWorkers: Math.max(2, availableParallelism() - 1),
      include: ['src/**/*.test.ts'],
      // What takes a second here takes long on a machine that does something else meanwhile. These limits end what hangs.
      testTimeout: 120_000,
      hookTimeout: 120_000,
      expect: { poll: { timeout: 30_000 } },
      globalSetup: fileURLToPath(new URL('tools/vitest-temp-folder.mjs', import.meta.url)),
      ...test,
    },
  });
}
