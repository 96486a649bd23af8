import { isApiError } from '../kube-api.js';
import type { Fields, KubeObject } from '../kube-api.js';
import { isEqual } from '../equal.js';
import type { Controller } from './context.js';
import { formatTime } from './kube-time.js';
import { keyOf, splitKey } from './object-key.js';
import { controllerReference } from './ownership.js';
import { isPodEnded, isPodReady } from './pod-state.js';
import { resources } from './resources.js';
import { createWorkQueue } from './work-queue.js';

const MANAGER = 'kube-controller-manager';
const TRIGGER = 'endpoints.kubernetes.io/last-change-trigger-time';

/**
 * Keeps an Endpoints object and an EndpointSlice for every Service with a selector.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
 */
export const startEndpointsController: Controller = ({ api, clock, logger }) => {
  const queue = createWorkQueue({ name: 'endpoints', clock, logger, sync });
  const stops = [
    api.watch(resources.services, ({ object }) => queue.add(keyOf(object))),
    api.watch(resources.pods, ({ object, previous }) => {
      const { namespace } = object.metadata;
      if (namespace === undefined) return;
      for (const service of api.list(resources.services, { namespace })) {
        const hit = [object, previous].some((pod) => pod !== undefined && isSelected(service, pod));
        if (hit) queue.add(keyOf(service));
      }
    }),
  ];
  return () => {
    queue.stop();
    for (const stop of stops) stop();
  };

  function sync(key: string): void {
    const { namespace, name } = splitKey(key);
    const service = api.get(resources.services, namespace, name);
    if (service === undefined) return remove(namespace, name);
    if (service.metadata.deletionTimestamp !== undefined || service.spec?.['selector'] === undefined) return;
    const pods = api
      .list(resources.pods, namespace === undefined ? {} : { namespace })
      .filter((pod) => isSelected(service, pod) && isAddressable(pod));
    writeEndpoints(service, pods);
    writeSlice(service, pods);
  }

  function remove(namespace: string | undefined, name: string): void {
    try {
      api.delete(resources.endpoints, namespace, name);
    } catch (error) {
      if (!isApiError(error, 404)) throw error; // never made, or gone with the namespace
    }
  }

  function writeEndpoints(service: KubeObject, pods: readonly KubeObject[]): void {
    const { namespace, name = '' } = service.metadata;
    const subsets = subsetsOf(service, pods);
    const found = api.get(resources.endpoints, namespace, name);
    if (found !== undefined && isEqual(found['subsets'] ?? [], subsets)) return;
    const headless: Record<string, string> =
      service.spec?.['clusterIP'] === 'None' ? { 'service.kubernetes.io/headless': '' } : {};
    const labels = { ...service.metadata.labels, ...headless };
    const object: KubeObject = {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: {
        name,
        ...(namespace === undefined ? {} : { namespace }),
        ...(Object.keys(labels).length === 0 ? {} : { labels }),
        annotations: { [TRIGGER]: formatTime(clock.now()) },
      },
      ...(subsets.length === 0 ? {} : { subsets }),
    };
    if (found === undefined) api.create(resources.endpoints, object, { manager: MANAGER });
    else
      api.update(resources.endpoints, {
        ...found,
        ...object,
        metadata: { ...found.metadata, ...object.metadata },
        subsets,
      });
  }

  function writeSlice(service: KubeObject, pods: readonly KubeObject[]): void {
    if (api.resourceOf('discovery.k8s.io/v1', 'EndpointSlice') === undefined) return;
    const { namespace, name = '' } = service.metadata;
    const [first] = pods;
    const ports = portsOf(service, first).map((port) => ({ ...port, name: port['name'] ?? '' }));
    const endpoints = pods.map((pod) => ({
      addresses: [pod.status?.['podIP']],
      conditions: {
        ready: isPodReady(pod),
        serving: isPodReady(pod),
        terminating: pod.metadata.deletionTimestamp !== undefined,
      },
      nodeName: pod.spec?.['nodeName'],
      targetRef: targetOf(pod, false),
    }));
    const own = api
      .list(resources.endpointSlices, { ...(namespace === undefined ? {} : { namespace }) })
      .find(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name);
    if (own !== undefined && isEqual(own['endpoints'] ?? [], endpoints) && isEqual(own['ports'] ?? [], ports)) return;
    if (own !== undefined) {
      const slice = { ...own, endpoints, ports } as KubeObject;
      api.update(resources.endpointSlices, slice, { manager: MANAGER });
      return;
    }
    api.create(
      resources.endpointSlices,
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: {
          generateName: `${name}-`,
          ...(namespace === undefined ? {} : { namespace }),
          labels: {
            'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
            'kubernetes.io/service-name': name,
          },
          ownerReferences: [controllerReference(service)],
        },
        addressType: 'IPv4',
        endpoints,
        ports,
      },
      { manager: MANAGER },
    );
  }
};

function isSelected(service: KubeObject, pod: KubeObject): boolean {
  const selector: Record<string, string> | undefined = service.spec?.['selector'];
  if (selector === undefined) return false;
  return Object.entries(selector).every(([key, value]) => pod.metadata.labels?.[key] === value);
}

function isAddressable(pod: KubeObject): boolean {
  return pod.status?.['podIP'] !== undefined && pod.metadata.deletionTimestamp === undefined && !isPodEnded(pod);
}

function targetOf(pod: KubeObject, versioned: boolean): Fields {
  const { namespace, name, uid, resourceVersion } = pod.metadata;
  return { kind: 'Pod', namespace, name, uid, ...(versioned ? { resourceVersion } : {}) };
}

function subsetsOf(service: KubeObject, pods: readonly KubeObject[]): Fields[] {
  const groups = new Map<string, { ports: Fields[]; addresses: Fields[]; notReadyAddresses: Fields[] }>();
  const headless = service.spec?.['clusterIP'] === 'None';
  for (const pod of pods) {
    const ports = portsOf(service, pod);
    if (ports.length === 0 && !headless) continue;
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { ports, addresses: [], notReadyAddresses: [] };
    groups.set(key, group);
    const { hostname, subdomain, nodeName } = pod.spec ?? {};
    const named = hostname !== undefined && subdomain === service.metadata.name ? { hostname } : {};
    const address = { ip: pod.status?.['podIP'], ...named, nodeName, targetRef: targetOf(pod, false) };
    const ready = isPodReady(pod) || service.spec?.['publishNotReadyAddresses'] === true;
    (ready ? group.addresses : group.notReadyAddresses).push(address);
  }
  return [...groups.values()].map(({ ports, addresses, notReadyAddresses }) => ({
    ...(addresses.length === 0 ? {} : { addresses }),
    ...(notReadyAddresses.length === 0 ? {} : { notReadyAddresses }),
    ...(ports.length === 0 ? {} : { ports }),
  }));
}

/** The Service's ports as numbers of this pod; a port that the pod does not name is left out. */
function portsOf(service: KubeObject, pod: KubeObject | undefined): Fields[] {
  const ports: Fields[] = service.spec?.['ports'] ?? [];
  return ports.flatMap(({ name, port, targetPort = port, protocol = 'TCP', appProtocol }) => {
    const number = typeof targetPort === 'number' ? targetPort : namedPort(pod, targetPort, protocol);
    if (number === undefined) return [];
    return [
      { ...(name === undefined ? {} : { name }), port: number, protocol, ...(appProtocol ? { appProtocol } : {}) },
    ];
  });
}

function namedPort(pod: KubeObject | undefined, name: string, protocol: string): number | undefined {
  const containers: Fields[] = pod?.spec?.['containers'] ?? [];
  return containers
    .flatMap(({ ports = [] }) => ports as Fields[])
    .find((port) => port['name'] === name && (port['protocol'] ?? 'TCP') === protocol)?.['containerPort'];
}
