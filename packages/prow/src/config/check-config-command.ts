import { defineCommand, defineFlags } from '@seatrial/cli';
import { warningNames } from './problem.js';

/** Flags of `seatrial-prow check-config`. */
export const checkConfigFlags = defineFlags({
  'config-path': { type: 'string', description: "Prow's config.yaml", placeholder: 'FILE' },
  'job-config-path': { type: 'strings', description: 'job configs: a file or a folder', placeholder: 'PATH' },
  strict: { type: 'boolean', description: 'exit with 1 for warnings too', default: false },
  warnings: { type: 'strings', description: 'the only warnings to give', placeholder: 'NAME' },
  'exclude-warning': {
    type: 'strings',
    description: 'a warning not to give',
    placeholder: 'NAME',
  },
  'required-job-annotation': {
    type: 'strings',
    description: 'annotation that every job is to have',
    placeholder: 'KEY',
  },
  cluster: { type: 'strings', description: 'build cluster that there is; others are warned about' },
});

/** `seatrial-prow check-config` */
export const checkConfigCommand = defineCommand({
  name: 'check-config',
  summary: 'check job configs by the rules that Prow loads them by',
  description: `Prints FILE:LINE:COLUMN: CODE: MESSAGE for each problem and exits with 1 when there is one. Without --config-path, what depends on the main config (namespaces, queues, default decoration) is not judged. Warnings are ${warningNames.join(', ')}.`,
  examples: ['seatrial-prow check-config jobs/', 'seatrial-prow check-config --config-path config.yaml --strict jobs/'],
  arguments: [{ name: 'path', description: 'job configs: a file or a folder', variadic: true }],
  flags: checkConfigFlags,
  json: true,
  load: async () => (await import('./check-config-handler.js')).checkConfig,
});
