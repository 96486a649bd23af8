import { badRequest } from './errors.js';
import type { KubeObject } from './kube-api.js';
import type { Resource } from './resources.js';
import type { FieldTerm } from './selectors.js';
import { parseFieldSelector } from './selectors.js';

type Reader = (object: KubeObject) => string;

const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value));
const common: Readonly<Record<string, Reader>> = {
  'metadata.name': ({ metadata }) => metadata.name ?? '',
  'metadata.namespace': ({ metadata }) => metadata.namespace ?? '',
};

function member(...path: readonly string[]): Reader {
  return (object) =>
    text(path.reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], object));
}

const fields = (...names: readonly string[]): Record<string, Reader> =>
  Object.fromEntries(names.map((name) => [name, member(...name.split('.'))]));

const involved = 'kind namespace name uid apiVersion resourceVersion fieldPath'.split(' ');

// Fields beyond name and namespace, by where the objects are kept.
const selectable: Readonly<Record<string, Readonly<Record<string, Reader>>>> = {
  'pods.': {
    ...fields('spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName', 'status.phase'),
    ...fields('status.podIP', 'status.nominatedNodeName'),
    'spec.hostNetwork': ({ spec }) => text(spec?.['hostNetwork'] ?? false),
  },
  'secrets.': fields('type'),
  'namespaces.': fields('status.phase'),
  'nodes.': { 'spec.unschedulable': ({ spec }) => text(spec?.['unschedulable'] ?? false) },
  'replicasets.apps': {},
  'replicationcontrollers.': { 'status.replicas': ({ status }) => text(status?.['replicas'] ?? 0) },
  'jobs.batch': { 'status.successful': ({ status }) => text(status?.['succeeded'] ?? 0) },
  'services.': fields('spec.clusterIP', 'spec.type'),
  'certificatesigningrequests.certificates.k8s.io': fields('spec.signerName'),
  events: {
    ...Object.fromEntries(involved.map((name) => [`involvedObject.${name}`, member('involvedObject', name)])),
    ...Object.fromEntries(involved.map((name) => [`regarding.${name}`, member('involvedObject', name)])),
    ...fields('reason', 'type', 'reportingComponent'),
    reportingController: member('reportingComponent'),
    source: (event) => text(event['source']?.component) || text(event['reportingComponent']),
  },
};

// Kinds with a conversion of their own word the refusal shorter.
const shortRefusal = new Set([
  'pods.',
  'events',
  'nodes.',
  'namespaces.',
  'secrets.',
  'replicationcontrollers.',
  'services.',
  'certificatesigningrequests.certificates.k8s.io',
]);

/** Does a stored object belong? */
export type FieldPredicate = (object: KubeObject) => boolean;

/**
 * Compiles a field selector for a resource.
 *
 * @throws {ApiError} 400 for a field that cannot be selected by
 */
export function compileFieldSelector(resource: Resource, selector: string | undefined): FieldPredicate {
  const terms = parseFieldSelector(selector).map((term) => ({ ...term, read: readerOf(resource, term) }));
  return (object) => terms.every(({ read, value, negated }) => (read(object) === value) !== negated);
}

function readerOf(resource: Resource, { field }: FieldTerm): Reader {
  const known = selectable[resource.bucket];
  const reader = common[field] ?? known?.[field];
  if (reader !== undefined) return reader;
  if (shortRefusal.has(resource.bucket) || resource.custom !== undefined)
    throw badRequest(`field label not supported: ${field}`);
  if (resource.bucket === 'jobs.batch') throw badRequest(`field label "${field}" not supported for batchv1.Job`);
  throw badRequest(`"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`);
}
