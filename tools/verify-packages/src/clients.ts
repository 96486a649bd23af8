import type { Package } from './workspace.js';

/** Big clients, which only those install that talk to their system. */
const clients = [
  '@google-cloud/storage',
  '@google-cloud/container',
  '@google-cloud/cloudbuild',
  '@kubernetes/client-node',
  '@octokit/request',
  'dockerode',
  'hono',
  'react',
] as const;

type Client = (typeof clients)[number];

const storage: readonly Client[] = ['@google-cloud/storage'];
const prow: readonly Client[] = [...storage, '@kubernetes/client-node', '@octokit/request'];
const deploy: readonly Client[] = [...storage, '@google-cloud/container', '@kubernetes/client-node'];
const sandbox: readonly Client[] = ['@google-cloud/container', '@google-cloud/cloudbuild', 'dockerode', 'hono'];

/** Clients that come with a package, by its id. One that is not named here has none. */
const allowed: Readonly<Record<string, readonly Client[]>> = {
  storage,
  helm: storage,
  gke: ['@google-cloud/container'],
  prow,
  deploy,
  release: [...prow, '@google-cloud/cloudbuild', 'dockerode'],
  sandbox,
  dashboard: [...prow, 'hono'],
  runner: [...new Set([...prow, ...deploy, ...sandbox])],
};

/** Most that a package may take with all it needs, in bytes, by its id. */
const limits: Readonly<Record<string, number>> = { junit: 2_000_000, pipeline: 2_000_000, cli: 2_000_000 };

/** What an install brings that it should not. */
export function weightFaults(
  { id }: Package,
  { installed, sizeBytes }: { readonly installed: readonly string[]; readonly sizeBytes: number },
): readonly string[] {
  const limit = limits[id] ?? Infinity;
  const surplus = clients.filter((client) => installed.includes(client) && allowed[id]?.includes(client) !== true);
  return [
    ...surplus.map((client) => `installs ${client}, which it has no use for`),
    ...(sizeBytes > limit ? [`installs ${formatMegabytes(sizeBytes)}, over its ${formatMegabytes(limit)}`] : []),
  ];
}

/** For example `1.9 MB`, of a million bytes each. */
export function formatMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
