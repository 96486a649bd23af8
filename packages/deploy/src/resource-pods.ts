import { eventsOf } from './object-events.js';
import { podLogs, podReason } from './pod-trouble.js';
import type { CallOptions, KubeClient } from './kube-client.js';
import type { KubeObject } from './kube-object.js';
import { textAt } from './kube-object.js';
import { observe } from './observe.js';
import type { WaitDeps } from './wait.js';

const POD = { apiVersion: 'v1', kind: 'Pod' } as const;

/** The pods of one custom resource, those too that are gone by now. */
export interface PodRecord {
  /** Every pod that belonged to it, as last seen. */
  readonly all: () => readonly KubeObject[];
  /** Asks for what is there now: the watch may be a moment behind. */
  readonly refresh: (signal?: AbortSignal) => Promise<void>;
  /** Resolves when the condition holds for the pods that are there now. */
  readonly until: (holds: (present: readonly KubeObject[]) => boolean, signal: AbortSignal) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Watches a namespace's pods and keeps those that belong to an object: by owner, by a label, or by name. */
export function recordPods(
  deps: WaitDeps,
  of: {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
    readonly signal?: AbortSignal | undefined;
  },
): PodRecord {
  const over = new AbortController();
  const signal = of.signal === undefined ? over.signal : AbortSignal.any([of.signal, over.signal]);
  const seen = new Map<string, KubeObject>();
  let present: readonly KubeObject[] | undefined;
  const waiters = new Set<() => void>();
  let failure: { readonly error: unknown } | undefined;
  const watching = (async () => {
    try {
      for await (const { objects } of observe(deps, POD, { namespace: of.namespace, signal })) {
        present = [...objects.values()].filter((pod) => belongs(pod, of));
        for (const pod of present) seen.set(pod.metadata.uid ?? pod.metadata.name ?? '', { ...POD, ...pod });
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
      const { items } = await deps.kube.list(POD, { namespace: of.namespace, signal: limit });
      for (const pod of items) if (belongs(pod, of)) seen.set(pod.metadata.uid ?? pod.metadata.name ?? '', pod);
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

function belongs(pod: KubeObject, of: { readonly name: string; readonly uid: string }): boolean {
  const { ownerReferences = [], labels = {}, name = '' } = pod.metadata;
  return (
    ownerReferences.some(({ uid }) => uid === of.uid) ||
    Object.values(labels).includes(of.name) ||
    name.startsWith(`${of.name}-`)
  );
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
