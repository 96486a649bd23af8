/**
 * The lifecycle of GKE clusters: create, await, credentials, delete, find leaks.
 *
 * @example
 * const gke = createGke(gkeOptionsFromEnv(env));
 * const labels = runLabels({ runId: '1234', expiresMs: Date.now() + 4 * 3_600_000 });
 * const request = { name: clusterName({ runId: '1234' }), project: 'p', location: 'us-east1-b', labels };
 * const cluster = await gke.createCluster(request, { timeoutMs: 1_500_000 });
 * await writeKubeconfig({ cluster, path: 'run/kubeconfig', user: { exec: { command: 'seatrial-gke', args: ['exec-credential'] } } });
 * await gke.deleteCluster(cluster, { timeoutMs: 1_200_000 });
 *
 * @module
 */
export type { Clock, Limits } from './budget.js';
export { classifyCallError, classifyStatus } from './classification.js';
export type { Classification } from './classification.js';
export { gcloudDelete } from './cluster.js';
export type { ClusterRef, GkeCluster } from './cluster.js';
export { gkeOptionsFromEnv } from './environment.js';
export type { GkeEnvironment } from './environment.js';
export { GkeError } from './errors.js';
export type { GkeErrorCode, GkeErrorOptions } from './errors.js';
export { createGke } from './gke.js';
export type { ClusterList, Gke, GkeOptions, Logger, ProgressLimits } from './gke.js';
export { formatKubeconfig, writeKubeconfig } from './kubeconfig.js';
export type { KubeconfigUser } from './kubeconfig.js';
export { clusterName, EXPIRES_LABEL, labelValue, RUN_LABEL, runLabels } from './labels.js';
export { createClusterInLocations, regionOf } from './locations.js';
export { buildCluster } from './request.js';
export type { Accelerator, ClusterBody, ClusterRequest } from './request.js';
export { formatExecCredential, readAccessToken } from './token.js';
export type { AccessToken } from './token.js';
