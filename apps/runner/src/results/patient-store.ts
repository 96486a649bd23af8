import type { Clock } from '@seatrial/cli';
import type { ObjectStore } from '@seatrial/storage';

/** Milliseconds for which an outage of the results is borne, by all that is asked meanwhile together. */
const OUTAGE_MS = 180_000;
/** Milliseconds between two tries, after those that the store itself makes. */
const PAUSE_MS = 2_000;

export interface PatientStoreOptions {
  readonly clock: Clock;
  /** @default 180_000 */
  readonly outageMs?: number;
  /** @default 2_000 */
  readonly pauseMs?: number;
  /** Called when an outage begins, with what was said of it, and when it is over. */
  onOutage?(change: { readonly error: Error } | { readonly lastedMs: number }): void;
}

/**
 * A store that goes on trying while it cannot be reached, as its results may be the only ones of a run of hours. What has
 * been out of reach for longer than `outageMs` fails at once, each time, until it can be reached again: the end of a run
 * must not take an outage for each of its files.
 *
 * Lists are handed over once they are whole; a stream that is written is tried once.
 */
export function createPatientStore(store: ObjectStore, options: PatientStoreOptions): ObjectStore {
  const { clock, outageMs = OUTAGE_MS, pauseMs = PAUSE_MS, onOutage } = options;
  let sinceMs: number | undefined;

  const patiently = async <T>(ask: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        const answer = await ask();
        if (sinceMs !== undefined) onOutage?.({ lastedMs: clock.now() - sinceMs });
        sinceMs = undefined;
        return answer;
      } catch (error) {
        if ((error as { readonly code?: string }).code !== 'UNAVAILABLE') throw error;
        if (sinceMs === undefined) {
          sinceMs = clock.now();
          onOutage?.({ error: error as Error });
        }
        if (clock.now() - sinceMs >= outageMs) throw error;
      }
      await clock.sleep(pauseMs);
    }
  };
  async function* whole<T>(list: () => AsyncIterable<T>): AsyncIterable<T> {
    yield* await patiently(async () => {
      const items: T[] = []; // Array.fromAsync needs Node.js 22
      for await (const item of list()) items.push(item);
      return items;
    });
  }

  return {
    read: (...args) => patiently(() => store.read(...args)),
    readText: (uri) => patiently(() => store.readText(uri)),
    readJson: (uri) => patiently(() => store.readJson(uri)),
    readStream: (...args) => patiently(() => store.readStream(...args)),
    find: (uri) => patiently(() => store.find(uri)),
    write(uri, body, writeOptions) {
      const once = () => store.write(uri, body, writeOptions);
      return typeof body === 'string' || body instanceof Uint8Array ? patiently(once) : once();
    },
    writeFile: (...args) => patiently(() => store.writeFile(...args)),
    downloadFile: (...args) => patiently(() => store.downloadFile(...args)),
    list: (...args) => whole(() => store.list(...args)),
    listLevel: (...args) => whole(() => store.listLevel(...args)),
    listFolders: (...args) => whole(() => store.listFolders(...args)),
    stat: (uri) => patiently(() => store.stat(uri)),
    exists: (uri) => patiently(() => store.exists(uri)),
    delete: (...args) => patiently(() => store.delete(...args)),
    copy: (...args) => patiently(() => store.copy(...args)),
    uploadFolder: (...args) => patiently(() => store.uploadFolder(...args)),
    downloadFolder: (...args) => patiently(() => store.downloadFolder(...args)),
  };
}
