import { eventsOf } from './object-events.js';
import { podLogs, podReason } from './pod-trouble.js';
import type { CallOptions, KubeClient } from './kube-client.js';
import type { KindRef, KubeObject, ObjectMeta } from './kube-object.js';
import { textAt } from './kube-object.js';
import { observe } from './observe.js';
import type { WaitDeps } from './wait.js';

const POD: KindRef = { apiVersion: 'v1', kind: 'Pod' };
const MAX_OWNERS = 8;

/** The pods, say, of one custom resource, those too that are gone by now. */
export interface OwnedRecord {
  /** Every object of the kind that belonged to it, as last seen. */
  readonly all: () => readonly KubeObject[];
  /** Asks for what is there now: the watch may be a moment behind. */
  readonly refresh: (signal?: AbortSignal) => Promise<void>;
  /** Resolves when the condition holds for the objects that are there now. */
  readonly until: (holds: (present: readonly KubeObject[]) => boolean, signal: AbortSignal) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** A custom resource. */
export interface Owner {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/**
 * Watches a namespace's objects of a kind and keeps those that belong to a custom resource: by owner, by a label, or by
 * name.
 *
 * @param of.kind pods when left out
 */
export function recordOwned(
  deps: WaitDeps,
  of: Owner & { readonly kind?: KindRef; readonly signal?: AbortSignal | undefined },
): OwnedRecord {
  const { kind = POD } = of;
  const over = new AbortController();
  const signal = of.signal === undefined ? over.signal : AbortSignal.any([of.signal, over.signal]);
  const seen = new Map<string, KubeObject>();
  let present: readonly KubeObject[] | undefined;
  const waiters = new Set<() => void>();
  let failure: { readonly error: unknown } | undefined;
  const keep = (object: KubeObject): void =>
    void seen.set(object.metadata.uid ?? object.metadata.name ?? '', { ...kind, ...object });
  const watching = (async () => {
    try {
      for await (const { objects } of observe(deps, kind, { namespace: of.namespace, signal })) {
        present = [...objects.values()].filter((object) => belongs(object, of));
        present.forEach(keep);
        for (const wake of waiters) wake();
      }
    } catch (error) {
      failure = { error };
      for (const wake of waiters) wake();
    }
  })();
  return {
    all: () => [...seen.values()],
    refresh: async (limit) => {
      const { items } = await deps.kube.list(kind, { namespace: of.namespace, signal: limit });
      items.filter((object) => belongs(object, of)).forEach(keep);
    },
    until: (holds, limit) =>
      new Promise((resolve, reject) => {
        const end = (done: () => void): void => {
          waiters.delete(check);
          limit.removeEventListener('abort', onAbort);
          done();
        };
        const onAbort = (): void => end(() => reject(limit.reason as Error));
        const check = (): void => {
          if (present !== undefined && holds(present)) end(resolve);
          else if (failure !== undefined) end(() => reject(failure?.error as Error));
        };
        waiters.add(check);
        limit.addEventListener('abort', onAbort, { once: true });
        if (limit.aborted) onAbort();
        else check();
      }),
    stop: async () => {
      over.abort();
      await watching;
    },
  };
}

function belongs(object: KubeObject, of: Owner): boolean {
  const { ownerReferences = [], labels = {}, name = '' } = object.metadata;
  return (
    ownerReferences.some(({ uid }) => uid === of.uid) ||
    Object.values(labels).includes(of.name) ||
    name.startsWith(`${of.name}-`)
  );
}

/**
 * Whether an object goes with its owner, by owner references, be it over others: a pod of a Job of the owner.
 *
 * @returns what is wrong with them; `undefined` when they lead to the owner.
 */
export async function ownershipProblem(
  kube: KubeClient,
  object: KubeObject,
  owner: Owner,
  options: CallOptions = {},
): Promise<string | undefined> {
  let here: KubeObject | undefined = object;
  const path: string[] = [];
  while (here !== undefined && path.length < MAX_OWNERS) {
    const references: NonNullable<ObjectMeta['ownerReferences']> = here.metadata.ownerReferences ?? [];
    if (references.some(({ uid }) => uid === owner.uid)) return undefined;
    const next = references.find(({ controller }) => controller === true) ?? references[0];
    if (next === undefined) {
      return path.length === 0 ? 'has no owner' : `belongs to ${path.join(', of ')}, which has no owner`;
    }
    path.push(`${next.kind} ${next.name}`);
    const { apiVersion = 'v1', kind, name, uid } = next;
    here = await kube.get({ apiVersion, kind, name, namespace: owner.namespace }, options);
    if (here !== undefined && here.metadata.uid !== uid)
      return `belongs to ${path.join(', of ')}, which is another one`;
  }
  return `belongs to ${path.join(', of ')}, and not to ${owner.name}`;
}

/** What a report says of a custom resource that failed: its events, its pods, their events and last log lines. */
export async function describeFailure(
  kube: KubeClient,
  object: KubeObject,
  options: CallOptions & { readonly pods: readonly KubeObject[]; readonly logLines: number },
): Promise<readonly string[]> {
  const { pods, logLines, signal } = options;
  const { namespace = '' } = object.metadata;
  const events = await kube.list({ apiVersion: 'v1', kind: 'Event' }, { namespace, signal }).then(
    ({ items }) => items,
    (error: Error) => {
      signal?.throwIfAborted();
      return [{ apiVersion: 'v1', kind: 'Event', metadata: {}, message: `events cannot be read: ${error.message}` }];
    },
  );
  const lines = eventsOf(object, events).map((line) => `${object.kind} ${object.metadata.name ?? ''}: ${line}`);
  for (const pod of pods) {
    lines.push(`Pod ${pod.metadata.name ?? ''}: ${podReason(pod) ?? `phase ${textAt(pod, 'status', 'phase')}`}`);
    lines.push(...eventsOf(pod, events).map((line) => `  ${line}`));
    lines.push(...(await podLogs(kube, pod, { logLines, all: true, signal })).map((line) => `  ${line}`));
  }
  return lines;
}
