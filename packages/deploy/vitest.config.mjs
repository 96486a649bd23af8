import { packageTests } from '../../vitest.base.mjs';

// Tests of a real cluster mostly wait for it, and get out of each other's way by the names they make.
export default ({ mode }) => packageTests(mode === 'cluster' ? { maxWorkers: 4 } : {});
