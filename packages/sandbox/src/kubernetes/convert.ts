import type { Fields, KubeObject } from './kube-api.js';
import type { Resource } from './resources.js';
import { apiVersionOf } from './resources.js';
import { decode } from './schema/decode.js';
import type { StructType } from './schema/types.js';

/**
 * Kinds served in more than one shape. Events are kept as core/v1, autoscalers as autoscaling/v2; custom resources differ
 * only in their apiVersion.
 */
export function toStored(resource: Resource, object: KubeObject): KubeObject {
  if (resource.bucket === 'events' && resource.group !== '') return eventToCore(object);
  if (resource.group === 'autoscaling' && resource.version === 'v1') return autoscalerToV2(object);
  if (resource.bucket === 'services.') return withAddressList(object);
  const bytes = BYTES[resource.bucket];
  return bytes === undefined ? object : withBytes(object, bytes, (value) => value ?? '');
}

/** A Service of one address has a list of one, whoever wrote it. */
function withAddressList(object: KubeObject): KubeObject {
  const { clusterIP, clusterIPs } = object.spec ?? {};
  if (!clusterIP || clusterIPs !== undefined) return object;
  return { ...object, spec: { ...object.spec, clusterIPs: [clusterIP] } };
}

const BYTES: Readonly<Record<string, string>> = { 'configmaps.': 'binaryData', 'secrets.': 'data' };

/** Are there bytes that are none rather than empty? The real server stores them apart and reads them alike. */
export function lacksBytes(resource: Resource, object: KubeObject): boolean {
  const bytes = BYTES[resource.bucket];
  return bytes !== undefined && Object.values((object[bytes] ?? {}) as Fields).includes(null);
}

/**
 * The object as a strategic merge patch or an apply leaves it: that goes by a conversion that takes empty bytes for none,
 * and so they change hands with each. What is read is empty again.
 */
export function withoutEmptyBytes(resource: Resource, object: KubeObject): KubeObject {
  const bytes = BYTES[resource.bucket];
  return bytes === undefined ? object : withBytes(object, bytes, (value) => (value === '' ? null : value));
}

function withBytes(object: KubeObject, member: string, change: (value: unknown) => unknown): KubeObject {
  const values = Object.entries((object[member] ?? {}) as Fields);
  if (values.every(([, value]) => change(value) === value)) return object;
  return { ...object, [member]: Object.fromEntries(values.map(([name, value]) => [name, change(value)])) };
}

const cache = new WeakMap<KubeObject, Map<string, KubeObject>>();

/** The stored object as this version shows it. The same stored object gives the same result object. */
export function fromStored(resource: Resource, stored: KubeObject): KubeObject {
  const apiVersion = apiVersionOf(resource);
  if (stored.apiVersion === apiVersion) return stored;
  const known = cache.get(stored)?.get(apiVersion);
  if (known !== undefined) return known;
  const shown = convert(resource, stored, apiVersion);
  const versions = cache.get(stored) ?? new Map<string, KubeObject>();
  versions.set(apiVersion, shown);
  cache.set(stored, versions);
  return shown;
}

function convert(resource: Resource, stored: KubeObject, apiVersion: string): KubeObject {
  if (resource.bucket === 'events' && resource.type !== undefined) return eventFromCore(stored, resource.type);
  if (resource.group === 'autoscaling' && resource.version === 'v1') return autoscalerFromV2(stored);
  return { ...stored, apiVersion };
}

const eventMembers: readonly [events: string, core: string][] = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
];

function eventToCore(event: KubeObject): KubeObject {
  const core: KubeObject = { ...event, apiVersion: 'v1' };
  for (const [from, to] of eventMembers) {
    if (from in core) core[to] = core[from];
    delete core[from];
  }
  core['involvedObject'] ??= {};
  core['source'] ??= {};
  core['firstTimestamp'] ??= null;
  core['lastTimestamp'] ??= null;
  core['reportingComponent'] ??= '';
  core['reportingInstance'] ??= '';
  return core;
}

function eventFromCore(core: KubeObject, type: StructType): KubeObject {
  const event: KubeObject = { ...core };
  for (const [to, from] of eventMembers) {
    if (from in event) event[to] = event[from];
    delete event[from];
  }
  return { kind: 'Event', apiVersion: 'events.k8s.io/v1', ...decode(type, event).value } as KubeObject;
}

function isCpuUtilization(metric: Fields): boolean {
  return (
    metric['type'] === 'Resource' &&
    metric['resource']?.name === 'cpu' &&
    metric['resource']?.target?.type === 'Utilization'
  );
}

function autoscalerToV2(object: KubeObject): KubeObject {
  const { targetCPUUtilizationPercentage: percentage, ...spec } = object.spec ?? {};
  const { currentCPUUtilizationPercentage: current, ...status } = object.status ?? {};
  const cpu = {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: percentage } },
  };
  void current;
  return {
    ...object,
    apiVersion: 'autoscaling/v2',
    spec: percentage === undefined ? spec : { ...spec, metrics: [cpu] },
    status: { ...status, currentMetrics: null },
  };
}

function autoscalerFromV2(object: KubeObject): KubeObject {
  const { metrics = [], behavior, ...spec } = object.spec ?? {};
  const { currentMetrics, conditions, ...status } = object.status ?? {};
  void [behavior, currentMetrics, conditions];
  const cpu = (metrics as Fields[]).find(isCpuUtilization);
  return {
    ...object,
    apiVersion: 'autoscaling/v1',
    spec:
      cpu === undefined ? spec : { ...spec, targetCPUUtilizationPercentage: cpu['resource'].target.averageUtilization },
    status: { currentReplicas: 0, desiredReplicas: 0, ...status },
  };
}
