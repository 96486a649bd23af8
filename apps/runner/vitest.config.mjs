import { packageTests } from '../../vitest.base.mjs';

// A trial waits much: two at once use two processors.
export default packageTests({ maxConcurrency: 2 });
