/**
 * A local cloud on loopback: GKE, Kubernetes, Cloud Storage, Docker Engine, OCI registry and GitHub APIs.
 *
 * It speaks the real protocols, so the same clients work against it as against the real services.
 *
 * ```ts
 * import { startSandbox } from '@seatrial/sandbox';
 *
 * await using sandbox = await startSandbox({ docker: 'off', defaultCluster: true });
 * console.log(sandbox.env.STORAGE_EMULATOR_HOST, sandbox.env.KUBECONFIG);
 * ```
 *
 * @module
 */
export type { Clock, Logger } from './clock.js';
export type { ComputeCollection, ComputeRef, ComputeResource, ComputeScope } from './compute/compute-resource.js';
export type { ComputeEntry, ComputeStore } from './compute/compute-store.js';
export { SandboxError, type SandboxErrorCode } from './errors.js';
export { parseFault, type Fault, type FaultRule, type FaultyApi } from './faults.js';
export type { GithubRepositorySeed, Permission, PullSeed } from './github/github-state.js';
export type { AuthorizationMode } from './kubernetes/server.js';
export type { HostNode } from './registry/image-config.js';
export {
  BUCKETS,
  DEFAULT_LOCATION,
  PROJECT,
  startSandbox,
  type ClusterRecord,
  type Sandbox,
  type SandboxOptions,
} from './start-sandbox.js';
