import { defineFlags } from '@seatrial/cli';

/** Flags of `seatrial-prow env`. */
export const envFlags = defineFlags({
  strict: { type: 'boolean', description: 'fail when variables contradict each other', default: false },
});
