import { createHash } from 'node:crypto';
import type { Fields } from './kube-api.js';
import type { Resource, ResourceRegistry } from './resources.js';
import { apiVersionOf } from './resources.js';
import type { Field, StructType, TypeNode } from './schema/types.js';

/** An OpenAPI v2 document in protobuf that describes nothing: `{swagger: "2.0", info: {Kubernetes, v1.0}, paths: {}}`. */
export const EMPTY_OPENAPI_V2: Buffer = Buffer.concat([
  Buffer.from([0x0a, 0x03]),
  Buffer.from('2.0'),
  Buffer.from([0x12, 0x12, 0x0a, 0x0a]),
  Buffer.from('Kubernetes'),
  Buffer.from([0x12, 0x04]),
  Buffer.from('v1.0'),
  Buffer.from([0x42, 0x00]),
]);

function pathOf(group: string, version: string): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

/** `GET /openapi/v3`: where the documents of each version are. */
export function openApiIndex(registry: ResourceRegistry): Fields {
  const paths: Fields = {};
  for (const { group, version } of registry.all()) {
    const path = pathOf(group, version);
    if (paths[path] !== undefined) continue;
    const text = JSON.stringify(openApiDocument(registry, path));
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 32).toUpperCase();
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` };
  }
  return { paths };
}

/** `GET /openapi/v3/apis/GROUP/VERSION`, or `undefined` for a version that is not served. */
export function openApiDocument(registry: ResourceRegistry, path: string): Fields | undefined {
  const resources = registry.all().filter(({ group, version }) => pathOf(group, version) === path);
  if (resources.length === 0) return undefined;
  const schemas: Fields = {};
  const paths: Fields = {};
  for (const resource of resources) {
    addSchema(schemas, resource);
    addPaths(paths, resource);
  }
  return { openapi: '3.0.0', info: { title: 'Kubernetes', version: 'unversioned' }, paths, components: { schemas } };
}

function schemaName(resource: Resource): string {
  if (resource.type !== undefined) return structName(resource.type);
  return `${resource.group.split('.').reverse().join('.')}.${resource.version}.${resource.kind}`;
}

function structName({ name }: StructType): string {
  const [owner = '', kind = ''] = [name.slice(0, name.lastIndexOf('.')), name.slice(name.lastIndexOf('.') + 1)];
  if (owner === 'meta/v1') return `io.k8s.apimachinery.pkg.apis.meta.v1.${kind}`;
  if (owner === 'apiextensions/v1') return `io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.${kind}`;
  return `io.k8s.api.${owner.replace('/', '.')}.${kind}`;
}

const TYPE_META: Fields = {
  apiVersion: {
    type: 'string',
    description: 'APIVersion defines the versioned schema of this representation of an object.',
  },
  kind: {
    type: 'string',
    description: 'Kind is a string value representing the REST resource this object represents.',
  },
};

function addSchema(schemas: Fields, resource: Resource): void {
  const { group, version, kind } = resource;
  const gvk = { 'x-kubernetes-group-version-kind': [{ group, version, kind }] };
  const name = schemaName(resource);
  if (resource.type !== undefined) {
    addStruct(schemas, resource.type);
    schemas[name] = { ...schemas[name], properties: { ...TYPE_META, ...schemas[name].properties }, ...gvk };
    return;
  }
  const schema: Fields = resource.custom?.schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  schemas[name] = {
    ...schema,
    properties: { ...TYPE_META, metadata: { type: 'object' }, ...schema['properties'] },
    ...gvk,
  };
}

function addStruct(schemas: Fields, type: StructType): void {
  const name = structName(type);
  if (schemas[name] !== undefined) return;
  const properties: Fields = {};
  schemas[name] = { type: 'object', properties };
  for (const field of type.fields.values()) properties[field.name] = fieldSchema(schemas, field);
}

function fieldSchema(schemas: Fields, field: Field): Fields {
  const schema = nodeSchema(schemas, field.type);
  if (!field.merge) return schema;
  return {
    ...schema,
    'x-kubernetes-patch-strategy': 'merge',
    ...(field.mergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': field.mergeKey }),
  };
}

function nodeSchema(schemas: Fields, type: TypeNode): Fields {
  switch (type.kind) {
    case 'struct':
      addStruct(schemas, type);
      return { allOf: [{ $ref: `#/components/schemas/${structName(type)}` }] };
    case 'list':
      return { type: 'array', items: nodeSchema(schemas, type.of) };
    case 'map':
      return { type: 'object', additionalProperties: nodeSchema(schemas, type.of) };
    case 'scalar':
      return scalarSchemas[type.name] ?? { type: 'object' };
  }
}

const scalarSchemas: Readonly<Record<string, Fields>> = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  float64: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  Quantity: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  IntOrString: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  Time: { type: 'string', format: 'date-time' },
  MicroTime: { type: 'string', format: 'date-time' },
  Duration: { type: 'string' },
  JSON: { description: 'any value' },
};

const parameter = (name: string): Fields => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } });
const WRITE_PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation'].map(parameter);

function addPaths(paths: Fields, resource: Resource): void {
  const { group, version, kind } = resource;
  const root = `/${pathOf(group, version)}${resource.namespaced ? '/namespaces/{namespace}' : ''}/${resource.resource}`;
  const content = { 'application/json': { schema: { $ref: `#/components/schemas/${schemaName(resource)}` } } };
  const operation = (action: string, withBody: boolean): Fields => ({
    operationId: `${action}${apiVersionOf(resource).replaceAll(/\W/g, '')}${kind}`,
    ...(withBody ? { parameters: WRITE_PARAMETERS, requestBody: { content } } : {}),
    responses: { 200: { description: 'OK', content } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, version, kind },
  });
  paths[root] = { get: operation('list', false), post: operation('post', true) };
  if (resource.ephemeral) {
    paths[root] = { post: operation('post', true) };
    return;
  }
  paths[`${root}/{name}`] = {
    get: operation('get', false),
    put: operation('put', true),
    patch: { ...operation('patch', true), parameters: [...WRITE_PARAMETERS, parameter('force')] },
    delete: operation('delete', false),
  };
}
