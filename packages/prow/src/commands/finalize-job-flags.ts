import { defineFlags } from '@seatrial/cli';
import { writeFlags } from './shared-flags.js';

/** Flags of `seatrial-prow finalize-job`. */
export const finalizeJobFlags = defineFlags({
  ...writeFlags,
  'junit-files': {
    type: 'strings',
    description: 'names of the junit files that must be there, below artifacts/',
    placeholder: 'FILE',
    required: true,
  },
  green: {
    type: 'string',
    description: 'move latest_green.json below this URI when a postsubmit passes',
    placeholder: 'URI',
  },
});
