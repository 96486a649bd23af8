import { ApiError } from './api-error.js';
import { createManagedFields, updateManagedFields } from './apply/managed-fields.js';
import { applyDefaults } from './defaults/defaults.js';
import { prepareCreate, prepareUpdate } from './defaults/prepare.js';
import { isEqual, isObject } from './equal.js';
import * as errors from './errors.js';
import { fault } from './errors.js';
import type { Clock } from './clock.js';
import { fromStored, toStored } from './convert.js';
import { decodeCustom, validateCustom } from './crd/decode-custom.js';
import type { DeleteSelection, KubeObject, ObjectMeta } from './kube-api.js';
import type { Admission } from './admission/admit.js';
import { admitPod, admitTolerations } from './admission/pods.js';
import { admitQuota, applyLimitRanges } from './admission/quota.js';
import type { Resource, ResourceRegistry } from './resources.js';
import { apiVersionOf } from './resources.js';
import { decode, DecodeError } from './schema/decode.js';
import { types } from './schema/types.js';
import type { ObjectStore } from './store.js';
import { validateMetadata, validateMetadataUpdate } from './validation/metadata.js';
import { validateObject, validateUpdate } from './validation/validation.js';

/** Who writes what and how. */
export interface WriteOptions {
  /** Name of the field manager. */
  readonly manager: string;
  /** Only fields below are written; `status` and `scale` are known. */
  readonly subresource?: string;
  /** Answer as if, store nothing. @default false */
  readonly dryRun?: boolean;
  /** What unknown fields lead to. @default 'Warn' */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  /** Collects texts for `Warning` headers. */
  readonly warnings?: string[];
  /** A write by the server's own controllers: may change what clients may not (a namespace's finalizers). */
  readonly internal?: boolean;
  /** Where webhooks come in. @default they do not */
  readonly admission?: Admission | undefined;
  /** managedFields of the result where the caller has computed them (server-side apply). */
  readonly managed?: ObjectMeta['managedFields'];
}

/** How to delete. */
export interface DeleteOptions extends DeleteSelection {
  readonly resourceVersion?: string;
  readonly dryRun?: boolean;
}

/** What the operations run on. */
export interface OperationsDeps {
  readonly store: ObjectStore;
  readonly registry: ResourceRegistry;
  readonly clock: Clock;
  /** A new version-4 UUID. */
  readonly newId: () => string;
}

const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io';
const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const objectMetaType = types.struct('meta/v1.ObjectMeta');

/** Result of a write. */
export interface Written {
  readonly object: KubeObject;
  readonly created: boolean;
}

/** Create, read, update and delete with the server's semantics, for any resource. Errors are {@link ApiError}s. */
export class Operations {
  readonly #deps: OperationsDeps;

  constructor(deps: OperationsDeps) {
    this.#deps = deps;
  }

  /** @throws {ApiError} 404 */
  get(resource: Resource, namespace: string | undefined, name: string): KubeObject {
    return fromStored(resource, this.stored(resource, namespace, name));
  }

  /** The object as it is kept. @throws {ApiError} 404 */
  stored(resource: Resource, namespace: string | undefined, name: string): KubeObject {
    const object = this.#deps.store.get(resource.bucket, namespace, name);
    if (object === undefined) throw errors.notFound(resource, name);
    return object;
  }

  /** The time now as `metadata` writes it: whole seconds. */
  now(): string {
    return `${new Date(this.#deps.clock.now()).toISOString().slice(0, 19)}Z`;
  }

  /** @throws {ApiError} 400, 403, 404 of the namespace, 409, 422 */
  create(resource: Resource, namespace: string | undefined, body: unknown, options: WriteOptions): KubeObject {
    const object = this.read(resource, body, options);
    const meta = object.metadata;
    if (resource.namespaced) {
      if (meta.namespace !== undefined && meta.namespace !== namespace) {
        throw errors.badRequest(
          'the namespace of the provided object does not match the namespace sent on the request',
        );
      }
      meta.namespace = namespace ?? '';
    } else delete meta.namespace;
    if (meta.resourceVersion !== undefined && meta.resourceVersion !== '' && meta.resourceVersion !== '0') {
      throw new ApiError({
        code: 500,
        reason: '',
        message: 'resourceVersion should not be set on objects to be created',
      });
    }
    this.#nameNew(object);
    this.#requireNamespace(resource, object);
    const { store, clock, newId } = this.#deps;
    meta.uid = newId();
    meta.creationTimestamp = this.now();
    delete meta.deletionTimestamp;
    delete meta.deletionGracePeriodSeconds;
    delete (meta as Record<string, unknown>)['selfLink'];
    if (resource.generation !== 'none') meta.generation = 1;
    if (resource.hasStatus && options.internal !== true && resource.bucket !== 'namespaces.') {
      this.#resetStatus(resource, object);
    }
    const context = { store, clock, newId, dryRun: options.dryRun === true };
    // Ownership is settled first: what admission and preparing set is nobody's.
    this.#finish(resource, object, undefined, options);
    if (resource.bucket === 'pods.') {
      admitPod(object, context);
      applyLimitRanges(object, context);
    }
    options.admission?.mutate(object, undefined);
    prepareCreate(resource, object, context);
    this.#refuse(resource, object, [
      ...validateMetadata(resource, object),
      ...validateCustom(resource, object),
      ...validateObject(resource, object, undefined),
    ]);
    const name = meta.name ?? '';
    const existing = store.get(resource.bucket, meta.namespace, name);
    if (existing !== undefined)
      throw errors.alreadyExists(resource, name, existing.metadata.deletionTimestamp !== undefined);
    admitQuota(resource, object, store);
    options.admission?.validate(object, undefined);
    const stored = toStored(resource, object);
    if (options.dryRun === true) return fromStored(resource, this.#withoutVersion(stored));
    return fromStored(resource, store.put(resource.bucket, stored));
  }

  /**
   * Replaces an object, or one of its subresources.
   *
   * @throws {ApiError} 400, 404, 409, 422
   */
  update(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    body: unknown,
    options: WriteOptions,
  ): Written {
    const next = this.read(resource, body, options);
    const meta = next.metadata;
    if (meta.name !== undefined && meta.name !== '' && meta.name !== name) {
      throw errors.badRequest(`the name of the object (${meta.name}) does not match the name on the URL (${name})`);
    }
    if (meta.name === undefined && (resource.custom !== undefined || options.internal !== true)) {
      throw errors.badRequest(`the name of the object (based on URL) was undeterminable: name must be provided`);
    }
    if (resource.namespaced && meta.namespace !== undefined && meta.namespace !== namespace) {
      throw errors.badRequest(
        `the namespace of the object (${meta.namespace}) does not match the namespace on the request (${namespace})`,
      );
    }
    meta.name = name;
    if (resource.namespaced && namespace !== undefined) meta.namespace = namespace;
    else delete meta.namespace;
    const live = this.#deps.store.get(resource.bucket, namespace, name);
    if (meta.uid !== undefined && meta.uid !== '' && meta.uid !== live?.metadata.uid) {
      const path = [resource.custom === undefined ? '' : resource.group, resource.resource, namespace ?? '', name];
      const key = path.filter((part) => part !== '').join('/');
      throw errors.conflict(
        resource,
        name,
        `StorageError: invalid object, Code: 4, Key: /registry/${key}, ResourceVersion: 0, ` +
          `AdditionalErrorMsg: Precondition failed: UID in precondition: ${meta.uid}, UID in object meta: ${live?.metadata.uid ?? ''}`,
      );
    }
    if (live === undefined) {
      if (!resource.createsOnUpdate || options.subresource !== undefined) throw errors.notFound(resource, name);
      delete meta.resourceVersion;
      return { object: this.create(resource, namespace, next, options), created: true };
    }
    const versionGiven =
      meta.resourceVersion !== undefined && meta.resourceVersion !== '' && meta.resourceVersion !== '0';
    if (!versionGiven && options.internal !== true && (resource.needsVersion || resource.custom !== undefined)) {
      const why = 'must be specified for an update';
      const at = 'metadata.resourceVersion';
      const error = { ...fault.invalid(at, 0, why), message: `Invalid value: 0x0: ${why}` };
      throw errors.invalid({ group: resource.group, kind: resource.resource }, name, [error]);
    }
    if (versionGiven && meta.resourceVersion !== live.metadata.resourceVersion) {
      throw errors.conflict(resource, name, errors.STALE);
    }
    return { object: this.write(resource, live, next, options), created: false };
  }

  /** Writes `next` over what is stored; both belong together. For {@link update} and patches. */
  write(resource: Resource, stored: KubeObject, next: KubeObject, options: WriteOptions): KubeObject {
    const { store, clock, newId } = this.#deps;
    const live = fromStored(resource, stored);
    const object = this.#merged(resource, live, next, options);
    const context = { store, clock, newId, dryRun: options.dryRun === true };
    const withManaged = options.managed ?? next.metadata.managedFields;
    if (withManaged === undefined) object.metadata.managedFields = live.metadata.managedFields ?? [];
    else object.metadata.managedFields = structuredClone(withManaged);
    this.#finish(resource, object, live, options);
    if (resource.bucket === 'pods.' && object.spec !== undefined) admitTolerations(object.spec);
    options.admission?.mutate(object, live);
    prepareUpdate(resource, object, live, context);
    this.#countGeneration(resource, object, live, options);
    this.#refuse(resource, object, [
      ...validateMetadata(resource, object),
      ...twice(resource, validateMetadataUpdate(object, live)),
      ...validateCustom(resource, object),
      ...validateObject(resource, object, live),
      ...validateUpdate(resource, object, live, options.subresource),
    ]);
    options.admission?.validate(object, live);
    return fromStored(resource, this.#commit(resource, stored, toStored(resource, object), options));
  }

  /** Deletes; the answer is the object where it lives on or its kind is answered with it, else `undefined`. */
  delete(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    options: DeleteOptions = {},
  ): KubeObject | undefined {
    const { store } = this.#deps;
    const live = this.stored(resource, namespace, name);
    this.#checkPreconditions(resource, live, options);
    if (resource.bucket === 'namespaces.') return this.#deleteNamespace(resource, live, options);
    if (resource.bucket === DEFINITIONS) return this.#deleteDefinition(resource, live, options);
    const graceSeconds = graceOf(resource, live, options);
    const dying = live.metadata.deletionTimestamp !== undefined;
    const finalizers = this.#finalizersOnDelete(resource, live, options);
    const meta: ObjectMeta = { ...live.metadata };
    setFinalizers(meta, finalizers);
    if (finalizers.length === 0 && graceSeconds === 0) {
      if (resource.bucket === 'pods.' && !dying) {
        Object.assign(meta, { deletionTimestamp: this.#in(0), deletionGracePeriodSeconds: 0 });
      }
      const last = { ...live, metadata: meta };
      if (options.dryRun === true) return resource.returnsDeleted ? fromStored(resource, last) : undefined;
      // A pod is seen dying before it is gone, however short its grace is.
      const seen = resource.bucket === 'pods.' && !dying ? store.put(resource.bucket, last) : last;
      store.remove(resource.bucket, seen);
      return resource.returnsDeleted ? fromStored(resource, seen) : undefined;
    }
    if (!dying) {
      meta.deletionTimestamp = this.#in(graceSeconds);
      meta.deletionGracePeriodSeconds = graceSeconds;
      if (resource.generation !== 'none') meta.generation = (meta.generation ?? 0) + 1;
    } else if (graceSeconds < (meta.deletionGracePeriodSeconds ?? 0)) {
      const at =
        Date.parse(meta.deletionTimestamp ?? '') - ((meta.deletionGracePeriodSeconds ?? 0) - graceSeconds) * 1000;
      meta.deletionTimestamp = `${new Date(at).toISOString().slice(0, 19)}Z`;
      meta.deletionGracePeriodSeconds = graceSeconds;
    }
    return fromStored(resource, this.#commit(resource, live, { ...live, metadata: meta }, { manager: '', ...options }));
  }

  /** Decodes a body into an object of this resource, defaults included. @throws {ApiError} 400 */
  read(resource: Resource, body: unknown, options: Pick<WriteOptions, 'fieldValidation' | 'warnings'>): KubeObject {
    if (!isObject(body))
      throw errors.badRequest(`the object provided is unrecognized (must be of type ${resource.kind})`);
    const { apiVersion = apiVersionOf(resource), kind = resource.kind } = body;
    const name = String((body['metadata'] as ObjectMeta | undefined)?.name ?? '');
    this.#checkKind(resource, { apiVersion: String(apiVersion), kind: String(kind), name });
    const { object, unknownFields } =
      resource.custom === undefined ? readBuiltin(resource, body) : readCustom(resource, body);
    if (unknownFields.length > 0) {
      const texts = unknownFields.map((path) => `unknown field "${path}"`);
      if (options.fieldValidation === 'Strict') throw strictError(resource, texts);
      if (options.fieldValidation !== 'Ignore') options.warnings?.push(...texts);
    }
    // An empty list clears ownership; decoding has dropped it like any empty list.
    const { managedFields } = (body['metadata'] ?? {}) as ObjectMeta;
    if (Array.isArray(managedFields) && managedFields.length === 0) object.metadata.managedFields = [];
    return object;
  }

  /** A name from `generateName`. */
  suffix(): string {
    const hex = this.#deps.newId().replaceAll('-', '');
    let text = '';
    for (let index = 0; index < 5; index += 1) {
      const byte = Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16);
      text += SUFFIX_ALPHABET[byte % SUFFIX_ALPHABET.length];
    }
    return text;
  }

  #checkKind(resource: Resource, { apiVersion, kind, name }: { apiVersion: string; kind: string; name: string }): void {
    const expected = apiVersionOf(resource);
    if (apiVersion === expected && kind === resource.kind) return;
    if (resource.custom !== undefined) {
      const field = kind === resource.kind ? 'apiVersion' : 'kind';
      const [given, must] = kind === resource.kind ? [apiVersion, expected] : [kind, resource.kind];
      throw errors.invalid({ group: resource.group, kind }, name, [fault.invalid(field, given, `must be ${must}`)]);
    }
    const version = apiVersion.split('/').at(-1) ?? '';
    const asOther = `${kind} in version "${version}" cannot be handled as a ${resource.kind}: `;
    if (kind !== resource.kind && this.#deps.registry.ofKind(apiVersion, kind) !== undefined) {
      throw errors.badRequest(`${asOther}converting (v1.${kind}) to (core.${resource.kind}): unknown conversion`);
    }
    throw errors.badRequest(
      `${kind} in version "${version}" cannot be handled as a ${resource.kind}: no kind "${kind}" is registered ` +
        `for version "${apiVersion}" in scheme "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30"`,
    );
  }

  #nameNew({ metadata }: KubeObject): void {
    if (metadata.name !== undefined && metadata.name !== '') return;
    if (metadata.generateName !== undefined && metadata.generateName !== '') {
      metadata.name = `${metadata.generateName.slice(0, 58)}${this.suffix()}`;
    }
  }

  #requireNamespace(resource: Resource, object: KubeObject): void {
    if (!resource.namespaced) return;
    const name = object.metadata.namespace ?? '';
    const namespace = this.#deps.store.get('namespaces.', undefined, name);
    if (namespace === undefined) {
      throw errors.notFound({ group: '', resource: 'namespaces', kind: 'Namespace' }, name);
    }
    if (namespace.metadata.deletionTimestamp === undefined) return;
    const message = `namespace ${name} is being terminated`;
    const why = `unable to create new content in namespace ${name} because it is being terminated`;
    throw errors.forbidden(resource, object.metadata.name ?? '', why, [
      { reason: 'NamespaceTerminating', message, field: 'metadata.namespace' },
    ]);
  }

  #resetStatus(resource: Resource, object: KubeObject): void {
    delete object.status;
    if (resource.type?.fields.get('status')?.type.kind === 'struct') {
      object.status = decode(resource.type, {}).value['status'] as KubeObject['status'];
      if (object.status === undefined) delete object.status;
    }
  }

  /** What may change, from `next`; the rest, from `live`. */
  #merged(resource: Resource, live: KubeObject, next: KubeObject, options: WriteOptions): KubeObject {
    const kept = live.metadata;
    const object: KubeObject = structuredClone(
      options.subresource === 'status'
        ? { ...live, status: next.status, metadata: statusMetadata(resource, live, next) }
        : { ...next, ...(resource.hasStatus ? { status: live.status } : {}) },
    );
    if (object.status === undefined) delete object.status;
    const { metadata } = object;
    for (const member of [
      'uid',
      'creationTimestamp',
      'deletionTimestamp',
      'deletionGracePeriodSeconds',
      'resourceVersion',
    ] as const) {
      if (kept[member] === undefined) delete metadata[member];
      else (metadata as Record<string, unknown>)[member] = kept[member];
    }
    if (kept.namespace === undefined) delete metadata.namespace;
    else metadata.namespace = kept.namespace;
    if (resource.generation !== 'none') metadata.generation = kept.generation ?? 1;
    delete (metadata as Record<string, unknown>)['selfLink'];
    if (resource.bucket === 'namespaces.' && options.internal !== true && options.subresource !== 'finalize')
      object.spec = structuredClone(live.spec);
    return object;
  }

  #countGeneration(resource: Resource, object: KubeObject, live: KubeObject, { subresource }: WriteOptions): void {
    // A Deployment's controller writes the revision, an annotation, with the status: nothing new is wanted by that.
    if (subresource === 'status') return;
    if (resource.generation === 'none' || !isChanged(resource, object, live)) return;
    object.metadata.generation = (live.metadata.generation ?? 0) + 1;
  }

  #refuse(resource: Resource, object: KubeObject, faults: readonly errors.FieldError[]): void {
    if (faults.length > 0) throw errors.invalid(resource, object.metadata.name ?? '', faults);
  }

  #finish(resource: Resource, object: KubeObject, live: KubeObject | undefined, options: WriteOptions): void {
    if (options.managed !== undefined) {
      object.metadata.managedFields = structuredClone(options.managed);
    } else {
      const time = this.now();
      const entry = {
        manager: options.manager,
        apiVersion: apiVersionOf(resource),
        time,
        subresource: options.subresource,
      };
      object.metadata.managedFields =
        live === undefined
          ? createManagedFields(resource, object, entry)
          : updateManagedFields(resource, live, object, entry);
    }
    if (object.metadata.managedFields?.length === 0) delete object.metadata.managedFields;
  }

  #commit(resource: Resource, live: KubeObject, next: KubeObject, options: WriteOptions | DeleteOptions): KubeObject {
    const { store } = this.#deps;
    const { metadata } = next;
    const gone = metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length === 0;
    const finished = gone && (metadata.deletionGracePeriodSeconds ?? 0) === 0 && !holdsNamespace(resource, next);
    if (finished) {
      if (options.dryRun !== true) store.remove(resource.bucket, live);
      return { ...next, metadata: { ...metadata, resourceVersion: live.metadata.resourceVersion ?? '' } };
    }
    if (isUnchanged(live, next)) return live;
    if (options.dryRun === true) return next;
    return store.put(resource.bucket, next);
  }

  #withoutVersion(object: KubeObject): KubeObject {
    const metadata = { ...object.metadata };
    delete metadata.resourceVersion;
    return { ...object, metadata };
  }

  #checkPreconditions(resource: Resource, live: KubeObject, { uid, resourceVersion }: DeleteOptions): void {
    const name = live.metadata.name ?? '';
    const subject = { group: resource.group, resource: resource.kind, kind: resource.kind };
    const refuse = (why: string): never => {
      const { message } = errors.conflict(subject, name, why);
      throw new ApiError({
        ...errors.conflict(resource, name, why),
        message,
        code: 409,
        reason: 'Conflict',
        details: errors.conflict({ ...resource, resource: resource.kind }, name, why).status.details ?? {},
      });
    };
    if (uid !== undefined && uid !== live.metadata.uid) {
      refuse(
        `the UID in the precondition (${uid}) does not match the UID in record (${live.metadata.uid}). The object might have been deleted and then recreated`,
      );
    }
    if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion) {
      refuse(
        `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record ` +
          `(${live.metadata.resourceVersion}). The object might have been modified`,
      );
    }
  }

  #deleteNamespace(resource: Resource, live: KubeObject, options: DeleteOptions): KubeObject | undefined {
    const name = live.metadata.name ?? '';
    if (['default', 'kube-system', 'kube-public'].includes(name)) {
      throw errors.forbidden(resource, name, 'this namespace may not be deleted');
    }
    if (live.metadata.deletionTimestamp !== undefined && holdsNamespace(resource, live)) return live;
    const next: KubeObject = {
      ...live,
      metadata: { ...live.metadata, deletionTimestamp: live.metadata.deletionTimestamp ?? this.now() },
      status: { ...live.status, phase: 'Terminating' },
    };
    return this.#commit(resource, live, next, options);
  }

  // A definition lives on until its objects are gone; whoever follows definitions takes the finalizer away then.
  #deleteDefinition(resource: Resource, live: KubeObject, options: DeleteOptions): KubeObject {
    if (live.metadata.deletionTimestamp !== undefined) return live;
    const message = 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon';
    const time = this.now();
    const terminating = {
      type: 'Terminating',
      status: 'True',
      lastTransitionTime: time,
      reason: 'InstanceDeletionPending',
      message,
    };
    const finalizers = [
      ...new Set([...(live.metadata.finalizers ?? []), 'customresourcecleanup.apiextensions.k8s.io']),
    ];
    const next: KubeObject = {
      ...live,
      metadata: { ...live.metadata, deletionTimestamp: time, finalizers },
      status: { ...live.status, conditions: [...(live.status?.['conditions'] ?? []), terminating] },
    };
    return this.#commit(resource, live, next, options);
  }

  #finalizersOnDelete(resource: Resource, live: KubeObject, { propagationPolicy }: DeleteOptions): string[] {
    const finalizers = live.metadata.finalizers ?? [];
    const others = finalizers.filter((name) => name !== 'orphan' && name !== 'foregroundDeletion');
    if (live.metadata.deletionTimestamp !== undefined && propagationPolicy === undefined) return [...finalizers];
    const policy = propagationPolicy ?? (resource.orphansByDefault ? 'Orphan' : undefined);
    if (policy === 'Orphan') return [...others, 'orphan'];
    if (policy === 'Foreground') return [...others, 'foregroundDeletion'];
    return policy === 'Background' ? others : [...finalizers];
  }

  #in(seconds: number): string {
    return `${new Date(this.#deps.clock.now() + seconds * 1000).toISOString().slice(0, 19)}Z`;
  }
}

function readBuiltin(
  resource: Resource,
  body: Record<string, unknown>,
): { object: KubeObject; unknownFields: readonly string[] } {
  const type = resource.type;
  if (type === undefined) throw new TypeError(`${resource.resource} has no type`);
  try {
    const { value, unknownFields } = decode(type, body);
    const object = { kind: resource.kind, apiVersion: apiVersionOf(resource), ...value } as KubeObject;
    applyDefaults(resource, object);
    // Once more, so that what defaults added is canonical and in its place too.
    const again = decode(type, object).value;
    return {
      object: { kind: resource.kind, apiVersion: apiVersionOf(resource), ...again } as KubeObject,
      unknownFields,
    };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw errors.badRequest(
      `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ${error.message}`,
    );
  }
}

function readCustom(
  resource: Resource,
  body: Record<string, unknown>,
): { object: KubeObject; unknownFields: readonly string[] } {
  if (body['kind'] === undefined || body['apiVersion'] === undefined) {
    const missing = body['kind'] === undefined ? 'Kind' : 'apiVersion';
    throw errors.badRequest(`Object '${missing}' is missing in '${JSON.stringify(body)}'`);
  }
  let metadata: Record<string, unknown>;
  try {
    metadata = decode(objectMetaType, body['metadata'], 'metadata').value;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw errors.badRequest(
      `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ${error.message}`,
    );
  }
  const { value, unknownFields } = decodeCustom(resource, structuredClone(body));
  return { object: { ...value, metadata } as unknown as KubeObject, unknownFields };
}

function strictError(resource: Resource, texts: readonly string[]): ApiError {
  const strict = `strict decoding error: ${texts.join(', ')}`;
  return errors.badRequest(
    resource.custom === undefined
      ? `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ${strict}`
      : strict,
  );
}

function statusMetadata(resource: Resource, live: KubeObject, next: KubeObject): ObjectMeta {
  if (resource.custom !== undefined) return { ...live.metadata };
  const { labels, annotations, finalizers } = next.metadata;
  const metadata: ObjectMeta = { ...live.metadata };
  for (const [member, value] of Object.entries({ labels, annotations, finalizers })) {
    if (value === undefined) delete metadata[member as 'labels'];
    else (metadata as Record<string, unknown>)[member] = value;
  }
  return metadata;
}

function graceOf(resource: Resource, live: KubeObject, options: DeleteOptions): number {
  if (resource.bucket !== 'pods.') return 0;
  const { spec = {}, status = {}, metadata } = live;
  if (!spec['nodeName']) return 0;
  if (status['phase'] === 'Succeeded' || status['phase'] === 'Failed') return 0;
  const asked =
    options.gracePeriodSeconds ?? metadata.deletionGracePeriodSeconds ?? spec['terminationGracePeriodSeconds'] ?? 30;
  const seconds = Math.max(0, asked);
  if (metadata.deletionTimestamp !== undefined) return Math.min(seconds, metadata.deletionGracePeriodSeconds ?? 0);
  return seconds;
}

function setFinalizers(metadata: ObjectMeta, finalizers: string[]): void {
  if (finalizers.length === 0) delete metadata.finalizers;
  else metadata.finalizers = finalizers;
}

function holdsNamespace(resource: Resource, object: KubeObject): boolean {
  return resource.bucket === 'namespaces.' && (object.spec?.['finalizers'] ?? []).length > 0;
}

// Built-in kinds check changes of metadata in two places, and the causes list both.
function twice(resource: Resource, faults: readonly errors.FieldError[]): errors.FieldError[] {
  return resource.custom === undefined ? [...faults, ...faults] : [...faults];
}

function isChanged(resource: Resource, object: KubeObject, live: KubeObject): boolean {
  switch (resource.generation) {
    case 'none':
      return false;
    case 'spec':
      return !isEqual(content(resource, object), content(resource, live));
    case 'spec-or-annotations':
      return (
        !isEqual(object.spec, live.spec) || !isEqual(object.metadata.annotations ?? {}, live.metadata.annotations ?? {})
      );
    case 'all-but-metadata':
      return !isEqual({ ...object, metadata: {} }, { ...live, metadata: {} });
  }
}

// Most kinds count their spec; those without one (webhooks, endpoint slices) and custom ones all but metadata and status.
function content(resource: Resource, object: KubeObject): unknown {
  if (resource.custom === undefined && object.spec !== undefined) return object.spec;
  return { ...object, metadata: {}, status: {} };
}

function isUnchanged(live: KubeObject, next: KubeObject): boolean {
  const timeless = (object: KubeObject): unknown => ({
    ...object,
    metadata: {
      ...object.metadata,
      resourceVersion: '',
      managedFields: object.metadata.managedFields?.map((entry) => ({ ...entry, time: '' })),
    },
  });
  return isEqual(timeless(live), timeless(next));
}
