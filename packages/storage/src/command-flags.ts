import { defineFlags } from '@seatrial/cli';

export const copyFlags = defineFlags({
  recursive: { type: 'boolean', short: 'r', default: false, description: 'Copy all that lies below' },
});

export const removeFlags = defineFlags({
  'ignore-missing': { type: 'boolean', default: false, description: 'Do not fail when there is no such object' },
});
