import { defineFlags } from '@seatrial/cli';
import type { FlagSpecs } from '@seatrial/cli';

/** Where a cluster is. */
export const placeFlags = {
  project: { type: 'string', description: 'Google Cloud project', env: 'CLOUDSDK_CORE_PROJECT' },
  zone: {
    type: 'string',
    description: 'zone or region',
    env: 'CLOUDSDK_COMPUTE_ZONE',
    aliases: ['location', 'region'],
  },
} as const satisfies FlagSpecs;

/** Which cluster. */
export const clusterFlags = {
  ...placeFlags,
  cluster: { type: 'string', description: 'name of the cluster', required: true, aliases: ['name'] },
} as const satisfies FlagSpecs;

/** How long the whole may take. */
export function timeoutFlag(minutes: number, description = 'how long it may take') {
  return {
    'timeout-minutes': { type: 'number', description, default: minutes, min: 0.01 },
  } as const satisfies FlagSpecs;
}

/** Who asks, in a kubeconfig. */
export const userFlags = {
  'static-token': { type: 'boolean', description: 'write a token that ends within the hour, not an exec plugin' },
  'exec-command': {
    type: 'string',
    description: 'program that prints tokens (default: this one, by its path)',
    placeholder: 'PROGRAM',
  },
} as const satisfies FlagSpecs;

/** The flags of `get-credentials`. */
export const credentialsFlags = defineFlags({
  ...clusterFlags,
  kubeconfig: { type: 'string', description: 'file to write', required: true },
  ...userFlags,
});

/** The flags of `list`. */
export const listFlags = defineFlags({
  project: placeFlags.project,
  zone: { type: 'string', description: 'zone or region (default: all)', aliases: ['location', 'region'] },
  'run-id': { type: 'string', description: 'only clusters of this run' },
});

/** The flags of `delete`. */
export const deleteFlags = defineFlags({ ...clusterFlags, ...timeoutFlag(20) });

/** The flags of `heartbeat`. */
export const heartbeatFlags = defineFlags({
  ...clusterFlags,
  'run-id': { type: 'string', description: 'run that the cluster was made for', required: true },
  'ttl-hours': { type: 'number', description: 'how long it keeps from now on', default: 4, min: 0.01 },
  'every-minutes': { type: 'number', description: 'go on, until stopped, at this interval', min: 0.01 },
});

/** The flags of `janitor`. */
export const janitorFlags = defineFlags({
  project: placeFlags.project,
  zone: { type: 'string', description: 'zone or region (default: all)', aliases: ['location', 'region'] },
  'dry-run': { type: 'boolean', description: 'say what would be deleted and delete nothing' },
  'error-hours': { type: 'number', description: 'how long a cluster may be in ERROR', default: 1, min: 0 },
  leftovers: {
    type: 'boolean',
    description: 'leave disks, firewall and forwarding rules that clusters left',
    default: true,
  },
  'gone-prefix': {
    type: 'string',
    description: 'clusters whose names begin so are yours, also those long gone',
    placeholder: 'PREFIX',
  },
  'max-parallel': { type: 'number', description: 'deletions at once', default: 8, min: 1, integer: true },
  ...timeoutFlag(20, 'how long each deletion may take'),
});
