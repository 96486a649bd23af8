import { packageTests } from '../../vitest.base.mjs';

// Tests of a real cluster share it, so their files run one after the other.
export default ({ mode }) => packageTests(mode === 'cluster' ? { fileParallelism: false } : {});
