import { ApiError } from '../api-error.js';
import { applyConfiguration } from '../apply/apply.js';
import type { Admission } from '../admission/admit.js';
import type { Authenticator } from '../auth.js';
import type { Clock } from '../clock.js';
import { fromStored } from '../convert.js';
import { isObject } from '../equal.js';
import * as errors from '../errors.js';
import { fault } from '../errors.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { DeleteOptions, Operations, WriteOptions, Written } from '../operations.js';
import { applyJsonPatch } from '../patch/json.js';
import { applyMergePatch } from '../patch/merge.js';
import { applyStrategicPatch } from '../patch/strategic.js';
import type { Resource } from '../resources.js';
import { apiVersionOf } from '../resources.js';
import type { ObjectStore } from '../store.js';
import { checkEviction } from '../subresources/eviction.js';
import { toScale, withScale } from '../subresources/scale.js';
import { jsonFault } from '../json-fault.js';
import { parseBody, parseYaml } from './body.js';
import { parseMediaRanges } from './accept.js';

/** What the writes behind HTTP need. */
export interface ObjectDeps {
  readonly operations: Operations;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly authenticator: Authenticator;
}

/** One request for an object or a collection. */
export interface ObjectRequest {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly subresource: string | undefined;
  readonly query: URLSearchParams;
  readonly contentType: string | undefined;
  readonly userAgent: string | undefined;
  readonly body: Buffer;
  /** Collects texts for `Warning` headers. */
  readonly warnings: string[];
  /** Where webhooks come in. */
  readonly admission?: Admission | undefined;
}

const MAX_MANAGER_BYTES = 128;

/** Who writes, and how, from the query. @throws {ApiError} 422 for a parameter out of range */
export function writeOptions(
  { query, userAgent, warnings, subresource, admission }: ObjectRequest,
  kind: string,
): WriteOptions & { force?: boolean } {
  const faults: errors.FieldError[] = [];
  const manager = query.get('fieldManager') ?? '';
  if (Buffer.byteLength(manager) > MAX_MANAGER_BYTES) faults.push(fault.tooLong('fieldManager', MAX_MANAGER_BYTES));
  const dryRun = query.getAll('dryRun');
  if (dryRun.some((value) => value !== 'All')) faults.push(fault.notSupported('dryRun', dryRun, ['All']));
  const fieldValidation = query.get('fieldValidation') ?? '';
  if (!['', 'Ignore', 'Warn', 'Strict'].includes(fieldValidation)) {
    faults.push(fault.notSupported('fieldValidation', fieldValidation, ['', 'Ignore', 'Strict', 'Warn']));
  }
  if (faults.length > 0) throw errors.invalid({ group: 'meta.k8s.io', kind }, '', faults);
  return {
    manager: manager || (userAgent ?? '').split('/')[0] || 'unknown',
    dryRun: dryRun.length > 0,
    ...(fieldValidation === '' ? {} : { fieldValidation: fieldValidation as 'Strict' }),
    warnings,
    ...(subresource === undefined ? {} : { subresource }),
    ...(admission === undefined ? {} : { admission }),
  };
}

/** POST of a new object. */
export function createObject({ operations }: ObjectDeps, request: ObjectRequest): KubeObject {
  const options = writeOptions(request, 'CreateOptions');
  const body = parseBody(request.body, request.contentType, request.resource.kind);
  checkVersion(request.resource, body);
  return operations.create(request.resource, request.namespace, body, options);
}

/** PUT of an object, its status or its scale. */
export function replaceObject({ operations }: ObjectDeps, request: ObjectRequest): Written {
  const { resource, namespace, name, subresource } = request;
  const options = writeOptions(request, 'UpdateOptions');
  const body = parseBody(request.body, request.contentType, resource.kind);
  if (subresource !== 'scale') checkVersion(resource, body);
  if (subresource === 'scale' && resource.scale !== undefined) {
    const live = operations.stored(resource, namespace, name);
    const next = withScale(resource, resource.scale, live, body);
    return { object: toScale(resource.scale, operations.write(resource, live, next, options)), created: false };
  }
  return operations.update(resource, namespace, name, body, options);
}

// Custom resources are decoded for one version only.
function checkVersion(resource: Resource, body: unknown): void {
  const expected = apiVersionOf(resource);
  const { apiVersion } = (isObject(body) ? body : {}) as Fields;
  if (resource.custom === undefined || typeof apiVersion !== 'string' || apiVersion === expected) return;
  const why = `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`;
  throw errors.badRequest(why);
}

const PATCH_TYPES =
  'application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml';

/** PATCH by any of the four types. */
export function patchObject(deps: ObjectDeps, request: ObjectRequest): Written {
  const { resource, query } = request;
  const type = parseMediaRanges(request.contentType ?? '')[0]?.type ?? '';
  const known = PATCH_TYPES.split(', ').filter((one) => resource.custom === undefined || !one.includes('strategic'));
  if (!known.includes(type)) {
    if (resource.custom !== undefined && type.includes('strategic')) {
      throw errors.unsupportedMediaType(
        `the body of the request was in an unknown format - accepted media types include: ${known.join(', ')}`,
      );
    }
    throw errors.unsupportedMediaType('415: Unsupported Media Type', {});
  }
  const options = writeOptions(request, 'PatchOptions');
  const isApply = type === 'application/apply-patch+yaml';
  const faults: errors.FieldError[] = [];
  if (isApply && (query.get('fieldManager') ?? '') === '')
    faults.push(fault.required('fieldManager', 'is required for apply patch'));
  if (!isApply && query.has('force')) faults.push(fault.forbidden('force', 'may not be specified for non-apply patch'));
  if (faults.length > 0) throw errors.invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', faults);
  return isApply ? applyObject(deps, request, options) : patchLive(deps, request, { type, options });
}

function patchLive(
  { operations }: ObjectDeps,
  request: ObjectRequest,
  { type, options }: { type: string; options: WriteOptions },
): Written {
  const { resource, namespace, name, subresource } = request;
  const scale = subresource === 'scale' ? resource.scale : undefined;
  const stored = operations.stored(resource, namespace, name);
  const patch = parsePatch(request.body, type);
  const live = fromStored(resource, stored);
  const target = scale === undefined ? live : toScale(scale, live);
  const strategic = type === 'application/strategic-merge-patch+json';
  let patched: unknown;
  if (type === 'application/json-patch+json') patched = applyJsonPatch(target, patch);
  else if (strategic && scale === undefined && resource.type !== undefined)
    patched = applyStrategicPatch(resource.type, target, patch);
  else patched = applyMergePatch(target, patch);
  if (scale !== undefined) {
    const next = withScale(resource, scale, live, patched);
    return { object: toScale(scale, operations.write(resource, stored, next, options)), created: false };
  }
  const unknownBefore = resource.type === undefined ? {} : { kind: resource.kind, apiVersion: apiVersionOf(resource) };
  const next = readPatched(operations, resource, { ...unknownBefore, ...(patched as object) }, options);
  checkIdentity(resource, live, next, { namespace, name });
  return { object: operations.write(resource, stored, next, options), created: false };
}

// A patch that makes something else of the object is told as a fault of the patch.
function readPatched(operations: Operations, resource: Resource, patched: object, options: WriteOptions): KubeObject {
  try {
    return operations.read(resource, patched, options);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 400) throw error;
    const fields = [fault.invalid('patch', JSON.stringify(patched), error.message)];
    throw errors.invalid({ group: '', kind: '' }, '', fields);
  }
}

function parsePatch(body: Buffer, type: string): unknown {
  const text = body.toString('utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw errors.badRequest(type.includes('json-patch') ? jsonFault(text) : `error decoding patch: ${jsonFault(text)}`);
  }
}

function checkIdentity(
  resource: Resource,
  live: KubeObject,
  next: KubeObject,
  { namespace, name }: { namespace: string | undefined; name: string },
): void {
  const { metadata } = next;
  if (metadata.name !== name) {
    throw errors.badRequest(
      `the name of the object (${metadata.name ?? ''}) does not match the name on the URL (${name})`,
    );
  }
  if (resource.namespaced && metadata.namespace !== namespace) {
    throw errors.badRequest(
      `the namespace of the object (${metadata.namespace ?? ''}) does not match the namespace on the request (${namespace ?? ''})`,
    );
  }
  if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== live.metadata.resourceVersion) {
    throw errors.conflict(resource, name, errors.STALE);
  }
  if (metadata.uid !== undefined && metadata.uid !== live.metadata.uid) {
    const error = fault.invalid('metadata.uid', metadata.uid, 'field is immutable');
    throw errors.invalid(resource, name, resource.custom === undefined ? [error, error] : [error]);
  }
}

function applyObject({ operations, store }: ObjectDeps, request: ObjectRequest, options: WriteOptions): Written {
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
  const next = operations.read(resource, applied.object, quiet);
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

/** The options of a DELETE, from its body and query. @throws {ApiError} 400, 422 for contradictions */
export function deleteOptions({ query, body, contentType }: ObjectRequest): DeleteOptions {
  const sent = body.length === 0 ? {} : (parseBody(body, contentType, 'DeleteOptions') as Fields);
  if (sent['kind'] !== undefined && sent['kind'] !== 'DeleteOptions') {
    throw errors.badRequest(`decoded object cannot be converted to DeleteOptions: ${String(sent['kind'])}`);
  }
  // With a body the query does not count, not even its dryRun.
  const asked = body.length === 0 ? query : new URLSearchParams();
  const grace = asked.get('gracePeriodSeconds');
  const orphan =
    sent['orphanDependents'] ?? (asked.has('orphanDependents') ? asked.get('orphanDependents') === 'true' : undefined);
  const policy: string | undefined = sent['propagationPolicy'] ?? asked.get('propagationPolicy') ?? undefined;
  const dryRun: string[] = sent['dryRun'] ?? asked.getAll('dryRun');
  const faults: errors.FieldError[] = [];
  if (policy !== undefined && orphan !== undefined && orphan !== null) {
    faults.push(
      fault.invalid('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set'),
    );
  }
  if (policy !== undefined && !['Foreground', 'Background', 'Orphan'].includes(policy)) {
    faults.push(fault.notSupported('propagationPolicy', policy, ['Foreground', 'Background', 'Orphan', 'nil']));
  }
  if (dryRun.some((value) => value !== 'All')) faults.push(fault.notSupported('dryRun', dryRun, ['All']));
  if (faults.length > 0) throw errors.invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', faults);
  const seconds: unknown = sent['gracePeriodSeconds'] ?? (grace === null ? undefined : Number(grace));
  const propagationPolicy = policy ?? (typeof orphan === 'boolean' ? (orphan ? 'Orphan' : 'Background') : undefined);
  const { uid, resourceVersion } = (sent['preconditions'] ?? {}) as Fields;
  return {
    ...(typeof seconds === 'number' ? { gracePeriodSeconds: seconds } : {}),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy: propagationPolicy as 'Orphan' }),
    ...(uid === undefined || uid === null ? {} : { uid }),
    ...(resourceVersion === undefined || resourceVersion === null ? {} : { resourceVersion }),
    dryRun: dryRun.length > 0,
  };
}

/** DELETE of one object: the object where it lives on, else a Status. */
export function deleteObject({ operations }: ObjectDeps, request: ObjectRequest): object {
  const { resource, namespace, name } = request;
  const options = deleteOptions(request);
  const { uid } = operations.stored(resource, namespace, name).metadata;
  const left = operations.delete(resource, namespace, name, options);
  if (left !== undefined) return left;
  const group = resource.group === '' ? {} : { group: resource.group };
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...group, kind: resource.resource, uid },
  };
}

/** POST to a subresource: binding, eviction, token. */
export function createSubresource(
  { operations, store, clock, authenticator }: ObjectDeps,
  request: ObjectRequest,
): KubeObject | object {
  const { resource, namespace, name, subresource } = request;
  const options = writeOptions(request, 'CreateOptions');
  const body = parseBody(request.body, request.contentType, resource.kind) as Fields;
  const live = operations.stored(resource, namespace, name);
  const success = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
  if (subresource === 'binding') {
    bindPod(operations, resource, live, { body, options });
    return success;
  }
  if (subresource === 'eviction') {
    checkEviction(store, live);
    const { gracePeriodSeconds, propagationPolicy, dryRun } = (body['deleteOptions'] ?? {}) as Fields;
    operations.delete(resource, namespace, name, {
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
      dryRun: (dryRun ?? []).length > 0 || options.dryRun === true,
    });
    return success;
  }
  const seconds: number = body['spec']?.expirationSeconds ?? 3600;
  if (seconds < 600) {
    throw errors.invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, name, [
      fault.invalid('spec.expirationSeconds', seconds, 'may not specify a duration less than 10 minutes'),
    ]);
  }
  const expiresMs = clock.now() + seconds * 1000;
  const token = authenticator.issue(namespace ?? '', name, live.metadata.uid ?? '', expiresMs);
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: operations.now() },
    spec: {
      audiences: body['spec']?.audiences ?? ['https://kubernetes.default.svc.cluster.local'],
      expirationSeconds: seconds,
      boundObjectRef: body['spec']?.boundObjectRef ?? null,
    },
    status: { token, expirationTimestamp: `${new Date(expiresMs).toISOString().slice(0, 19)}Z` },
  };
}

function bindPod(
  operations: Operations,
  resource: Resource,
  live: KubeObject,
  { body, options }: { body: Fields; options: WriteOptions },
): void {
  const name = live.metadata.name ?? '';
  const node: string = body['target']?.name ?? '';
  if (live.spec?.['nodeName']) {
    throw errors.conflict(
      { ...resource, resource: 'pods/binding' },
      name,
      `pod ${name} is already assigned to node "${live.spec['nodeName']}"`,
    );
  }
  if (node === '') throw errors.invalid({ group: '', kind: 'Binding' }, name, [fault.required('target.name')]);
  const next = structuredClone(live);
  next.spec = { ...next.spec, nodeName: node };
  const conditions: Fields[] = next.status?.['conditions'] ?? [];
  const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: operations.now() };
  next.status = {
    ...next.status,
    conditions: [...conditions.filter(({ type }) => type !== 'PodScheduled'), scheduled],
  };
  const { subresource: _subresource, ...rest } = options;
  const bound = operations.write(resource, live, next, { ...rest, subresource: 'binding' });
  void bound;
}

/** Objects of a collection as they were before it was deleted. */
export function deleteCollection(
  { operations, store }: ObjectDeps,
  request: ObjectRequest,
  objects: readonly KubeObject[],
): void {
  const options = deleteOptions(request);
  for (const { metadata } of objects) {
    try {
      operations.delete(request.resource, metadata.namespace, metadata.name ?? '', options);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 404) throw error; // gone meanwhile is what was asked for
    }
  }
  void store;
}
