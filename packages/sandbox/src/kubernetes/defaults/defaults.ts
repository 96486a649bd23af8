import type { KubeObject } from '../kube-api.js';
import { defaultPod, defaultPodSpec } from './pod.js';
import * as others from './others.js';
import * as workloads from './workloads.js';

type Defaulter = (object: KubeObject) => void;

/** Defaults by `resource.group`, and by version where that matters. Each changes its argument. */
const defaulters: Readonly<Record<string, Defaulter>> = {
  'pods.': ({ spec }) => {
    if (spec === undefined) return;
    defaultPodSpec(spec);
    defaultPod(spec);
  },
  'namespaces.': (object) => {
    object.status = { phase: 'Active', ...object.status };
  },
  'podtemplates.': (object) => {
    if (object['template']?.spec !== undefined) defaultPodSpec(object['template'].spec);
  },
  'deployments.apps': workloads.defaultDeployment,
  'replicasets.apps': workloads.defaultReplicaSet,
  'replicationcontrollers.': workloads.defaultReplicationController,
  'statefulsets.apps': workloads.defaultStatefulSet,
  'daemonsets.apps': workloads.defaultDaemonSet,
  'jobs.batch': workloads.defaultJob,
  'cronjobs.batch': workloads.defaultCronJob,
  'services.': others.defaultService,
  'secrets.': others.defaultSecret,
  'persistentvolumeclaims.': others.defaultClaim,
  'persistentvolumes.': others.defaultVolume,
  'rolebindings.rbac.authorization.k8s.io': others.defaultBinding,
  'clusterrolebindings.rbac.authorization.k8s.io': others.defaultBinding,
  'networkpolicies.networking.k8s.io': others.defaultNetworkPolicy,
  'horizontalpodautoscalers.autoscaling/v2': others.defaultAutoscaler,
  'horizontalpodautoscalers.autoscaling/v1': others.defaultAutoscalerV1,
  'endpoints.': others.defaultEndpoints,
  'endpointslices.discovery.k8s.io': others.defaultEndpointSlice,
  'storageclasses.storage.k8s.io': others.defaultStorageClass,
  'priorityclasses.scheduling.k8s.io': others.defaultPriorityClass,
  'limitranges.': others.defaultLimitRange,
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': others.defaultWebhooks,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': others.defaultWebhooks,
  'customresourcedefinitions.apiextensions.k8s.io': others.defaultDefinition,
};

/** Fills in a built-in object's defaults in place: what the real server does whenever it decodes one. */
export function applyDefaults(
  resource: { readonly group: string; readonly version: string; readonly resource: string },
  object: KubeObject,
): void {
  const name = `${resource.resource}.${resource.group}`;
  (defaulters[`${name}/${resource.version}`] ?? defaulters[name])?.(object);
}
