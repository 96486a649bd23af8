import type { Clock } from '@seatrial/cli';
import { joinUri, type ObjectStore } from '@seatrial/storage';

/** `artifacts/seatrial/process.json`: where a run runs, or ran last. */
export interface ProcessRecord {
  readonly host: string;
  readonly pid: number;
  readonly startedMs: number;
}

function recordUri(runUri: string): string {
  return joinUri(runUri, 'artifacts', 'seatrial', 'process.json');
}

export async function writeProcessRecord(
  { store, clock }: { readonly store: ObjectStore; readonly clock: Pick<Clock, 'now'> },
  runUri: string,
  process: Pick<ProcessRecord, 'host' | 'pid'>,
): Promise<void> {
  const record: ProcessRecord = { ...process, startedMs: clock.now() };
  await store.write(recordUri(runUri), `${JSON.stringify(record)}\n`, { contentType: 'application/json' });
}

/** `undefined` when there is none, or none that can be read. */
export async function findProcessRecord(store: ObjectStore, runUri: string): Promise<ProcessRecord | undefined> {
  const found = await store.find(recordUri(runUri));
  if (found === undefined) return undefined;
  try {
    const { host, pid, startedMs } = JSON.parse(found.text) as Partial<ProcessRecord>;
    if (typeof host !== 'string' || typeof pid !== 'number' || typeof startedMs !== 'number') return undefined;
    return { host, pid, startedMs };
  } catch {
    return undefined; // SyntaxError: not ours
  }
}
