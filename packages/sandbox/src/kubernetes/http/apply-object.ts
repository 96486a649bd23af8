import { applyConfiguration } from '../apply/apply.js';
import { fromStored, withoutEmptyBytes } from '../convert.js';
import { isObject } from '../equal.js';
import * as errors from '../errors.js';
import type { KubeObject } from '../kube-api.js';
import type { Operations } from '../operations.js';
import type { Resource } from '../resources.js';
import { apiVersionOf } from '../resources.js';
import { toScale } from '../subresources/scale.js';
import type { WriteOptions, Written } from '../write-options.js';
import { parseYaml } from './body.js';
import { checkIdentity } from './identity.js';
import type { ObjectDeps, ObjectRequest } from './object-request.js';

/** PATCH by server-side apply. @throws {ApiError} 400, 404 of a subresource, 409, 422 */
export function applyObject({ operations, store }: ObjectDeps, request: ObjectRequest, options: WriteOptions): Written {
  const { resource, namespace, name, query, subresource } = request;
  const config = asParent(request, readConfiguration(request));
  const stored = store.get(resource.bucket, resource.namespaced ? namespace : undefined, name);
  const live = stored === undefined ? undefined : fromStored(resource, stored);
  if (live === undefined && subresource !== undefined) throw errors.notFound(resource, name);
  if (live === undefined && config.metadata.uid !== undefined) {
    const why = `uid mismatch: the provided object specified uid ${config.metadata.uid}, and no existing object was found`;
    throw errors.conflict(resource, name, why);
  }
  if (
    live !== undefined &&
    config.metadata.resourceVersion !== undefined &&
    config.metadata.resourceVersion !== live.metadata.resourceVersion
  ) {
    throw errors.conflict(resource, name, errors.STALE);
  }
  checkConfiguration(operations, resource, config, options);
  const applied = applyConfiguration(resource, live, config, {
    manager: options.manager,
    force: ['true', '1'].includes(query.get('force') ?? ''),
    time: operations.now(),
    ...(subresource === undefined ? {} : { subresource }),
  });
  const quiet: WriteOptions = { ...options, fieldValidation: 'Ignore' };
  const next = withoutEmptyBytes(resource, operations.read(resource, applied.object, quiet));
  next.metadata.name = name;
  const managed = [...applied.managed];
  if (stored === undefined) {
    return { object: operations.create(resource, namespace, next, { ...quiet, managed }), created: true };
  }
  if (config.metadata.uid !== undefined) checkIdentity(resource, live as KubeObject, next, { namespace, name });
  const written = operations.write(resource, stored, next, { ...quiet, managed });
  const scale = subresource === 'scale' ? resource.scale : undefined;
  return { object: scale === undefined ? written : toScale(scale, written), created: false };
}

// A Scale that is applied claims the replicas of the object it belongs to.
function asParent({ resource, subresource }: ObjectRequest, config: KubeObject): KubeObject {
  if (subresource !== 'scale') return config;
  const { name, namespace, uid, resourceVersion } = config.metadata;
  const metadata = JSON.parse(JSON.stringify({ name, namespace, uid, resourceVersion })) as KubeObject['metadata'];
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata,
    spec: { replicas: config.spec?.['replicas'] ?? 0 },
  };
}

// An unknown field of a built-in kind is refused whatever the field validation: nobody could own it.
function checkConfiguration(
  operations: Operations,
  resource: Resource,
  config: KubeObject,
  options: WriteOptions,
): void {
  const unknown: string[] = [];
  const lenient = { fieldValidation: 'Warn', warnings: unknown } as const;
  operations.read(resource, structuredClone(config), lenient);
  const [first] = unknown;
  if (first === undefined) return;
  if (options.fieldValidation === 'Strict') {
    throw errors.badRequest(
      `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: strict decoding error: ${unknown.join(', ')}`,
    );
  }
  const path = /"(.*)"/.exec(first)?.[1] ?? '';
  const { namespace, name } = config.metadata;
  const object = namespace === undefined ? name : `${namespace}/${name}`;
  throw errors.badRequest(
    `failed to create typed patch object (${object}; ${config.apiVersion}, Kind=${config.kind}): .${path}: field not declared in schema`,
  );
}

function readConfiguration({ body, resource, namespace, name, subresource }: ObjectRequest): KubeObject {
  const value = parseYaml(body);
  if (!isObject(value)) throw errors.badRequest('error decoding YAML: the configuration is no object');
  const config = value as unknown as KubeObject;
  const expected = subresource === 'scale' ? 'autoscaling/v1' : apiVersionOf(resource);
  if (config.apiVersion !== expected) {
    const given = typeof config.apiVersion === 'string' ? config.apiVersion : '';
    throw errors.badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${given}, expected: ${expected}`,
    );
  }
  const metadata = (config.metadata ?? {}) as KubeObject['metadata'];
  if (metadata.managedFields !== undefined) throw errors.badRequest('metadata.managedFields must be nil');
  if (metadata.name !== undefined && metadata.name !== name) {
    throw errors.badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
  if (resource.namespaced && metadata.namespace !== undefined && metadata.namespace !== namespace) {
    throw errors.badRequest(
      `the namespace of the object (${metadata.namespace}) does not match the namespace on the request (${namespace ?? ''})`,
    );
  }
  return { ...config, metadata: { ...metadata, name, ...(resource.namespaced ? { namespace: namespace ?? '' } : {}) } };
}
