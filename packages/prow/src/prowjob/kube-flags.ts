import { defineFlags } from '@seatrial/cli';

/** Flags of commands that talk to the cluster Prow runs in. */
export const kubeFlags = defineFlags({
  kubeconfig: {
    type: 'string',
    description: 'kubeconfig, by default ~/.kube/config or the service account',
    env: 'KUBECONFIG',
    placeholder: 'FILE',
  },
  context: { type: 'string', description: 'context of the kubeconfig, by default the current one' },
  namespace: { type: 'string', description: 'namespace of the ProwJobs' },
});

/** Flags of commands that may run the ProwJob they made. */
export const triggerFlags = defineFlags({
  'trigger-job': {
    type: 'boolean',
    description: 'create it in the cluster, wait for its end and print its status',
    default: false,
  },
  'fail-with-job': {
    type: 'boolean',
    description: 'with --trigger-job: exit with 1 unless the job succeeds',
    default: false,
  },
  'timeout-minutes': {
    type: 'number',
    description: 'with --trigger-job: how long to wait, by default to the end',
    min: 0.01,
  },
  ...kubeFlags,
});
