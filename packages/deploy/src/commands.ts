/**
 * The command line of this package as data, for `seatrial-deploy` and for `seatrial deploy`.
 *
 * @module
 */
import { defineCommand } from '@seatrial/cli';
import { jobFlags, setupFlags, teardownFlags, testFlags } from './commands/flags.js';

/** `seatrial-deploy`. */
export const command = defineCommand({
  name: 'seatrial-deploy',
  summary: 'set an operator up on a cluster, test it, tear it down',
  examples: ['seatrial-deploy setup --provider kubeconfig --chart charts/operator'],
  commands: [
    defineCommand({
      name: 'setup',
      summary: 'create a cluster and install the chart',
      description:
        'Creates the cluster, unless --provider kubeconfig takes one that is there, installs the chart and waits until all of it is ready.',
      examples: [
        'seatrial-deploy setup --project my-project --zone us-east1-b --cluster trial --chart charts/operator --junit-path out/junit_setup.xml',
        'seatrial-deploy setup --provider kubeconfig --context kind-trial --chart charts/operator',
      ],
      flags: setupFlags,
      load: async () => (await import('./commands/setup.js')).setup,
    }),
    defineCommand({
      name: 'test',
      summary: 'run the test hooks of the chart',
      examples: [
        'seatrial-deploy test --project my-project --zone us-east1-b --cluster trial --junit-path out/junit_test.xml',
      ],
      flags: testFlags,
      load: async () => (await import('./commands/test.js')).test,
    }),
    defineCommand({
      name: 'run-job',
      summary: 'create a custom resource, wait for its condition, delete it',
      examples: [
        'seatrial-deploy run-job --provider kubeconfig --spec tfjob.yaml --param workers=2 --junit-path out/junit_job.xml',
      ],
      flags: jobFlags,
      load: async () => (await import('./commands/run-job.js')).runJob,
    }),
    defineCommand({
      name: 'teardown',
      summary: 'delete the cluster, or the release on a cluster that stays',
      examples: [
        'seatrial-deploy teardown --project my-project --zone us-east1-b --cluster trial --junit-path out/junit_teardown.xml',
      ],
      flags: teardownFlags,
      load: async () => (await import('./commands/teardown.js')).teardown,
    }),
  ],
});
