import type { Fields } from '../kube-api.js';
import type { Resource } from '../resources.js';
import { types } from '../schema/types.js';
import type { Field, StructType, TypeNode } from '../schema/types.js';
import { isObject } from '../equal.js';

/** How server-side apply looks at a value: what is a unit, what has parts, and how a list's elements are told apart. */
export type FieldSchema =
  | { readonly kind: 'leaf' }
  | { readonly kind: 'members'; member(name: string): FieldSchema }
  | { readonly kind: 'keyed'; readonly keys: readonly string[]; readonly defaults: Fields; readonly item: FieldSchema }
  | { readonly kind: 'set' }
  /** Without a schema: objects have members, lists are units. */
  | { readonly kind: 'any' };

const LEAF: FieldSchema = { kind: 'leaf' };
const ANY: FieldSchema = { kind: 'any' };
const SET: FieldSchema = { kind: 'set' };

// Marked `+structType=atomic` or `+mapType=atomic` in the real types.
const atomicTypes = new Set(
  (
    'meta/v1.LabelSelector core/v1.ObjectReference core/v1.LocalObjectReference core/v1.SecretKeySelector ' +
    'core/v1.ConfigMapKeySelector core/v1.ObjectFieldSelector core/v1.ResourceFieldSelector core/v1.NodeSelector ' +
    'core/v1.NodeSelectorTerm core/v1.TypedLocalObjectReference core/v1.SecretReference core/v1.ScopeSelector ' +
    'core/v1.TopologySelectorTerm rbac/v1.RoleRef rbac/v1.Subject autoscaling/v2.CrossVersionObjectReference ' +
    'autoscaling/v1.CrossVersionObjectReference core/v1.NodeConfigSource core/v1.FileKeySelector'
  ).split(' '),
);
const atomicFields = new Set(
  (
    'core/v1.ServiceSpec.selector core/v1.ReplicationControllerSpec.selector core/v1.PodSpec.nodeSelector ' +
    'core/v1.ServiceAccount.imagePullSecrets core/v1.StatefulSetSpec.volumeClaimTemplates'
  ).split(' '),
);

interface Keys {
  readonly keys: readonly string[];
  readonly defaults?: Fields;
}
// Where the keys differ from the merge key of a strategic patch.
const keyedFields: Readonly<Record<string, Keys>> = {
  'core/v1.Container.ports': { keys: ['containerPort', 'protocol'], defaults: { protocol: 'TCP' } },
  'core/v1.EphemeralContainer.ports': { keys: ['containerPort', 'protocol'], defaults: { protocol: 'TCP' } },
  'core/v1.ServiceSpec.ports': { keys: ['port', 'protocol'], defaults: { protocol: 'TCP' } },
  'core/v1.PodSpec.topologySpreadConstraints': { keys: ['topologyKey', 'whenUnsatisfiable'] },
  'core/v1.PodSpec.imagePullSecrets': { keys: ['name'] },
  'core/v1.PodStatus.podIPs': { keys: ['ip'] },
  'core/v1.ServiceAccount.secrets': { keys: ['name'] },
  'apiextensions/v1.CustomResourceDefinitionStatus.conditions': { keys: ['type'] },
  'autoscaling/v2.HorizontalPodAutoscalerStatus.conditions': { keys: ['type'] },
  'core/v1.NamespaceStatus.conditions': { keys: ['type'] },
};
const setFields = new Set(['core/v1.NodeSpec.podCIDRs', 'discovery/v1.Endpoint.addresses']);

const structs = new WeakMap<StructType, FieldSchema>();

/** How apply looks at objects of this resource. */
export function fieldSchemaOf(resource: Resource): FieldSchema {
  if (resource.type !== undefined) return ofStruct(resource.type);
  const root = resource.custom?.schema === undefined ? ANY : ofSchema(resource.custom.schema);
  const metadata = ofStruct(types.struct('meta/v1.ObjectMeta'));
  return {
    kind: 'members',
    member: (name) => (name === 'metadata' ? metadata : root.kind === 'members' ? root.member(name) : ANY),
  };
}

function ofStruct(type: StructType): FieldSchema {
  const known = structs.get(type);
  if (known !== undefined) return known;
  const members = new Map<string, FieldSchema>();
  const schema: FieldSchema = {
    kind: 'members',
    member: (name) => {
      let found = members.get(name);
      if (found === undefined) {
        const field = type.fields.get(name);
        members.set(name, (found = field === undefined ? ANY : ofField(type, field)));
      }
      return found;
    },
  };
  structs.set(type, schema);
  return schema;
}

function ofField(owner: StructType, field: Field): FieldSchema {
  const path = `${owner.name}.${field.name}`;
  if (atomicFields.has(path)) return LEAF;
  if (setFields.has(path)) return SET;
  if (field.type.kind !== 'list') return ofNode(field.type);
  const { keys, defaults = {} } = keyedFields[path] ?? { keys: field.mergeKey === undefined ? [] : [field.mergeKey] };
  const { of } = field.type;
  if (keys.length > 0) return { kind: 'keyed', keys, defaults, item: of.kind === 'struct' ? ofStruct(of) : LEAF };
  return field.merge ? SET : LEAF;
}

function ofNode(type: TypeNode): FieldSchema {
  switch (type.kind) {
    case 'struct':
      return atomicTypes.has(type.name) ? LEAF : ofStruct(type);
    case 'map':
      return { kind: 'members', member: () => ofNode(type.of) };
    case 'list':
      return LEAF;
    case 'scalar':
      return type.name === 'JSON' || type.name === 'any' || type.name === 'RawExtension' ? ANY : LEAF;
  }
}

function ofSchema(schema: Fields): FieldSchema {
  if (schema['type'] === 'array') return ofArray(schema);
  if (schema['type'] === 'object' || schema['properties'] !== undefined) {
    if (schema['x-kubernetes-map-type'] === 'atomic') return LEAF;
    const properties: Record<string, Fields> = schema['properties'] ?? {};
    const additional: unknown = schema['additionalProperties'];
    return {
      kind: 'members',
      member: (name) => {
        if (Object.hasOwn(properties, name)) return ofSchema(properties[name] ?? {});
        return isObject(additional) ? ofSchema(additional) : ANY;
      },
    };
  }
  return schema['x-kubernetes-preserve-unknown-fields'] === true ? ANY : LEAF;
}

function ofArray(schema: Fields): FieldSchema {
  const items: Fields = schema['items'] ?? {};
  if (schema['x-kubernetes-list-type'] === 'set') return SET;
  if (schema['x-kubernetes-list-type'] !== 'map') return LEAF;
  const keys: readonly string[] = schema['x-kubernetes-list-map-keys'] ?? [];
  const defaults: Fields = {};
  for (const key of keys) {
    const value: unknown = items['properties']?.[key]?.default;
    if (value !== undefined) defaults[key] = value;
  }
  return { kind: 'keyed', keys, defaults, item: ofSchema(items) };
}
