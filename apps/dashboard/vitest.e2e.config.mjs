import { packageTests } from '../../vitest.base.mjs';

/** One browser, one file at a time. */
export default packageTests({
  include: ['e2e/**/*.e2e.ts'],
  globalSetup: ['e2e/chromium.ts'],
  fileParallelism: false,
});
