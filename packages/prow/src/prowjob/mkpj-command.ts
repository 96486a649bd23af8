import { defineCommand, defineFlags } from '@seatrial/cli';
import { githubFlags } from '../github/github-flags.js';
import { configFlags } from './config-flags.js';
import { triggerFlags } from './kube-flags.js';

/** Flags of `seatrial-prow mkpj`. */
export const mkpjFlags = defineFlags({
  job: { type: 'string', description: 'job to make a ProwJob of', required: true },
  ...configFlags,
  'base-ref': { type: 'string', description: 'branch under test', placeholder: 'REF' },
  'base-sha': { type: 'string', description: 'commit of that branch', placeholder: 'SHA' },
  'pull-number': { type: 'number', description: 'pull request under test', integer: true, min: 0 },
  'pull-sha': { type: 'string', description: 'commit of the pull request', placeholder: 'SHA' },
  'pull-author': { type: 'string', description: 'author of the pull request', placeholder: 'LOGIN' },
  'pull-head-ref': { type: 'string', description: 'branch of the pull request', placeholder: 'REF' },
  ...githubFlags,
  ...triggerFlags,
});

/** `seatrial-prow mkpj` */
export const mkpjCommand = defineCommand({
  name: 'mkpj',
  summary: 'print the ProwJob of a configured job, or run it',
  description:
    'Prints what Prow itself would create. What the flags leave open is asked for in a terminal and looked up at GitHub. With --trigger-job it is created in the cluster and watched to its end; then its status is printed.',
  examples: [
    'seatrial-prow mkpj --config-path config.yaml --job-config-path jobs/ --job ci-widgets --base-ref main',
    'seatrial-prow mkpj --config-path config.yaml --job pull-widgets-unit --pull-number 7 --trigger-job --fail-with-job',
  ],
  flags: mkpjFlags,
  json: true,
  load: async () => (await import('./mkpj.js')).mkpj,
});
