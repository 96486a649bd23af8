import { ApiError } from './api-error.js';
import type { Clock } from './clock.js';
import type { Committer } from './commit.js';
import { holdsNamespace } from './commit.js';
import { fromStored } from './convert.js';
import * as errors from './errors.js';
import type { KubeObject, ObjectMeta } from './kube-api.js';
import type { Resource } from './resources.js';
import type { ObjectStore } from './store.js';
import type { DeleteOptions } from './write-options.js';

const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io';

/** Deletes as the real server does: preconditions, grace, finalizers, propagation, namespaces and definitions. */
export class Deletion {
  readonly #store: ObjectStore;
  readonly #clock: Clock;
  readonly #committer: Committer;

  constructor({ store, clock, committer }: { store: ObjectStore; clock: Clock; committer: Committer }) {
    this.#store = store;
    this.#clock = clock;
    this.#committer = committer;
  }

  /** Deletes; the answer is the object where it lives on or its kind is answered with it, else `undefined`. */
  delete(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    options: DeleteOptions = {},
  ): KubeObject | undefined {
    const store = this.#store;
    const live = this.#stored(resource, namespace, name);
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
    return fromStored(resource, this.#commit(resource, live, { ...live, metadata: meta }, options));
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
      metadata: { ...live.metadata, deletionTimestamp: live.metadata.deletionTimestamp ?? this.#in(0) },
      status: { ...live.status, phase: 'Terminating' },
    };
    return this.#commit(resource, live, next, options);
  }

  // A definition lives on until its objects are gone; whoever follows definitions takes the finalizer away then.
  #deleteDefinition(resource: Resource, live: KubeObject, options: DeleteOptions): KubeObject {
    if (live.metadata.deletionTimestamp !== undefined) return live;
    const message = 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon';
    const time = this.#in(0);
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
    // What was said before counts until something else is said; when it is done, the default does again.
    const isSaid = others.length < finalizers.length;
    const policy = propagationPolicy ?? (resource.orphansByDefault && !isSaid ? 'Orphan' : undefined);
    if (policy === 'Orphan') return [...others, 'orphan'];
    if (policy === 'Foreground') return [...others, 'foregroundDeletion'];
    return policy === 'Background' ? others : [...finalizers];
  }

  #stored(resource: Resource, namespace: string | undefined, name: string): KubeObject {
    const object = this.#store.get(resource.bucket, namespace, name);
    if (object === undefined) throw errors.notFound(resource, name);
    return object;
  }

  #commit(resource: Resource, live: KubeObject, next: KubeObject, { dryRun = false }: DeleteOptions): KubeObject {
    return this.#committer.commit(resource, { live, next, dryRun, isLacking: false });
  }

  #in(seconds: number): string {
    return `${new Date(this.#clock.now() + seconds * 1000).toISOString().slice(0, 19)}Z`;
  }
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
