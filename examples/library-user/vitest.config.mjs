import { defineConfig } from 'vitest/config';

// An installation and a deployment take seconds, not milliseconds.
export default defineConfig({ test: { include: ['*.test.ts'], testTimeout: 60_000, hookTimeout: 120_000 } });
