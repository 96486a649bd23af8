import { isApiError } from '../kube-api.js';
import type { ApiResource, KubeObject, OwnerReference, ResourceRef } from '../kube-api.js';
import type { Controller } from './context.js';
import { resources } from './resources.js';
import { createWorkQueue } from './work-queue.js';

const MANAGER = 'kube-controller-manager';
const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

/** One known object, by the parts that matter here. */
interface Node {
  readonly resource: ApiResource;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly owners: readonly OwnerReference[];
}

/**
 * Deletes what lost its owners, and finishes deletions that wait for dependents (foreground) or let them go (orphan).
 *
 * @see https://kubernetes.io/docs/concepts/architecture/garbage-collection/
 */
export const startGarbageCollector: Controller = ({ api, clock, logger }) => {
  const nodes = new Map<string, Node>();
  const dependents = new Map<string, Set<string>>();
  const watches = new Map<string, () => void>();
  const queue = createWorkQueue({ name: 'garbage-collector', clock, logger, sync });
  const stopDefinitions = api.watch(resources.customResourceDefinitions, () => watchAll());
  watchAll();
  return () => {
    queue.stop();
    stopDefinitions();
    for (const stop of watches.values()) stop();
  };

  function watchAll(): void {
    for (const resource of api.resources()) {
      const key = `${resource.group}/${resource.resource}`;
      // Events own nothing and are owned by nothing, and there are many.
      if (watches.has(key) || resource.resource === 'events') continue;
      watches.set(
        key,
        api.watch(resource, ({ type, object }) => (type === 'DELETED' ? forget(object) : learn(resource, object))),
      );
    }
  }

  function learn(resource: ApiResource, { metadata }: KubeObject): void {
    const { uid, namespace, name = '', ownerReferences: owners = [], deletionTimestamp, finalizers = [] } = metadata;
    if (uid === undefined) return;
    const before = nodes.get(uid);
    nodes.set(uid, { resource, namespace, name, owners });
    for (const owner of before?.owners ?? []) {
      if (owners.some((other) => other.uid === owner.uid)) continue;
      dependents.get(owner.uid)?.delete(uid);
      if (nodes.has(owner.uid)) queue.add(owner.uid); // it may have waited for this one
    }
    for (const owner of owners) {
      const set = dependents.get(owner.uid) ?? new Set();
      dependents.set(owner.uid, set.add(uid));
    }
    if (owners.length > 0 && before?.owners !== owners) queue.add(uid);
    if (deletionTimestamp !== undefined && (finalizers.includes(FOREGROUND) || finalizers.includes(ORPHAN))) {
      queue.add(uid);
    }
  }

  function forget({ metadata: { uid } }: KubeObject): void {
    if (uid === undefined) return;
    const node = nodes.get(uid);
    nodes.delete(uid);
    for (const owner of node?.owners ?? []) {
      dependents.get(owner.uid)?.delete(uid);
      if (nodes.has(owner.uid)) queue.add(owner.uid);
    }
    for (const dependent of dependents.get(uid) ?? []) queue.add(dependent);
    dependents.delete(uid);
  }

  function sync(uid: string): void {
    const node = nodes.get(uid);
    if (node === undefined) return;
    const object = api.get(node.resource, node.namespace, node.name);
    if (object === undefined || object.metadata.uid !== uid) return;
    const { finalizers = [], deletionTimestamp } = object.metadata;
    if (deletionTimestamp !== undefined) {
      if (finalizers.includes(ORPHAN)) return letGo(node, object);
      if (finalizers.includes(FOREGROUND)) return deleteDependents(node, object);
      return;
    }
    collect(node, object);
  }

  function collect(node: Node, object: KubeObject): void {
    const { ownerReferences: owners = [], finalizers = [], uid } = object.metadata;
    if (owners.length === 0) return;
    const states = owners.map((owner) => ({ owner, state: stateOf(owner, object) }));
    const solid = states.filter(({ state }) => state === 'solid');
    if (solid.length > 0) {
      const gone = new Set(states.filter(({ state }) => state !== 'solid').map(({ owner }) => owner.uid));
      if (gone.size > 0) dropOwners(node, gone);
      return;
    }
    const waiting = states.some(({ state }) => state === 'waiting');
    const propagationPolicy =
      waiting && (dependents.get(uid ?? '')?.size ?? 0) > 0
        ? 'Foreground'
        : finalizers.includes(ORPHAN)
          ? 'Orphan'
          : finalizers.includes(FOREGROUND)
            ? 'Foreground'
            : 'Background';
    ignoreMissing(() =>
      api.delete(node.resource, node.namespace, node.name, {
        propagationPolicy,
        ...(uid === undefined ? {} : { uid }),
      }),
    );
  }

  /** Is the owner there, gone, or waiting for its dependents to go first? */
  function stateOf(reference: OwnerReference, dependent: KubeObject): 'solid' | 'gone' | 'waiting' {
    const resource = api.resourceOf(reference.apiVersion, reference.kind);
    // A kind that is not served (any more) is no proof of absence.
    if (resource === undefined) return nodes.has(reference.uid) ? 'solid' : 'gone';
    const namespace = resource.namespaced ? dependent.metadata.namespace : undefined;
    const owner = api.get(resource, namespace, reference.name);
    if (owner === undefined || owner.metadata.uid !== reference.uid) return 'gone';
    const { deletionTimestamp, finalizers = [] } = owner.metadata;
    return deletionTimestamp !== undefined && finalizers.includes(FOREGROUND) ? 'waiting' : 'solid';
  }

  function deleteDependents(node: Node, object: KubeObject): void {
    const uid = object.metadata.uid ?? '';
    let blocked = false;
    for (const dependent of [...(dependents.get(uid) ?? [])]) {
      const known = nodes.get(dependent);
      if (known === undefined) continue;
      if (known.owners.some((owner) => owner.uid === uid && owner.blockOwnerDeletion === true)) blocked = true;
      queue.add(dependent);
    }
    if (!blocked) removeFinalizer(node, FOREGROUND);
  }

  function letGo(node: Node, object: KubeObject): void {
    const uid = object.metadata.uid ?? '';
    for (const dependent of [...(dependents.get(uid) ?? [])]) {
      const known = nodes.get(dependent);
      if (known !== undefined) dropOwners(known, new Set([uid]));
    }
    removeFinalizer(node, ORPHAN);
  }

  function dropOwners(node: Node, uids: ReadonlySet<string>): void {
    change(node, (draft) => {
      const left = (draft.metadata.ownerReferences ?? []).filter(({ uid }) => !uids.has(uid));
      if (left.length > 0) draft.metadata.ownerReferences = left;
      else delete draft.metadata.ownerReferences;
    });
  }

  function removeFinalizer(node: Node, finalizer: string): void {
    change(node, (draft) => {
      const left = (draft.metadata.finalizers ?? []).filter((other) => other !== finalizer);
      if (left.length > 0) draft.metadata.finalizers = left;
      else delete draft.metadata.finalizers;
    });
  }

  function change(node: Node, edit: (draft: KubeObject) => void): void {
    const ref: ResourceRef = node.resource;
    ignoreMissing(() => api.modify(ref, node.namespace, node.name, edit, { manager: MANAGER }));
  }

  function ignoreMissing(action: () => void): void {
    try {
      action();
    } catch (error) {
      // 404: gone; 409: replaced by another object of the name, which is looked at by itself.
      if (!isApiError(error, 404) && !isApiError(error, 409)) throw error;
    }
  }
};
