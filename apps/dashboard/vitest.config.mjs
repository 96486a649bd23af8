import { packageTests } from '../../vitest.base.mjs';

export default packageTests({ include: ['src/**/*.test.ts', 'web/**/*.test.ts'] });
