import { setMaxListeners } from 'node:events';
import type { Clock } from '@seatrial/cli';
import type { ObjectStore } from '@seatrial/storage';
import { RunnerError } from '../errors.js';
import type { LocalProcesses } from '../process/local-processes.js';

/** Milliseconds between two signs of life of a holder. */
const BEAT_MS = 15_000;
/** Milliseconds without one after which a holder on another machine counts as dead: several lost beats, and clocks that differ. */
const LEASE_MS = 120_000;

/** Who holds something. */
export interface Holder {
  readonly host: string;
  readonly pid: number;
  /** See `LocalProcesses.startOf`. */
  readonly start?: string | undefined;
  /** Tells this holding from all others. */
  readonly id: string;
  /** What it does, as a command. */
  readonly command: string;
  readonly sinceMs: number;
  /** Its last sign of life, by its own clock. */
  readonly beatMs: number;
}

/** What is held by this process until it is disposed of. */
export interface Lease extends AsyncDisposable {
  /** Aborted when another process has taken it over, which happens to one that gave no sign of life for two minutes. */
  readonly signal: AbortSignal;
  /**
   * Looks who holds it, if this process may have been silent for so long that another has taken it over (a machine that
   * slept, say). Cheap otherwise.
   *
   * @throws {RunnerError} `LOCK_LOST` if it is another's. Where that cannot be found out now, it is taken for held.
   */
  confirm(): Promise<void>;
}

export interface LeaseDeps {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly local: LocalProcesses;
  readonly newId: () => string;
}

/** Whether a holder still works, and if that is not known for sure, until when it is taken for granted. */
export function judgeHolder(
  holder: Holder,
  { local, clock }: Pick<LeaseDeps, 'local' | 'clock'>,
): { readonly isAlive: boolean; readonly untilMs?: number } {
  if (holder.host === local.host) {
    const isSame = holder.start === undefined || local.startOf(holder.pid) === holder.start;
    return { isAlive: isSame && local.isAlive(holder.pid) };
  }
  const untilMs = holder.beatMs + LEASE_MS;
  return { isAlive: clock.now() < untilMs, untilMs };
}

/** The holder of an object; `undefined` when nobody holds it, or what is there cannot be read: then it may be taken. */
export async function findHolder(store: ObjectStore, uri: string): Promise<Holder | undefined> {
  return (await read(store, uri))?.holder;
}

/**
 * Takes what the object stands for, also from a holder that is dead. Two at once: the object's generation decides.
 *
 * @returns the holder, where that is alive
 */
export async function takeLease(deps: LeaseDeps, uri: string, command: string): Promise<Lease | Holder> {
  const { store, clock, local, newId } = deps;
  const nowMs = clock.now();
  const self: Holder = {
    host: local.host,
    pid: local.pid,
    start: local.startOf(local.pid),
    id: newId(),
    command,
    sinceMs: nowMs,
    beatMs: nowMs,
  };
  for (;;) {
    const found = await read(store, uri);
    // An answer may have been lost, and the write repeated: then it is ours already.
    if (found?.holder?.id === self.id) return keep(deps, { uri, self, generation: found.generation });
    if (found?.holder !== undefined && judgeHolder(found.holder, deps).isAlive) return found.holder;
    const generation = await write(store, uri, self, found?.generation ?? '0');
    if (generation !== undefined) return keep(deps, { uri, self, generation });
  }
}

export function isHolder(taken: Lease | Holder): taken is Holder {
  return 'pid' in taken;
}

function keep(
  { store, clock }: LeaseDeps,
  { uri, self, generation: first }: { readonly uri: string; readonly self: Holder; readonly generation: string },
): Lease {
  const over = new AbortController();
  const lost = new AbortController();
  setMaxListeners(0, lost.signal); // all that is written at once follows it; Node warns of a leak at eleven
  let generation = first;
  let beatenMs = self.beatMs;
  const beat = async (): Promise<void> => {
    const beatMs = clock.now();
    const written = await write(store, uri, { ...self, beatMs }, generation);
    if (written !== undefined) {
      [generation, beatenMs] = [written, beatMs];
      return;
    }
    const found = await read(store, uri);
    if (found?.holder?.id === self.id) generation = found.generation;
    else {
      const by = found?.holder === undefined ? '' : ` by ${nameOf(found.holder)}`;
      lost.abort(new RunnerError('LOCK_LOST', `the run was taken over${by}`));
    }
  };
  const beating = (async () => {
    while (!lost.signal.aborted) {
      await clock.sleep(BEAT_MS, over.signal);
      // Storage that cannot be reached now may be later.
      await beat().catch(() => undefined);
    }
  })().catch(() => undefined); // given back
  return {
    signal: lost.signal,
    async confirm() {
      if (!lost.signal.aborted && clock.now() - beatenMs >= LEASE_MS) await beat().catch(() => undefined);
      lost.signal.throwIfAborted();
    },
    async [Symbol.asyncDispose]() {
      over.abort(new Error('it is given back'));
      await beating;
      // What cannot be taken away is recognised as a dead process's; what is another's stays.
      if (!lost.signal.aborted) await store.delete(uri, { ifGenerationMatch: generation }).catch(() => undefined);
    },
  };
}

/** `pid 4711 on host-1`. */
export function nameOf({ host, pid }: Pick<Holder, 'host' | 'pid'>): string {
  return `pid ${pid} on ${host}`;
}

/** @returns the new generation; `undefined` when it was not this one */
async function write(
  store: ObjectStore,
  uri: string,
  holder: Holder,
  ifGenerationMatch: string,
): Promise<string | undefined> {
  try {
    const options = { contentType: 'application/json', ifGenerationMatch };
    return (await store.write(uri, `${JSON.stringify(holder)}\n`, options)).generation;
  } catch (error) {
    if ((error as { readonly code?: string }).code === 'PRECONDITION_FAILED') return undefined;
    throw error;
  }
}

async function read(
  store: ObjectStore,
  uri: string,
): Promise<{ readonly holder: Holder | undefined; readonly generation: string } | undefined> {
  const found = await store.find(uri);
  return found === undefined ? undefined : { holder: parseHolder(found.text), generation: found.info.generation };
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { host, pid, id, beatMs, ...more } = JSON.parse(text) as Partial<Holder>;
    if (typeof host !== 'string' || typeof pid !== 'number' || typeof id !== 'string' || typeof beatMs !== 'number')
      return undefined;
    return { command: 'seatrial', sinceMs: beatMs, ...more, host, pid, id, beatMs };
  } catch {
    return undefined; // SyntaxError: torn, or not ours
  }
}
