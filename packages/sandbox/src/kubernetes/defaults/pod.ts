import type { Fields } from '../kube-api.js';
import { setDefault, setDefaults } from './set-default.js';

/** Fills in what the server fills into a pod's spec, in place. */
export function defaultPodSpec(spec: Fields): void {
  setDefaults(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
  });
  setDefault(spec, 'securityContext', {});
  if (spec['serviceAccountName'] !== undefined) spec['serviceAccount'] = spec['serviceAccountName'];
  else if (spec['serviceAccount'] !== undefined) spec['serviceAccountName'] = spec['serviceAccount'];
  for (const volume of spec['volumes'] ?? []) defaultVolume(volume);
  for (const container of spec['initContainers'] ?? []) defaultContainer(container, spec);
  for (const container of spec['containers'] ?? []) defaultContainer(container, spec);
  for (const container of spec['ephemeralContainers'] ?? []) defaultContainer(container, spec);
}

/** What only a pod itself gets, not a template. */
export function defaultPod(spec: Fields): void {
  setDefault(spec, 'enableServiceLinks', true);
  for (const container of [...(spec['initContainers'] ?? []), ...(spec['containers'] ?? [])]) {
    const { limits, requests = {} } = container.resources ?? {};
    if (limits === undefined) continue;
    for (const [name, quantity] of Object.entries(limits)) {
      if (requests[name] === undefined) requests[name] = quantity;
    }
    container.resources = { ...container.resources, requests };
  }
}

function defaultContainer(container: Fields, spec: Fields): void {
  setDefault(container, 'resources', {});
  setDefaults(container, { terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File' });
  if (container['imagePullPolicy'] === undefined) {
    container['imagePullPolicy'] = isLatest(container['image'] ?? '') ? 'Always' : 'IfNotPresent';
  }
  for (const port of container['ports'] ?? []) {
    setDefault(port, 'protocol', 'TCP');
    if (spec['hostNetwork'] === true) setDefault(port, 'hostPort', port.containerPort);
  }
  for (const env of container['env'] ?? []) setDefault(env.valueFrom?.fieldRef, 'apiVersion', 'v1');
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) defaultProbe(container[name]);
  for (const handler of Object.values<Fields>(container['lifecycle'] ?? {})) defaultHttpGet(handler?.['httpGet']);
}

function isLatest(image: string): boolean {
  if (image.includes('@')) return false;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest';
}

function defaultProbe(probe: Fields | undefined): void {
  if (probe === undefined) return;
  setDefaults(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
  defaultHttpGet(probe['httpGet']);
  if (probe['grpc'] !== undefined) setDefault(probe['grpc'], 'service', '');
}

function defaultHttpGet(httpGet: Fields | undefined): void {
  if (httpGet !== undefined) setDefaults(httpGet, { path: '/', scheme: 'HTTP' });
}

function defaultVolume(volume: Fields): void {
  if (Object.keys(volume).every((member) => member === 'name')) volume['emptyDir'] = {};
  for (const source of ['secret', 'configMap', 'downwardAPI', 'projected'])
    setDefault(volume[source], 'defaultMode', 420);
  setDefault(volume['hostPath'], 'type', '');
  for (const item of volume['downwardAPI']?.items ?? []) setDefault(item.fieldRef, 'apiVersion', 'v1');
  for (const source of volume['projected']?.sources ?? []) {
    setDefault(source.serviceAccountToken, 'expirationSeconds', 3600);
    for (const item of source.downwardAPI?.items ?? []) setDefault(item.fieldRef, 'apiVersion', 'v1');
  }
  if (volume['iscsi'] !== undefined) setDefault(volume['iscsi'], 'iscsiInterface', 'default');
  const template = volume['ephemeral']?.volumeClaimTemplate;
  if (template !== undefined) setDefault(template.spec, 'volumeMode', 'Filesystem');
}

/** The quality-of-service class of a pod, from its containers' cpu and memory. */
export function qosClassOf(spec: Fields): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers: Fields[] = [...(spec['containers'] ?? []), ...(spec['initContainers'] ?? [])];
  let any = false;
  let guaranteed = true;
  for (const { resources = {} } of containers) {
    for (const name of ['cpu', 'memory']) {
      const limit = resources.limits?.[name];
      const request = resources.requests?.[name];
      if ((limit ?? request) !== undefined && (limit ?? request) !== '0') any = true;
      if (limit === undefined || (request !== undefined && request !== limit)) guaranteed = false;
    }
  }
  if (!any) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
