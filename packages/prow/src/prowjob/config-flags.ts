import { defineFlags } from '@seatrial/cli';

/** Where the job configs are. */
export const configFlags = defineFlags({
  'config-path': { type: 'string', description: "Prow's config.yaml", placeholder: 'FILE', required: true },
  'job-config-path': {
    type: 'string',
    description: 'job configs: a file or a folder',
    placeholder: 'PATH',
  },
});
