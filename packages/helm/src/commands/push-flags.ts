import { defineFlags } from '@seatrial/cli';

/** Flags of `seatrial-helm push`. */
export const pushFlags = defineFlags({
  'releases-path': {
    type: 'string',
    description: 'where releases are kept, gs:// or file://',
    env: 'SEATRIAL_RELEASES',
    placeholder: 'URI',
    required: true,
  },
  latest: { type: 'boolean', description: 'move latest/ too', default: false },
  sha: { type: 'string', description: 'commit the chart was made of' },
});
