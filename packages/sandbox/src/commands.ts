import { defineCommand } from '@seatrial/cli';
import { envFlags, upFlags } from './commands/flags.js';

/** `seatrial-sandbox`, and `seatrial sandbox` where it is mounted. */
export const command = defineCommand({
  name: 'seatrial-sandbox',
  summary: 'a local cloud on loopback: GKE, Kubernetes, Cloud Storage, Docker, OCI registry and GitHub',
  examples: ['seatrial-sandbox up', 'eval "$(seatrial-sandbox env)"'],
  commands: [
    defineCommand({
      name: 'up',
      summary: 'start a sandbox and keep it until Ctrl-C',
      description:
        'Starts all APIs on loopback and a cluster named sandbox, tells where they are, and runs until it is asked to stop. Then everything it made is removed.',
      examples: [
        'seatrial-sandbox up',
        'seatrial-sandbox up --port-base 9000 --docker off',
        'seatrial-sandbox up --fault storage:503:0.1 --fault gke.CreateCluster:UNAVAILABLE:#1',
      ],
      flags: upFlags,
      load: async () => (await import('./commands/up.js')).up,
    }),
    defineCommand({
      name: 'env',
      summary: 'print the variables by which clients find a running sandbox',
      description:
        'Prints lines for the eval of a POSIX shell, of the newest running sandbox or of the one with --port-base.',
      examples: ['eval "$(seatrial-sandbox env)"', 'seatrial-sandbox env --json'],
      flags: envFlags,
      json: true,
      load: async () => (await import('./commands/show.js')).env,
    }),
    defineCommand({
      name: 'status',
      summary: 'say which sandboxes run; exit code 1 when none does',
      examples: ['seatrial-sandbox status'],
      json: true,
      load: async () => (await import('./commands/show.js')).status,
    }),
  ],
});
