import { DeployError } from './errors.js';
import type { CallOptions, KubeClient, Selection, WatchEvent } from './kube-client.js';
import type { KindRef, KubeObject } from './kube-object.js';
import { at } from './kube-object.js';
import type { Clock } from './limits.js';

/** All objects of a selection at one instant. */
export interface Snapshot {
  /** By `namespace/name`. Written to between snapshots: read it before asking for the next. */
  readonly objects: ReadonlyMap<string, KubeObject>;
}

const PAUSE_MS = 500;
const MAX_PAUSE_MS = 10_000;
/** Refusals of fresh credentials in a row after which more will not help. */
const MAX_REFUSALS = 3;

/**
 * What there is of a kind, and again after each change, until the signal aborts.
 *
 * Goes on through ends of the connection, servers that are away, and `410 Gone`, after which it lists again and so
 * notices what was deleted meanwhile. The client's own informers fall silent in some of these cases, hence this.
 *
 * @throws the signal's reason; {@link DeployError} `REFUSED` when the API refuses for good.
 */
export async function* observe(
  deps: { readonly kube: KubeClient; readonly clock: Clock },
  kind: KindRef,
  options: Selection & CallOptions,
): AsyncGenerator<Snapshot> {
  const { kube, clock } = deps;
  const { signal } = options;
  const objects = new Map<string, KubeObject>();
  let pauseMs = PAUSE_MS;
  let version: string | undefined;
  let refusals = 0;
  for (;;) {
    signal?.throwIfAborted();
    try {
      if (version === undefined) {
        const list = await kube.list(kind, options);
        objects.clear();
        for (const object of list.items) objects.set(keyOf(object), object);
        version = list.resourceVersion;
        yield { objects };
      }
      for await (const event of kube.watch(kind, { ...options, resourceVersion: version })) {
        pauseMs = PAUSE_MS;
        refusals = 0;
        if (event.type === 'ERROR') throw statusError(event);
        version = event.object.metadata.resourceVersion ?? version;
        if (event.type === 'BOOKMARK') continue;
        if (event.type === 'DELETED') objects.delete(keyOf(event.object));
        else objects.set(keyOf(event.object), event.object);
        yield { objects };
      }
      // The server ends watches from time to time: go on from where it was, but never in a tight loop.
      await clock.sleep(50, signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof DeployError && isFinal(error)) throw error;
      if (error instanceof DeployError && error.httpStatus === 401 && (refusals += 1) >= MAX_REFUSALS) throw error;
      if (error instanceof DeployError && error.httpStatus === 410) version = undefined;
      // A line that cannot be parsed may have been a change: only a list tells what there is now.
      if (error instanceof SyntaxError) version = undefined;
      await clock.sleep(pauseMs, signal);
      pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    }
  }
}

function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`;
}

function isFinal({ httpStatus, code }: DeployError): boolean {
  if (code === 'INVALID') return true;
  return httpStatus !== undefined && httpStatus < 500 && ![401, 408, 410, 429].includes(httpStatus);
}

function statusError(event: WatchEvent): DeployError {
  const status = Number(at(event.object, 'code') ?? 500);
  return new DeployError('REFUSED', `watch ended: ${String(at(event.object, 'message') ?? status)}`, {
    httpStatus: status,
  });
}
