import type { ControllerContext } from './context.js';
import { startDeploymentController } from './deployment.js';
import { startEndpointsController } from './endpoints.js';
import { startGarbageCollector } from './garbage-collector.js';
import { startNamespaceController } from './namespaces.js';
import { startReplicaSetController } from './replica-set.js';

/**
 * Starts all controllers: workloads, Services' endpoints, claims, garbage collection and namespaces. They work on what is
 * there and on every change after, without polling.
 *
 * @returns stops them
 */
export function startControllers(context: ControllerContext): () => void {
  const stops = [
    startDeploymentController(context),
    startReplicaSetController(context),
    startEndpointsController(context),
    startGarbageCollector(context),
    startNamespaceController(context),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
