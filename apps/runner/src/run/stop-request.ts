import { watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Clock } from '@seatrial/cli';
import { joinUri, type ObjectStore } from '@seatrial/storage';

/** Milliseconds between two looks at a bucket. */
const POLL_MS = 5_000;

/** Object whose being there asks a run to stop. The run takes it away when it begins. */
export function stopRequestUri(runUri: string): string {
  return joinUri(runUri, 'artifacts', 'seatrial', 'stop.json');
}

/** Asks a run to stop, from wherever its results can be written. */
export async function requestStop(
  store: ObjectStore,
  runUri: string,
  request: { readonly requestedMs: number; readonly by: string },
): Promise<void> {
  await store.write(stopRequestUri(runUri), `${JSON.stringify(request)}\n`, { contentType: 'application/json' });
}

/**
 * Resolves with who asked, as soon as somebody asks for the run to stop; never, if nobody does before the signal is
 * aborted. A folder is watched, a bucket looked at every five seconds. What cannot be read is looked for again.
 */
export async function waitForStopRequest(
  { store, clock }: { readonly store: ObjectStore; readonly clock: Clock },
  runUri: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const uri = stopRequestUri(runUri);
  while (!signal.aborted) {
    const changed = await watchFor(uri, signal);
    try {
      const found = await store.find(uri).catch(() => undefined); // not reachable now
      if (found !== undefined) return whoAsked(found.text);
      await (changed?.next() ?? clock.sleep(POLL_MS, signal));
    } catch {
      return undefined; // the run is over
    } finally {
      changed?.close();
    }
  }
  return undefined;
}

function whoAsked(text: string): string {
  try {
    const { by } = JSON.parse(text) as { readonly by?: unknown };
    return typeof by === 'string' ? by : 'somebody';
  } catch {
    return 'somebody'; // SyntaxError: made by hand
  }
}

/** Tells of the next change in the folder of a file; `undefined` where there is none to watch. */
async function watchFor(
  uri: string,
  signal: AbortSignal,
): Promise<{ next(): Promise<void>; close(): void } | undefined> {
  if (!uri.startsWith('file://')) return undefined;
  const dir = fileURLToPath(uri.slice(0, uri.lastIndexOf('/')));
  await mkdir(dir, { recursive: true });
  let changed: () => void = () => undefined;
  let failed: (error: unknown) => void = () => undefined;
  const change = new Promise<void>((resolve, reject) => {
    changed = resolve;
    failed = reject;
  });
  change.catch(() => undefined); // not waited for when the request is there already
  const watcher = watch(dir, (_event, name) => {
    if (name === null || uri.endsWith(`/${name}`)) changed();
  });
  watcher.on('error', failed);
  const onAbort = () => failed(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    next: () => change,
    close() {
      signal.removeEventListener('abort', onAbort);
      watcher.close();
    },
  };
}
