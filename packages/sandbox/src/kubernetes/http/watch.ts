import type { ServerResponse } from 'node:http';
import { fromStored } from '../convert.js';
import type { Clock } from '../clock.js';
import { fault, invalid } from '../errors.js';
import type { KubeObject } from '../kube-api.js';
import { toPartial, toTable } from '../printing/table.js';
import type { IncludeObject } from '../printing/table.js';
import type { Resource } from '../resources.js';
import { apiVersionOf } from '../resources.js';
import type { ObjectStore, StoredEvent } from '../store.js';
import type { Negotiated } from './accept.js';
import { compileSelection, readNumber, readVersion } from './list.js';
import { jsonOf } from './render.js';

/** A watch as requested. */
export interface WatchRequest {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly query: URLSearchParams;
  readonly accepted: Negotiated;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/** What a watch needs. */
export interface WatchDeps {
  readonly store: ObjectStore;
  readonly clock: Clock;
}

const MAX_WAITING_BYTES = 16 * 1024 * 1024;
const DEFAULT_TIMEOUT_SECONDS = 1800;
const BOOKMARK_MS = 60_000;
const BOOKMARK_BEFORE_END_MS = 2_000;

/**
 * Streams changes until the timeout, the end of the client, or a reader too slow to keep up (cut off, so that memory stays
 * bounded). Changes are written in the same turn as the write that made them.
 *
 * @throws {ApiError} 400 and 422 before anything is written
 */
export async function streamWatch(
  { store, clock }: WatchDeps,
  request: WatchRequest,
  response: ServerResponse,
): Promise<void> {
  const { resource, namespace, query, accepted } = request;
  const selects = compileSelection(resource, query);
  const belongs = (object: KubeObject): boolean =>
    (namespace === undefined || object.metadata.namespace === namespace) && selects(object);
  const version = readVersion(query.get('resourceVersion'));
  const initial = initialEvents(query);
  const timeoutMs = (readNumber(query, 'timeoutSeconds') || DEFAULT_TIMEOUT_SECONDS) * 1000;
  const bookmarks = query.get('allowWatchBookmarks') === 'true' || query.get('allowWatchBookmarks') === '1';
  const ended = new AbortController();
  const end = (): void => ended.abort();
  request.signal.addEventListener('abort', end, { once: true });
  response.on('close', end);
  response.on('error', end);
  if (request.signal.aborted) end();

  response.writeHead(200, { 'cache-control': 'no-cache, private', 'content-type': 'application/json' });
  response.flushHeaders();
  const write = (text: string): void => {
    if (ended.signal.aborted) return;
    response.write(text);
    if (response.writableLength > MAX_WAITING_BYTES) {
      response.destroy();
      end();
    }
  };
  const frame = createFramer(resource, query, accepted, () => clock.now());
  let sent = version ?? store.version;
  const forward = (event: StoredEvent): void => {
    sent = event.version;
    const shown = transition(event, belongs);
    if (shown !== undefined) write(frame(shown.type, fromStored(resource, shown.object)));
  };
  const start = (): (() => void) => {
    if (version === undefined || version === 0 || initial === true) {
      if (initial !== false) {
        for (const object of store.list(resource.bucket, namespace)) {
          if (belongs(object)) write(frame('ADDED', fromStored(resource, object)));
        }
      }
      sent = store.version;
      if (initial === true && bookmarks) write(bookmark(resource, store.version, true));
    } else {
      const missed = store.changesSince(resource.bucket, version);
      if (missed === undefined) {
        write(goneEvent(version, store.version));
        end();
        return () => undefined;
      }
      for (const event of missed) forward(event);
    }
    return store.listen(resource.bucket, forward);
  };
  const stop = start();
  try {
    await waitForEnd({ clock, timeoutMs, bookmarks, signal: ended.signal }, () => {
      // Nothing after this version has been withheld, whatever it was about.
      if (sent <= store.version) write(bookmark(resource, Math.max(sent, version ?? 0, store.version), false));
    });
  } finally {
    stop();
    request.signal.removeEventListener('abort', end);
    if (!response.destroyed) response.end();
  }
}

function initialEvents(query: URLSearchParams): boolean | undefined {
  const text = query.get('sendInitialEvents');
  const match = query.get('resourceVersionMatch') ?? '';
  const refuse = (error: ReturnType<typeof fault.forbidden>): never => {
    throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [error]);
  };
  if (text === null) {
    if (match !== '')
      refuse(
        fault.forbidden(
          'resourceVersionMatch',
          'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
        ),
      );
    return undefined;
  }
  if (match !== 'NotOlderThan') {
    refuse(
      fault.forbidden(
        'resourceVersionMatch',
        'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      ),
    );
  }
  return text === 'true' || text === '1';
}

interface Wait {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly bookmarks: boolean;
  readonly signal: AbortSignal;
}

async function waitForEnd({ clock, timeoutMs, bookmarks, signal }: Wait, mark: () => void): Promise<void> {
  let leftMs = timeoutMs;
  const pause = async (ms: number): Promise<void> => {
    await clock.sleep(ms, signal);
    leftMs -= ms;
  };
  try {
    while (leftMs > 0 && !signal.aborted) {
      if (!bookmarks) await pause(leftMs);
      else if (leftMs > BOOKMARK_MS + BOOKMARK_BEFORE_END_MS) {
        await pause(BOOKMARK_MS);
        mark();
      } else if (leftMs > BOOKMARK_BEFORE_END_MS) {
        await pause(leftMs - BOOKMARK_BEFORE_END_MS);
        mark();
      } else await pause(leftMs);
    }
  } catch (error) {
    if (!signal.aborted) throw error; // an aborted sleep is the watch's normal end
  }
}

/** How a change looks through a selector: entering is ADDED, leaving DELETED with the state before. */
function transition(
  event: StoredEvent,
  belongs: (object: KubeObject) => boolean,
): { type: string; object: KubeObject } | undefined {
  const { type, object, previous } = event;
  const was = previous !== undefined && belongs(previous);
  if (type === 'DELETED') return was ? { type, object } : undefined;
  const is = belongs(object);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object };
  if (!was) return undefined;
  const metadata = { ...previous.metadata, resourceVersion: object.metadata.resourceVersion ?? '' };
  return { type: 'DELETED', object: { ...previous, metadata } };
}

type Framer = (type: string, object: KubeObject) => string;
const frames = new WeakMap<KubeObject, Map<string, string>>();

// A plain event of a stored object is the same for all watchers: it is made once.
function createFramer(
  resource: Resource,
  query: URLSearchParams,
  { as, version = 'v1' }: Negotiated,
  now: () => number,
): Framer {
  if (as === 'Table') {
    let isFirst = true;
    const include = (query.get('includeObject') ?? 'Metadata') as IncludeObject;
    return (type, object) => {
      const listMeta = { resourceVersion: object.metadata.resourceVersion };
      const table = toTable(resource, [object], { nowMs: now(), include, version, listMeta, withoutColumns: !isFirst });
      isFirst = false;
      return `${JSON.stringify({ type, object: table })}\n`;
    };
  }
  if (as !== undefined) return (type, object) => `${JSON.stringify({ type, object: toPartial(object, version) })}\n`;
  return (type, object) => {
    const known = frames.get(object)?.get(type);
    if (known !== undefined) return known;
    const text = `{"type":"${type}","object":${jsonOf(object)}}\n`;
    if (Object.isFrozen(object)) frames.set(object, (frames.get(object) ?? new Map<string, string>()).set(type, text));
    return text;
  };
}

function bookmark(resource: Resource, version: number, isInitialEnd: boolean): string {
  const annotations = isInitialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
  const metadata = { resourceVersion: String(version), creationTimestamp: null, ...annotations };
  const object = { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata };
  return `${JSON.stringify({ type: 'BOOKMARK', object })}\n`;
}

function goneEvent(version: number, current: number): string {
  const message = `too old resource version: ${version} (${current})`;
  const object = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: 'Expired',
    code: 410,
  };
  return `${JSON.stringify({ type: 'ERROR', object })}\n`;
}
