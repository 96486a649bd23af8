import { defineCommand, defineFlags } from '@seatrial/cli';
import { configFlags } from './config-flags.js';
import { triggerFlags } from './kube-flags.js';

/** Flags of `seatrial-prow rerun`. */
export const rerunFlags = defineFlags({
  mode: {
    type: 'string',
    description: 'run it as it was, or by what the config says now',
    choices: ['original', 'latest'],
    default: 'original',
  },
  'config-path': {
    ...configFlags['config-path'],
    description: "Prow's config.yaml, for --mode latest",
    required: false,
  },
  'job-config-path': configFlags['job-config-path'],
  ...triggerFlags,
});

/** `seatrial-prow rerun` */
export const rerunCommand = defineCommand({
  name: 'rerun',
  summary: 'print a new ProwJob of an old one, or run it',
  description:
    'The new one has a name and a start of its own and nothing of the old status. The old one is read from a YAML or JSON file, from stdin for -, or by its name from the cluster: what has a slash or ends in .yaml, .yml or .json is a file. With --trigger-job the new one is created in the cluster and watched to its end; then its status is printed.',
  examples: [
    'seatrial-prow rerun prowjob.yaml',
    'seatrial-prow rerun 6f0c1f0e-5d2b-4b8e-9a57-0d3f6a1c2b11 --namespace prow --trigger-job',
    'kubectl get prowjob NAME -o yaml | seatrial-prow rerun - --mode latest --config-path config.yaml',
  ],
  arguments: [{ name: 'job', description: 'file, -, or name of a ProwJob in the cluster', required: true }],
  flags: rerunFlags,
  json: true,
  load: async () => (await import('./rerun-handler.js')).rerun,
});
