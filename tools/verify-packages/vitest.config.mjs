import { packageTests } from '../../vitest.base.mjs';

export default packageTests();
