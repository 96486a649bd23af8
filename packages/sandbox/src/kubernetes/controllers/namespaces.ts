import { isApiError } from '../kube-api.js';
import type { KubeObject } from '../kube-api.js';
import type { Controller } from './context.js';
import { formatTime } from './kube-time.js';
import { resources } from './resources.js';
import { conditionOf, writeStatus } from './status.js';
import type { Condition } from './status.js';
import { createWorkQueue } from './work-queue.js';

const MANAGER = 'kube-controller-manager';
const RETRY_MS = 5_000;

/**
 * Empties namespaces that are being deleted, says in their conditions what holds them, and removes the finalizer
 * `kubernetes` when nothing is left.
 *
 * @see https://kubernetes.io/docs/tasks/administer-cluster/namespaces/#deleting-a-namespace
 */
export const startNamespaceController: Controller = ({ api, clock, logger }) => {
  const watches = new Map<string, () => void>();
  const queue = createWorkQueue({ name: 'namespace', clock, logger, sync });
  const stop = api.watch(resources.namespaces, ({ type, object }) => {
    const { name = '' } = object.metadata;
    if (type === 'DELETED' || object.metadata.deletionTimestamp === undefined) return endWatch(name);
    queue.add(name);
  });
  return () => {
    queue.stop();
    stop();
    for (const name of [...watches.keys()]) endWatch(name);
  };

  function endWatch(name: string): void {
    watches.get(name)?.();
    watches.delete(name);
  }

  function sync(name: string): void {
    const namespace = api.get(resources.namespaces, undefined, name);
    if (namespace === undefined || namespace.metadata.deletionTimestamp === undefined) return endWatch(name);
    watchContents(name);
    const left = deleteContents(name);
    if (left.length === 0) {
      endWatch(name);
      return finalize(namespace);
    }
    report(namespace, left);
    queue.addAfter(name, RETRY_MS);
  }

  /** What goes in the meantime brings the namespace back into the queue. */
  function watchContents(name: string): void {
    if (watches.has(name)) return;
    const stops = api
      .resources()
      .filter(({ namespaced }) => namespaced)
      .map((resource) =>
        api.watch(resource, ({ type, object }) => {
          if (type === 'DELETED' && object.metadata.namespace === name) queue.add(name);
        }),
      );
    watches.set(name, () => stops.forEach((end) => end()));
  }

  function deleteContents(namespace: string): KubeObject[] {
    const left: KubeObject[] = [];
    for (const resource of api.resources()) {
      if (!resource.namespaced) continue;
      for (const object of api.list(resource, { namespace })) {
        const { name = '', deletionTimestamp } = object.metadata;
        try {
          if (deletionTimestamp === undefined) {
            api.delete(resource, namespace, name, { propagationPolicy: 'Background' });
          }
        } catch (error) {
          if (!isApiError(error)) throw error; // gone, or not deletable by itself
        }
        const after = api.get(resource, namespace, name);
        if (after !== undefined) left.push({ ...after, kind: resource.resource, apiVersion: resource.group });
      }
    }
    return left;
  }

  function finalize(namespace: KubeObject): void {
    api.modify(
      resources.namespaces,
      undefined,
      namespace.metadata.name ?? '',
      (draft) => {
        const finalizers: string[] = draft.spec?.['finalizers'] ?? [];
        draft.spec = { ...draft.spec, finalizers: finalizers.filter((finalizer) => finalizer !== 'kubernetes') };
      },
      { manager: MANAGER },
    );
  }

  function report(namespace: KubeObject, left: readonly KubeObject[]): void {
    const old: Condition[] = namespace.status?.['conditions'] ?? [];
    const conditions = conditionsOf(left).map((next) => {
      const before = conditionOf(old, next.type);
      const same = before?.status === next.status;
      return { ...next, lastTransitionTime: same ? (before?.lastTransitionTime ?? '') : formatTime(clock.now()) };
    });
    writeStatus(
      api,
      resources.namespaces,
      namespace,
      { ...namespace.status, phase: 'Terminating', conditions },
      MANAGER,
    );
  }
};

function conditionsOf(left: readonly KubeObject[]): Condition[] {
  const byResource = countBy(
    left.map(({ kind, apiVersion }) => (apiVersion === '' ? `${kind}.` : `${kind}.${apiVersion}`)),
  );
  const byFinalizer = countBy(left.flatMap(({ metadata }) => metadata.finalizers ?? []));
  const remaining = byResource.map(([name, count]) => `${name} has ${count} resource instances`).join(', ');
  const held = byFinalizer.map(([name, count]) => `${name} in ${count} resource instances`).join(', ');
  const fine = (type: string, reason: string, message: string): Condition => ({
    type,
    status: 'False',
    reason,
    message,
  });
  return [
    fine('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'),
    fine(
      'NamespaceDeletionGroupVersionParsingFailure',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    fine(
      'NamespaceDeletionContentFailure',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ),
    left.length > 0
      ? {
          type: 'NamespaceContentRemaining',
          status: 'True',
          reason: 'SomeResourcesRemain',
          message: `Some resources are remaining: ${remaining}`,
        }
      : fine('NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed'),
    byFinalizer.length > 0
      ? {
          type: 'NamespaceFinalizersRemaining',
          status: 'True',
          reason: 'SomeFinalizersRemain',
          message: `Some content in the namespace has finalizers remaining: ${held}`,
        }
      : fine('NamespaceFinalizersRemaining', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'),
  ];
}

function countBy(names: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}
