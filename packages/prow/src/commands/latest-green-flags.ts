import { defineFlags } from '@seatrial/cli';

/** Flags of `seatrial-prow latest-green`. */
export const latestGreenFlags = defineFlags({
  green: {
    type: 'string',
    description: 'URI that <job>/latest_green.json is below',
    placeholder: 'URI',
    required: true,
  },
  job: { type: 'string', description: 'job to read; by default the one of the environment' },
  move: { type: 'boolean', description: 'record the commit of the environment, never going back', default: false },
});
