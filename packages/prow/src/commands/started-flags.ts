import { defineFlags } from '@seatrial/cli';
import { writeFlags } from './shared-flags.js';

/** Flags of `seatrial-prow started`. */
export const startedFlags = defineFlags({
  ...writeFlags,
  node: { type: 'string', description: 'host that runs the job; by default this one' },
});
