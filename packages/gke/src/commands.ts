/**
 * The command line of this package as data, for `seatrial-gke` and for `seatrial gke`.
 *
 * @module
 */
import { defineCommand } from '@seatrial/cli';
import { createFlags } from './commands/create-flags.js';
import { credentialsFlags, deleteFlags, heartbeatFlags, janitorFlags, listFlags } from './commands/flags.js';

/** `seatrial-gke`. */
export const command = defineCommand({
  name: 'seatrial-gke',
  summary: 'create, list and delete GKE clusters',
  examples: ['seatrial-gke list --project my-project'],
  commands: [
    defineCommand({
      name: 'create',
      summary: 'create a cluster and wait until it is ready',
      description:
        'Creates a cluster and waits until it is running, its node pools too, and its nodes are ready in Kubernetes with ' +
        'their GPUs. Of several zones the next is tried only when one is out of machines. What was made is deleted when ' +
        'it fails or is stopped.',
      examples: [
        'seatrial-gke create --project my-project --zone us-east1-b,us-east1-c --run-id 1234 --kubeconfig run/kubeconfig',
        'seatrial-gke create --project my-project --zone us-east1-b --run-id 1234 --accelerator nvidia-l4=1 --dry-run',
        'seatrial-gke create --zone us-east1-b --run-id 1234 --node-pool main=nodes=2 --node-pool gpu=accelerator=nvidia-l4:1,spot=true',
        'seatrial-gke create --zone us-east1 --run-id 1234 --autopilot',
      ],
      flags: createFlags,
      json: true,
      load: async () => (await import('./commands/create.js')).create,
    }),
    defineCommand({
      name: 'get-credentials',
      summary: 'write a kubeconfig for a cluster',
      description:
        'Writes a kubeconfig whose user is an exec plugin, so that tokens are fetched anew in long tests. It is for the ' +
        'machine it is written on.',
      examples: [
        'seatrial-gke get-credentials --project my-project --zone us-east1-b --cluster trial --kubeconfig run/kubeconfig',
      ],
      flags: credentialsFlags,
      load: async () => (await import('./commands/credentials.js')).getCredentials,
    }),
    defineCommand({
      name: 'list',
      summary: 'list the clusters of runs',
      description: 'Lists clusters that carry the label seatrial-run. Exits with 3 when a zone did not answer.',
      examples: [
        'seatrial-gke list --project my-project',
        'seatrial-gke list --project my-project --run-id 1234 --json',
      ],
      flags: listFlags,
      json: true,
      load: async () => (await import('./commands/list.js')).list,
    }),
    defineCommand({
      name: 'delete',
      summary: 'delete a cluster and wait until it is gone',
      examples: ['seatrial-gke delete --project my-project --zone us-east1-b --cluster trial'],
      flags: deleteFlags,
      load: async () => (await import('./commands/delete.js')).deleteOne,
    }),
    defineCommand({
      name: 'heartbeat',
      summary: "move the time after which a run's cluster may be deleted",
      description:
        'Moves the label seatrial-expires of a cluster, never back. With --every-minutes it goes on until it is stopped ' +
        'and ends early only when the cluster is gone or another run has it.',
      examples: [
        'seatrial-gke heartbeat --project my-project --zone us-east1-b --cluster seatrial-1234 --run-id 1234',
        'seatrial-gke heartbeat --project my-project --zone us-east1-b --cluster seatrial-1234 --run-id 1234 --ttl-hours 1 --every-minutes 15',
      ],
      flags: heartbeatFlags,
      load: async () => (await import('./commands/heartbeat.js')).heartbeat,
    }),
    defineCommand({
      name: 'janitor',
      summary: 'delete clusters of runs whose time is over, and what they left',
      description:
        'Looks at all clusters with the labels seatrial-run and seatrial-expires and deletes those whose time is over or ' +
        'that are in ERROR for long, then the disks, firewall rules and forwarding rules that certainly were theirs. ' +
        'Nothing else is touched. Exits with 0 only if nothing expired is left; with 1 if a dry run found something, with ' +
        '3 if something could not be deleted or not everything could be seen.',
      examples: [
        'seatrial-gke janitor --project my-project --dry-run',
        'seatrial-gke janitor --project my-project --gone-prefix seatrial- --json',
      ],
      flags: janitorFlags,
      json: true,
      load: async () => (await import('./commands/janitor.js')).janitor,
    }),
    defineCommand({
      name: 'exec-credential',
      summary: 'print a token for kubectl (client.authentication.k8s.io/v1)',
      examples: ['seatrial-gke exec-credential'],
      load: async () => (await import('./commands/credentials.js')).execCredential,
    }),
  ],
});
