/**
 * The command line of this package as data, for `seatrial-deploy` and for `seatrial deploy`.
 *
 * @module
 */
import { defineCommand } from '@seatrial/cli';
import {
  collectFlags,
  jobFlags,
  setupFlags,
  teardownFlags,
  testFlags,
  upgradeFlags,
  waitFlags,
} from './commands/flags.js';

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
      summary: 'run the test hooks of the chart, custom resources, and a program',
      description:
        'Runs the test hooks of the chart, a test for each template of --spec, and the program after --, several at a time. What fails is run again with --retries; every attempt is in the report, and what passed at last is flaky. The program finds KUBECONFIG, ARTIFACTS, NAMESPACE and RELEASE in its environment, with --build-info also IMAGE, IMAGE_DIGEST, COMMIT and HELM_CHART; at the end of its time its whole process group is ended.',
      examples: [
        'seatrial-deploy test --project my-project --zone us-east1-b --cluster trial --junit-path out/junit_test.xml',
        'seatrial-deploy test --provider kubeconfig --spec tfjob.yaml --image registry.example.com/job:v1 --retries 1 -- npm run e2e',
      ],
      flags: testFlags,
      load: async () => (await import('./commands/test.js')).test,
    }),
    defineCommand({
      name: 'run-job',
      summary: 'create a custom resource, wait for its condition, delete it',
      description:
        'Creates a custom resource from a template, under a name of its own, and waits for its condition. With --expect-pod and --expect-service it looks whether those were there with owner references that lead to it, and whether they go with it. ${name} in the labels is the name it got.',
      examples: [
        'seatrial-deploy run-job --provider kubeconfig --spec tfjob.yaml --param workers=2 --junit-path out/junit_job.xml',
        "seatrial-deploy run-job --provider kubeconfig --spec tfjob.yaml --expect-pod 'tf-job-name=${name}'",
      ],
      flags: jobFlags,
      load: async () => (await import('./commands/run-job.js')).runJob,
    }),
    defineCommand({
      name: 'upgrade-trial',
      summary: 'upgrade the operator under its custom resources, and roll it back',
      description:
        'Installs the last release, brings custom resources into a state, upgrades to the new build and looks whether they are the same ones in the same state with the same pods, while those of the operator are new, and whether the new build takes a new one to that state; then rolls back and looks again. Takes all of it down at the end. The cluster has to be there.',
      examples: [
        'seatrial-deploy upgrade-trial --provider kubeconfig --previous-chart operator-0.1.0.tgz --chart charts/operator --spec long-job.yaml --junit-path out/junit_upgrade.xml',
        'seatrial-deploy upgrade-trial --provider kubeconfig --releases-path gs://my-releases --chart charts/operator --spec long-job.yaml',
      ],
      flags: upgradeFlags,
      load: async () => (await import('./commands/upgrade-trial.js')).upgradeTrial,
    }),
    defineCommand({
      name: 'collect',
      summary: 'write logs, events and objects of namespaces into a folder',
      description:
        'Takes in what tells why something failed, before it is torn down: logs of all pods, init containers and those before the last restart too, events, objects as YAML, definitions that a trial installed, nodes and their conditions. Values of Secrets and of environment variables with secret names are left out. What cannot be read is named in problems.txt.',
      examples: ['seatrial-deploy collect --provider kubeconfig --namespace trial --out artifacts/cluster'],
      flags: collectFlags,
      json: true,
      load: async () => (await import('./commands/collect.js')).collect,
    }),
    defineCommand({
      name: 'teardown',
      summary: 'delete the cluster, or the release on a cluster that stays',
      description:
        'Deletes the cluster, or of one that stays what the trial made: custom resources while their operator still runs, the release, its namespace, and definitions that the chart brought and no other trial needs. What finalizers hold is named with who holds it; --force removes them.',
      examples: [
        'seatrial-deploy teardown --project my-project --zone us-east1-b --cluster trial --junit-path out/junit_teardown.xml',
      ],
      flags: teardownFlags,
      load: async () => (await import('./commands/teardown.js')).teardown,
    }),
  ],
});
