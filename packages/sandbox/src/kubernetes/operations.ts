import { admitPod, admitTolerations } from './admission/pods.js';
import { admitLimits } from './admission/limit-bounds.js';
import { applyLimitRanges } from './admission/limit-ranges.js';
import { admitQuota } from './admission/quota.js';
import { ApiError } from './api-error.js';
import { createManagedFields, updateManagedFields } from './apply/managed-fields.js';
import type { Clock } from './clock.js';
import { Committer } from './commit.js';
import { fromStored, lacksBytes, toStored } from './convert.js';
import { defaultCustom, validateCustom } from './crd/decode-custom.js';
import { prepareCreate, prepareUpdate } from './defaults/prepare.js';
import { Deletion } from './deletion.js';
import * as errors from './errors.js';
import { copyOf } from './equal.js';
import { fault } from './errors.js';
import { countGeneration } from './generation.js';
import type { KubeObject, ObjectMeta } from './kube-api.js';
import { readObject } from './read-object.js';
import type { Resource, ResourceRegistry } from './resources.js';
import { apiVersionOf } from './resources.js';
import { emptyOf } from './schema/decode.js';
import type { ObjectStore } from './store.js';
import { validateMetadata, validateMetadataUpdate } from './validation/metadata.js';
import { validateObject, validateUpdate } from './validation/validation.js';
import type { DeleteOptions, WriteOptions, Written } from './write-options.js';

/** What the operations run on. */
export interface OperationsDeps {
  readonly store: ObjectStore;
  readonly registry: ResourceRegistry;
  readonly clock: Clock;
  /** A new version-4 UUID. */
  readonly newId: () => string;
}

const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
/** Create, read, update and delete with the server's semantics, for any resource. Errors are {@link ApiError}s. */
export class Operations {
  readonly #deps: OperationsDeps;
  readonly #committer: Committer;
  readonly #deletion: Deletion;

  constructor(deps: OperationsDeps) {
    this.#deps = deps;
    this.#committer = new Committer(deps.store);
    this.#deletion = new Deletion({ ...deps, committer: this.#committer });
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
    options.admit?.(resource, object, undefined);
    this.#refuse(resource, object, [
      ...validateMetadata(resource, object),
      ...validateCustom(resource, object),
      ...validateObject(resource, object, undefined),
    ]);
    admitLimits(resource, object, { store });
    admitQuota(resource, object, { store });
    // It is the storage that refuses a version, which a dry run does not come to.
    const isVersioned = !['', '0'].includes(meta.resourceVersion ?? '');
    if (isVersioned && options.dryRun !== true) {
      throw new ApiError({
        code: 500,
        reason: '',
        message: 'resourceVersion should not be set on objects to be created',
      });
    }
    const name = meta.name ?? '';
    const existing = store.get(resource.bucket, meta.namespace, name);
    if (existing !== undefined)
      throw errors.alreadyExists(resource, name, existing.metadata.deletionTimestamp !== undefined);
    options.admission?.validate(object, undefined);
    const stored = toStored(resource, object);
    if (options.dryRun === true) return fromStored(resource, stored);
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
      const { resourceVersion } = meta;
      delete meta.resourceVersion;
      const object = this.create(resource, namespace, next, options);
      // What is not stored keeps the version it was sent with.
      if (options.dryRun !== true || resourceVersion === undefined) return { object, created: true };
      return { object: { ...object, metadata: { ...object.metadata, resourceVersion } }, created: true };
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
    else object.metadata.managedFields = copyOf(withManaged);
    this.#finish(resource, object, live, options);
    // A Scale may have made the struct its replicas are in; the defaults of its other members belong to nobody, and are
    // stored by the next write only.
    const lacksDefaults = options.subresource === 'scale' && defaultCustom(resource, object);
    if (resource.bucket === 'pods.' && object.spec !== undefined) admitTolerations(object.spec);
    options.admission?.mutate(object, live);
    prepareUpdate(resource, object, live, context);
    countGeneration(resource, object, { live, subresource: options.subresource });
    options.admit?.(resource, object, live);
    this.#refuse(resource, object, [
      ...validateMetadata(resource, object),
      ...twice(resource, validateMetadataUpdate(object, live)),
      ...validateCustom(resource, object),
      ...validateObject(resource, object, live),
      ...validateUpdate(resource, object, live, options.subresource),
    ]);
    if (options.subresource === undefined) {
      admitLimits(resource, object, { store, live });
      admitQuota(resource, object, { store, live });
    }
    options.admission?.validate(object, live);
    const isLackingBytes = lacksBytes(resource, object);
    const isLacking = lacksDefaults || isLackingBytes;
    const written = this.#committer.commit(resource, {
      live: stored,
      next: toStored(resource, object),
      ...(isLackingBytes ? { unstored: object } : {}),
      dryRun: options.dryRun === true,
      isLacking,
    });
    return fromStored(resource, written);
  }

  /** Deletes; the answer is the object where it lives on or its kind is answered with it, else `undefined`. */
  delete(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    options: DeleteOptions = {},
  ): KubeObject | undefined {
    return this.#deletion.delete(resource, namespace, name, options);
  }

  /** Decodes a body into an object of this resource, defaults included. @throws {ApiError} 400 */
  read(resource: Resource, body: unknown, options: Pick<WriteOptions, 'fieldValidation' | 'warnings'>): KubeObject {
    return readObject(this.#deps.registry, resource, { body, options });
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
      const { status } = emptyOf(resource.type);
      if (status !== undefined) object.status = copyOf(status) as KubeObject['status'];
    }
  }

  /** What may change, from `next`; the rest, from `live`. */
  #merged(resource: Resource, live: KubeObject, next: KubeObject, options: WriteOptions): KubeObject {
    const kept = live.metadata;
    const object: KubeObject = copyOf(
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
      object.spec = copyOf(live.spec);
    return object;
  }

  #refuse(resource: Resource, object: KubeObject, faults: readonly errors.FieldError[]): void {
    if (faults.length > 0) throw errors.invalid(resource, object.metadata.name ?? '', faults);
  }

  #finish(resource: Resource, object: KubeObject, live: KubeObject | undefined, options: WriteOptions): void {
    if (options.managed !== undefined) {
      object.metadata.managedFields = copyOf(options.managed);
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

// Built-in kinds check changes of metadata in two places, and the causes list both.
function twice(resource: Resource, faults: readonly errors.FieldError[]): errors.FieldError[] {
  return resource.custom === undefined ? [...faults, ...faults] : [...faults];
}
