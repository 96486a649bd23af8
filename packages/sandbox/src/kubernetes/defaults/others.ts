import type { Fields, KubeObject } from '../kube-api.js';
import { setDefault, setDefaults } from './set-default.js';

/** Service, without the addresses and ports that are allocated. */
export function defaultService({ spec = {} }: KubeObject): void {
  setDefaults(spec, { sessionAffinity: 'None', type: 'ClusterIP' });
  if (spec['sessionAffinity'] === 'ClientIP') {
    const config = (spec['sessionAffinityConfig'] ??= {});
    setDefault((config.clientIP ??= {}), 'timeoutSeconds', 10_800);
  }
  for (const port of spec['ports'] ?? []) {
    setDefault(port, 'protocol', 'TCP');
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port;
  }
  if (spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer')
    setDefault(spec, 'externalTrafficPolicy', 'Cluster');
  if (spec['type'] !== 'ExternalName') setDefault(spec, 'internalTrafficPolicy', 'Cluster');
  if (spec['type'] === 'LoadBalancer') setDefault(spec, 'allocateLoadBalancerNodePorts', true);
}

/** Secret: Opaque; `stringData` goes over `data` and is not kept. */
export function defaultSecret(object: KubeObject): void {
  setDefault(object, 'type', 'Opaque');
  const text = object['stringData'] as Record<string, string> | undefined;
  if (text === undefined) return;
  const data: Fields = { ...object['data'] };
  for (const [key, value] of Object.entries(text)) data[key] = Buffer.from(value, 'utf8').toString('base64');
  const sorted = Object.fromEntries(
    Object.keys(data)
      .sort()
      .map((key) => [key, data[key]]),
  );
  if (Object.keys(sorted).length > 0) object['data'] = sorted;
  delete object['stringData'];
}

/** PersistentVolumeClaim and the claims inside others. */
export function defaultClaim(object: KubeObject): void {
  setDefault(object.spec, 'volumeMode', 'Filesystem');
}

/** PersistentVolume. */
export function defaultVolume({ spec = {} }: KubeObject): void {
  setDefaults(spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' });
  setDefault(spec['hostPath'], 'type', '');
}

/** RoleBinding and ClusterRoleBinding. */
export function defaultBinding(object: KubeObject): void {
  setDefault(object['roleRef'], 'apiGroup', 'rbac.authorization.k8s.io');
  for (const subject of object['subjects'] ?? []) {
    if (subject.kind === 'User' || subject.kind === 'Group')
      setDefault(subject, 'apiGroup', 'rbac.authorization.k8s.io');
    if (subject.kind === 'ServiceAccount' && subject.apiGroup === undefined) delete subject.apiGroup;
  }
}

/** NetworkPolicy: both directions follow from what is written. */
export function defaultNetworkPolicy({ spec = {} }: KubeObject): void {
  if (spec['policyTypes'] === undefined) {
    spec['policyTypes'] = spec['egress'] === undefined ? ['Ingress'] : ['Ingress', 'Egress'];
  }
  for (const rule of [...(spec['ingress'] ?? []), ...(spec['egress'] ?? [])]) {
    for (const port of rule.ports ?? []) setDefault(port, 'protocol', 'TCP');
  }
}

/** HorizontalPodAutoscaler v2. */
export function defaultAutoscaler({ spec = {} }: KubeObject): void {
  setDefault(spec, 'minReplicas', 1);
  if (spec['metrics'] === undefined) {
    spec['metrics'] = [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
    ];
  }
}

/** HorizontalPodAutoscaler v1. */
export function defaultAutoscalerV1({ spec = {} }: KubeObject): void {
  setDefaults(spec, { minReplicas: 1, targetCPUUtilizationPercentage: 80 });
}

/** Endpoints: ports are TCP. */
export function defaultEndpoints(object: KubeObject): void {
  for (const subset of object['subsets'] ?? []) {
    for (const port of subset.ports ?? []) setDefault(port, 'protocol', 'TCP');
  }
}

/** EndpointSlice: ports are unnamed TCP ones. */
export function defaultEndpointSlice(object: KubeObject): void {
  for (const port of object['ports'] ?? []) {
    if (port.name === undefined) port.name = '';
    setDefault(port, 'protocol', 'TCP');
  }
}

/** StorageClass. */
export function defaultStorageClass(object: KubeObject): void {
  setDefaults(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' });
}

/** PriorityClass. */
export function defaultPriorityClass(object: KubeObject): void {
  setDefault(object, 'preemptionPolicy', 'PreemptLowerPriority');
}

/** LimitRange: defaults follow from the bounds of containers. */
export function defaultLimitRange({ spec = {} }: KubeObject): void {
  for (const item of spec['limits'] ?? []) {
    if (item.type !== 'Container') continue;
    item.default = { ...item.max, ...item.default };
    item.defaultRequest = { ...item.min, ...item.default, ...item.defaultRequest };
    for (const member of ['default', 'defaultRequest']) if (Object.keys(item[member]).length === 0) delete item[member];
  }
}

/** Webhook configurations. */
export function defaultWebhooks(object: KubeObject): void {
  for (const webhook of object['webhooks'] ?? []) {
    setDefaults(webhook, { failurePolicy: 'Fail', matchPolicy: 'Equivalent', timeoutSeconds: 10 });
    setDefaults(webhook, { namespaceSelector: {}, objectSelector: {} });
    if (object.kind.startsWith('Mutating')) setDefault(webhook, 'reinvocationPolicy', 'Never');
    setDefault(webhook.clientConfig?.service, 'port', 443);
    for (const rule of webhook.rules ?? []) setDefault(rule, 'scope', '*');
  }
}

/** CustomResourceDefinition. */
export function defaultDefinition({ spec = {} }: KubeObject): void {
  setDefault(spec, 'scope', spec['scope']);
  const names = (spec['names'] ??= {});
  if (typeof names.kind === 'string' && names.kind !== '') {
    setDefaults(names, { singular: names.kind.toLowerCase(), listKind: `${names.kind}List` });
  }
  setDefault((spec['conversion'] ??= {}), 'strategy', 'None');
}
