import type { Clock } from '../clock.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { Resource } from '../resources.js';
import type { ObjectStore } from '../store.js';
import { isEqual } from '../equal.js';
import { jobLabels } from '../job-labels.js';
import { qosClassOf } from './pod.js';
import { allocateService } from './service-allocation.js';
import { TEMPLATE_GENERATION } from './workloads.js';

/** What preparing an object may look at. */
export interface PrepareContext {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly dryRun: boolean;
}

type Prepare = (object: KubeObject, context: PrepareContext, live?: KubeObject) => void;

const creators: Readonly<Record<string, Prepare>> = {
  'namespaces.': (object) => {
    const finalizers: string[] = object.spec?.['finalizers'] ?? [];
    object.spec = { finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'] };
    object.status = { phase: 'Active' };
    object.metadata.labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name ?? '' };
  },
  'pods.': (object) => {
    object.status = { phase: 'Pending', qosClass: qosClassOf(object.spec ?? {}) };
  },
  'services.': (object, context) => allocateService(object, context.store),
  'persistentvolumeclaims.': (object, { store }) => {
    if (object.spec?.['storageClassName'] === undefined) {
      const name = defaultStorageClass(store);
      if (name !== undefined && object.spec !== undefined) object.spec['storageClassName'] = name;
    }
    object.metadata.finalizers = [...new Set([...(object.metadata.finalizers ?? []), 'kubernetes.io/pvc-protection'])];
    object.status = { phase: 'Pending' };
  },
  'persistentvolumes.': (object) => {
    object.metadata.finalizers = [...new Set([...(object.metadata.finalizers ?? []), 'kubernetes.io/pv-protection'])];
    object.status = { phase: 'Pending' };
  },
  // Alone of all kinds it gets a name where the client gives none.
  'limitranges.': ({ metadata }, { newId }) => {
    if (metadata.name === undefined || metadata.name === '') metadata.name = newId();
  },
  'jobs.batch': prepareJob,
  'daemonsets.apps': (object) => {
    object.metadata.annotations = { ...object.metadata.annotations, [TEMPLATE_GENERATION]: '1' };
  },
  'ingresses.networking.k8s.io': (object) => void (object.status = { loadBalancer: {} }),
  'customresourcedefinitions.apiextensions.k8s.io': (object) => {
    const storage = (object.spec?.['versions'] ?? []).filter((version: Fields) => version['storage'] === true);
    object.status = {
      conditions: null,
      acceptedNames: { plural: '', kind: '' },
      storedVersions: storage.map((version: Fields) => version['name']),
    };
  },
};

const IS_DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

function defaultStorageClass(store: ObjectStore): string | undefined {
  const classes = store.list('storageclasses.storage.k8s.io');
  return classes.find(({ metadata }) => metadata.annotations?.[IS_DEFAULT_CLASS] === 'true')?.metadata.name;
}

// What a client gave stays, for the validation to refuse.
function prepareJob(object: KubeObject): void {
  const spec = object.spec ?? {};
  if (spec['manualSelector'] === true) return;
  const labels = jobLabels(object);
  const template = (spec['template'] ??= {});
  template.metadata = { ...template.metadata, labels: { ...labels, ...template.metadata?.labels } };
  const { 'batch.kubernetes.io/controller-uid': uid } = labels;
  const matchLabels = { 'batch.kubernetes.io/controller-uid': uid, ...spec['selector']?.matchLabels };
  spec['selector'] = { ...spec['selector'], matchLabels };
  object.metadata.labels ??= { ...template.metadata.labels };
}

/** Sets what the server sets on new objects of this kind, in place; status fields begin here. */
export function prepareCreate(resource: Resource, object: KubeObject, context: PrepareContext): void {
  creators[resource.bucket]?.(object, context);
}

/** What becomes of a Service's address, in place: in the order of the real server. */
function carryAddress(spec: Fields, old: Fields): void {
  const keepsAddress = spec['type'] !== 'ExternalName' && old['type'] !== 'ExternalName';
  if (keepsAddress && old['clusterIP'] !== undefined) {
    if (spec['clusterIP'] === '') delete spec['clusterIP'];
    for (const member of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'healthCheckNodePort']) {
      if (spec[member] === undefined && old[member] !== undefined) spec[member] = structuredClone(old[member]);
    }
  }
  // Whoever changes or clears the one address means the list, which clients that only know the one send back as it was.
  const [address, before] = [spec['clusterIP'] ?? '', old['clusterIP'] ?? ''];
  if (address !== before && isEqual(spec['clusterIPs'], old['clusterIPs'])) {
    if (address === '') delete spec['clusterIPs'];
    else spec['clusterIPs'] = [address];
  }
  // An address that was not changed goes with the type that has one.
  if (spec['type'] === 'ExternalName' && old['type'] !== 'ExternalName' && address === before) {
    for (const member of ['clusterIP', 'clusterIPs']) delete spec[member];
  }
}

const updaters: Readonly<Record<string, (object: KubeObject, live: KubeObject, context: PrepareContext) => void>> = {
  'services.': (object, live, context) => {
    const [spec, old] = [object.spec ?? {}, live.spec ?? {}];
    carryAddress(spec, old);
    for (const port of spec['ports'] ?? []) {
      const same = (old['ports'] ?? []).find(
        (other: Fields) => other['port'] === port.port && other['protocol'] === port.protocol,
      );
      if (spec['type'] !== 'ClusterIP' && port.nodePort === undefined && same?.nodePort !== undefined)
        port.nodePort = same.nodePort;
    }
    allocateService(object, context.store);
  },
  'namespaces.': (object) => {
    object.metadata.labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name ?? '' };
  },
  'daemonsets.apps': (object, live) => {
    const before = Number(live.metadata.annotations?.[TEMPLATE_GENERATION] ?? 1);
    const count = isEqual(object.spec?.['template'], live.spec?.['template']) ? before : before + 1;
    object.metadata.annotations = { ...object.metadata.annotations, [TEMPLATE_GENERATION]: String(count) };
  },
  'pods.': (object) => {
    object.status = { ...object.status, qosClass: object.status?.['qosClass'] ?? qosClassOf(object.spec ?? {}) };
  },
  'serviceaccounts.': (object, live) => {
    if (object['secrets'] === undefined && live['secrets'] !== undefined)
      object['secrets'] = structuredClone(live['secrets']);
  },
};

/** Carries over what clients leave out and the server has set, in place. */
export function prepareUpdate(resource: Resource, object: KubeObject, live: KubeObject, context: PrepareContext): void {
  updaters[resource.bucket]?.(object, live, context);
}
