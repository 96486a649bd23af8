import { defineCommand, defineFlags } from '@seatrial/cli';

/** Flags of `seatrial-prow testgrid`. */
export const testgridFlags = defineFlags({
  'config-path': {
    type: 'string',
    description: "Prow's config.yaml, whose jobs are added by their annotations",
    placeholder: 'FILE',
  },
  'job-config-path': { type: 'string', description: 'job configs: a file or a folder', placeholder: 'PATH' },
  config: {
    type: 'string',
    description: 'TestGrid configuration to add to: a file, or a folder of .yaml files',
    placeholder: 'PATH',
  },
  default: {
    type: 'string',
    description: 'default.yaml of groups and tabs',
    placeholder: 'FILE',
  },
  validate: { type: 'boolean', description: 'only say what TestGrid would refuse', default: false },
});

/** `seatrial-prow testgrid`. */
export const testgridCommand = defineCommand({
  name: 'testgrid',
  summary: "print or check TestGrid's configuration, with the jobs' annotations in it",
  description:
    'Prints the configuration as YAML; what TestGrid would refuse in it is on stderr. With --validate it prints nothing else, and exits with 2 when anything is wrong.',
  examples: [
    'seatrial-prow testgrid --config testgrid/ --config-path config.yaml',
    'seatrial-prow testgrid --validate --config testgrid/',
  ],
  flags: testgridFlags,
  json: true,
  load: async () => (await import('./testgrid.js')).testgrid,
});
