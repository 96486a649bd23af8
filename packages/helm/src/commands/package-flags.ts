import { defineFlags } from '@seatrial/cli';

/** Flags of `seatrial-helm package`. */
export const packageFlags = defineFlags({
  destination: { type: 'string', description: 'folder for the archive', default: '.', short: 'd', placeholder: 'DIR' },
});
