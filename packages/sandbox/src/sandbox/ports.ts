import { SandboxError } from '../errors.js';

/** The ports of a sandbox, in the order they take from `--port-base` on. */
export const fixedPorts = [
  'storage',
  'gke',
  'registry',
  'github',
  'docker',
  'cloudbuild',
  'compute',
  'metadata',
] as const;
export type FixedPort = (typeof fixedPorts)[number];

/** Clusters come behind these. */
const FIRST_CLUSTER = 10;
const MAX_CLUSTERS = 90;

/** Hands out port numbers; 0 lets the system choose. */
export interface Ports {
  of(name: FixedPort): number;
  /** The next free one for a cluster's API server. Give it back with `release`. */
  takeCluster(): number;
  release(port: number): void;
}

/** @throws {SandboxError} `INVALID_OPTION` when the base leaves no room. */
export function createPorts(portBase: number | undefined): Ports {
  if (portBase === undefined) return { of: () => 0, takeCluster: () => 0, release: () => undefined };
  const last = 65_535 - FIRST_CLUSTER - MAX_CLUSTERS;
  if (!Number.isInteger(portBase) || portBase < 1024 || portBase > last) {
    throw new SandboxError('INVALID_OPTION', `not a base for ports: ${portBase}`, {
      hint: `Choose a whole number from 1024 to ${last}; the ${FIRST_CLUSTER + MAX_CLUSTERS} ports from it on are used.`,
    });
  }
  const taken = new Set<number>();
  return {
    of: (name) => portBase + fixedPorts.indexOf(name),
    takeCluster() {
      for (let port = portBase + FIRST_CLUSTER; port < portBase + FIRST_CLUSTER + MAX_CLUSTERS; port += 1) {
        if (taken.has(port)) continue;
        taken.add(port);
        return port;
      }
      throw new SandboxError('CLUSTER_FAILED', `all ${MAX_CLUSTERS} ports for clusters are taken`);
    },
    release: (port) => void taken.delete(port),
  };
}
