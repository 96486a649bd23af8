/**
 * The command line of this package as data, for `seatrial-deploy` and for `seatrial deploy`.
 *
 * @module
 */
import { defineCommand } from '@seatrial/cli';
import { jobFlags, setupFlags, teardownFlags, testFlags, waitFlags } from './commands/flags.js';

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
        'Creates the cluster, unless --provider kubeconfig takes one that is there, installs the chart and waits until all of it is ready. When it does not get ready, the error names every object that is not, and why. A release of ours that is there is upgraded; one of others only with --upgrade.',
      examples: [
        'seatrial-deploy setup --project my-project --zone us-east1-b --cluster trial --chart charts/operator --junit-path out/junit_setup.xml',
        'seatrial-deploy setup --provider kubeconfig --context kind-trial --chart oci://registry.example.com/charts/operator:0.1.0 --set image=registry.example.com/operator:v1',
      ],
      flags: setupFlags,
      load: async () => (await import('./commands/setup.js')).setup,
    }),
    defineCommand({
      name: 'wait',
      summary: 'watch an object until it is ready, or anything else holds',
      description:
        'Watches one object as kubectl wait does, over connections that break, and prints it as JSON with --json. KIND is the kind, its plural or a short name, with .GROUP where it is not clear. Ends with 1 when the object has failed, was deleted, or time is up.',
      examples: [
        'seatrial-deploy wait deployment/operator --provider kubeconfig --namespace trial',
        `seatrial-deploy wait tfjob/mnist --provider kubeconfig --for 'cel=object.status.succeeded >= 2' --fail-on condition=Failed`,
      ],
      arguments: [{ name: 'kind/name', description: 'which object', required: true }],
      flags: waitFlags,
      json: true,
      load: async () => (await import('./commands/wait.js')).wait,
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
