/**
 * The lifecycle of GKE clusters: create, await, credentials, delete, find leaks.
 *
 * @example
 * const gke = createGke(gkeOptionsFromEnv(env));
 * const labels = runLabels({ runId: '1234', expiresMs: Date.now() + 4 * 3_600_000 });
 * const request = { name: clusterName({ runId: '1234' }), project: 'p', location: 'us-east1-b', labels };
 * const cluster = await gke.createCluster(request, { timeoutMs: 1_500_000 });
 * await writeKubeconfig({ cluster, path: 'run/kubeconfig', user: execPluginUser() });
 * await gke.deleteCluster(cluster, { timeoutMs: 1_200_000 });
 *
 * @module
 */
export type { Clock, Limits } from './budget.js';
export { classifyCallError, classifyStatus } from './classification.js';
export type { Classification } from './classification.js';
export { gcloudDelete } from './cluster.js';
export type { ClusterRef, GkeCluster, GkeNodePool } from './cluster.js';
export { createCompute } from './compute.js';
export type { Compute, ComputeOptions } from './compute.js';
export { formatComputeResource } from './compute-resource.js';
export type { ComputeCollection, ComputeList, ComputeResource } from './compute-resource.js';
export type { DeletionTarget } from './delete.js';
export { gkeOptionsFromEnv } from './environment.js';
export type { GkeEnvironment } from './environment.js';
export { GkeError } from './errors.js';
export type { GkeErrorCode, GkeErrorOptions } from './errors.js';
export { execPluginUser } from './exec-plugin.js';
export type { Expiry } from './expiry.js';
export { createGke } from './gke.js';
export type { ClusterList, CreateLimits, Gke, GkeOptions, Logger, ProgressLimits } from './gke.js';
export { keepAlive } from './heartbeat.js';
export type { HeartbeatOptions } from './heartbeat.js';
export { runJanitor } from './janitor.js';
export type { JanitorDeps, JanitorEntry, JanitorOptions, JanitorReport } from './janitor.js';
export { formatKubeconfig, writeKubeconfig } from './kubeconfig.js';
export type { KubeconfigUser } from './kubeconfig.js';
export { clusterName, EXPIRES_LABEL, expiryOf, labelValue, RUN_LABEL, runLabels } from './labels.js';
export type { SweepEntry } from './leftover-sweep.js';
export type { Leftover } from './leftovers.js';
export { createClusterInLocations, regionOf } from './locations.js';
export { createNodeWatcher } from './node-watch.js';
export type { NodeWatcher } from './node-watch.js';
export type { NodeState } from './nodes.js';
export { buildCluster } from './request.js';
export type { Accelerator, ClusterBody, ClusterRequest, NodeFields, NodePoolBody, NodePoolRequest } from './request.js';
export { formatExecCredential, readAccessToken } from './token.js';
export type { AccessToken } from './token.js';
export { undoCreation } from './undo-creation.js';
export type { FailedCreation } from './undo-creation.js';
export type { Verdict } from './verdict.js';
