import { defineFlags } from '@seatrial/cli';
import { writeFlags } from './shared-flags.js';

/** Flags of `seatrial-prow finished`. */
export const finishedFlags = defineFlags({
  ...writeFlags,
  result: {
    type: 'string',
    description: 'how the run ended',
    choices: ['SUCCESS', 'FAILURE', 'ABORTED'],
    required: true,
  },
});
