/**
 * The command line of this package as data, for `seatrial-gke` and for `seatrial gke`.
 *
 * @module
 */
import { defineCommand } from '@seatrial/cli';
import { createFlags, credentialsFlags, deleteFlags, listFlags } from './commands/flags.js';

/** `seatrial-gke`. */
export const command = defineCommand({
  name: 'seatrial-gke',
  summary: 'create, list and delete GKE clusters',
  examples: ['seatrial-gke list --project my-project'],
  commands: [
    defineCommand({
      name: 'create',
      summary: 'create a cluster and wait until it is ready',
      examples: [
        'seatrial-gke create --project my-project --zone us-east1-b,us-east1-c --run-id 1234 --kubeconfig run/kubeconfig',
        'seatrial-gke create --project my-project --zone us-east1-b --run-id 1234 --accelerator nvidia-l4=1 --dry-run',
      ],
      flags: createFlags,
      json: true,
      load: async () => (await import('./commands/create.js')).create,
    }),
    defineCommand({
      name: 'get-credentials',
      summary: 'write a kubeconfig for a cluster',
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
      name: 'exec-credential',
      summary: 'print a token for kubectl (client.authentication.k8s.io/v1)',
      examples: ['seatrial-gke exec-credential'],
      load: async () => (await import('./commands/credentials.js')).execCredential,
    }),
  ],
});
