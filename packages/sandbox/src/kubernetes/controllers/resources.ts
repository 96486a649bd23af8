import type { ResourceRef } from '../kube-api.js';

const core = (resource: string): ResourceRef => ({ group: '', resource });
const apps = (resource: string): ResourceRef => ({ group: 'apps', resource });
const batch = (resource: string): ResourceRef => ({ group: 'batch', resource });

/** The resources that controllers, scheduler and kubelet read and write. */
export const resources = {
  configMaps: core('configmaps'),
  endpoints: core('endpoints'),
  events: core('events'),
  namespaces: core('namespaces'),
  nodes: core('nodes'),
  persistentVolumeClaims: core('persistentvolumeclaims'),
  persistentVolumes: core('persistentvolumes'),
  pods: core('pods'),
  resourceQuotas: core('resourcequotas'),
  secrets: core('secrets'),
  serviceAccounts: core('serviceaccounts'),
  services: core('services'),
  controllerRevisions: apps('controllerrevisions'),
  daemonSets: apps('daemonsets'),
  deployments: apps('deployments'),
  replicaSets: apps('replicasets'),
  statefulSets: apps('statefulsets'),
  cronJobs: batch('cronjobs'),
  jobs: batch('jobs'),
  endpointSlices: { group: 'discovery.k8s.io', resource: 'endpointslices' },
  horizontalPodAutoscalers: { group: 'autoscaling', resource: 'horizontalpodautoscalers' },
  leases: { group: 'coordination.k8s.io', resource: 'leases' },
  podDisruptionBudgets: { group: 'policy', resource: 'poddisruptionbudgets' },
  storageClasses: { group: 'storage.k8s.io', resource: 'storageclasses' },
  clusterRoles: { group: 'rbac.authorization.k8s.io', resource: 'clusterroles' },
  customResourceDefinitions: { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' },
} as const satisfies Record<string, ResourceRef>;
