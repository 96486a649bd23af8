import type { ContainerTrouble } from './container-state.js';
import { containerTroubles, isCertain } from './container-state.js';
import type { KubeClient } from './kube-client.js';
import type { KubeObject } from './kube-object.js';
import { at, listAt, textAt } from './kube-object.js';
import type { Clock } from './limits.js';
import { observe } from './observe.js';
import { podReason } from './pod-trouble.js';

/** A pod that will not start, and the container that keeps it. */
export interface StuckPod {
  readonly pod: string;
  readonly trouble: ContainerTrouble;
}

/**
 * Watches the pods of a namespace until one is stuck: an image that cannot be pulled, a crash loop, a missing ConfigMap.
 *
 * A trouble counts once it lasted for `graceMs`, over restarts: a container that was well in between starts anew. An
 * image that the registry says does not exist counts after a fifth of that.
 *
 * @returns the stuck pod. Never returns while all goes well.
 * @throws the signal's reason.
 */
export async function findStuckPod(
  deps: { readonly kube: KubeClient; readonly clock: Clock },
  options: {
    readonly namespace: string;
    /** `Infinity` finds none: then it only tells how they are. */
    readonly graceMs: number;
    /** Told what each pod is at, whenever that changes. */
    readonly onChange?: (pod: string, text: string) => void;
    /** Uids of pods to leave out: those of before. */
    readonly except: ReadonlySet<string>;
    readonly signal: AbortSignal;
  },
): Promise<StuckPod> {
  const { clock } = deps;
  const since = new Map<string, number>();
  let latest: readonly KubeObject[] = [];
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  let found: ((stuck: StuckPod) => void) | undefined;
  const stuck = new Promise<StuckPod>((resolve) => (found = resolve));
  const timers = new Map<string, true>();

  const said = new Map<string, string>();
  const tell = (pod: KubeObject): void => {
    const { name = '', uid = name } = pod.metadata;
    const text = podReason(pod) ?? (textAt(pod, 'status', 'phase') === 'Succeeded' ? 'has succeeded' : 'is ready');
    if (said.get(uid) !== text) options.onChange?.(name, text);
    said.set(uid, text);
  };

  const judge = (): void => {
    const now = clock.now();
    const seen = new Set<string>();
    for (const pod of latest) {
      if (options.except.has(pod.metadata.uid ?? '') || pod.metadata.deletionTimestamp !== undefined) continue;
      tell(pod);
      for (const trouble of containerTroubles(pod)) {
        const key = `${pod.metadata.uid ?? pod.metadata.name}/${trouble.container}`;
        seen.add(key);
        if (!trouble.stuck && !since.has(key)) continue;
        const start = since.get(key) ?? now;
        since.set(key, start);
        const dueMs = start + (isCertain(trouble) ? options.graceMs / 5 : options.graceMs);
        if (trouble.stuck && now >= dueMs) found?.({ pod: pod.metadata.name ?? '', trouble });
        else if (now < dueMs && Number.isFinite(dueMs)) wakeAt(`${key}@${dueMs}`, dueMs - now);
      }
      // Still starting again: neither well nor in trouble, so its time runs on.
      for (const status of listAt(pod, 'status', 'containerStatuses')) {
        const key = `${pod.metadata.uid ?? pod.metadata.name}/${String(at(status, 'name'))}`;
        if (at(status, 'ready') !== true) seen.add(key);
      }
    }
    for (const key of since.keys()) if (!seen.has(key)) since.delete(key);
  };
  const wakeAt = (key: string, ms: number): void => {
    if (timers.has(key)) return;
    timers.set(key, true);
    clock.sleep(ms, signal).then(judge, () => {}); // aborted: nobody waits any more
  };
  const watching = (async () => {
    for await (const { objects } of observe(
      deps,
      { apiVersion: 'v1', kind: 'Pod' },
      { namespace: options.namespace, signal },
    )) {
      latest = [...objects.values()];
      judge();
    }
    throw new Error('observe ends only by its signal');
  })();
  try {
    return await Promise.race([stuck, watching]);
  } finally {
    over.abort();
    await watching.catch(() => {}); // its error was the race's, or the abort just above
  }
}
