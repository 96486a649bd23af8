import { defineConfig } from 'vitest/config';

// Making a cluster takes seconds, not milliseconds.
export default defineConfig({ test: { include: ['*.test.ts'], testTimeout: 60_000, hookTimeout: 120_000 } });
