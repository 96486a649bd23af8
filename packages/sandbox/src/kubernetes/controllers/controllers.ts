import { startAutoscalerController } from './autoscaler.js';
import type { ControllerContext } from './context.js';
import { startCronJobController } from './cron-job.js';
import { startDaemonSetController } from './daemon-set.js';
import { startDeploymentController } from './deployment.js';
import { startDisruptionController } from './disruption.js';
import { startEndpointsController } from './endpoints.js';
import { startGarbageCollector } from './garbage-collector.js';
import { startJobController } from './job.js';
import { startNamespaceController } from './namespaces.js';
import { startReplicaSetController } from './replica-set.js';
import { startResourceQuotaController } from './resource-quota.js';
import { startRoleAggregation } from './role-aggregation.js';
import { startServiceAccountController } from './service-accounts.js';
import { startStatefulSetController } from './stateful-set.js';
import { startVolumeClaimController } from './volume-claims.js';

/** What {@link startControllers} takes. */
export interface ControllersOptions extends ControllerContext {
  /** PEM of the API server's authority, published as ConfigMap `kube-root-ca.crt`. @default no such ConfigMap */
  readonly caCertificate?: () => string;
}

/**
 * Starts all controllers: workloads, autoscalers, disruption budgets, quotas, Services' endpoints, claims, service accounts,
 * aggregated roles, garbage collection and namespaces.
 * They work on what is there and on every change after, without polling.
 *
 * @returns stops them
 */
export function startControllers(options: ControllersOptions): () => void {
  const { caCertificate, ...context } = options;
  const stops = [
    startServiceAccountController(context, caCertificate),
    startDeploymentController(context),
    startReplicaSetController(context),
    startStatefulSetController(context),
    startDaemonSetController(context),
    startJobController(context),
    startCronJobController(context),
    startAutoscalerController(context),
    startDisruptionController(context),
    startEndpointsController(context),
    startVolumeClaimController(context),
    startResourceQuotaController(context),
    startRoleAggregation(context),
    startGarbageCollector(context),
    startNamespaceController(context),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
