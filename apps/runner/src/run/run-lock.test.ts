import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@seatrial/cli';
import { createFakeClock } from '@seatrial/pipeline/testing';
import { startSandbox } from '@seatrial/sandbox';
import { createObjectStore, type ObjectStore } from '@seatrial/storage';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalProcesses, localProcesses } from '../process/local-processes.js';
import type { Lease, LeaseDeps } from './lease.js';
import { lockRun, lockStep } from './run-lock.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lock-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const runUri = () => `file://${dir}/run`;

/** A machine whose processes live until they are taken out of the set. */
function machine(host: string, alive: Set<number>, pid: number): LocalProcesses {
  return {
    host,
    pid,
    isAlive: (one) => alive.has(one),
    startOf: (one) => (alive.has(one) ? `start-${one}` : undefined),
  };
}

let ids = 0;
function depsOf(local: LocalProcesses, more: Partial<LeaseDeps> = {}): LeaseDeps {
  return { store: createObjectStore(), clock: systemClock, newId: () => `id-${(ids += 1)}`, local, ...more };
}

const lockedBy = (text: string) =>
  expect.objectContaining({ code: 'RUN_LOCKED', exitCode: 2, message: expect.stringContaining(text) });

describe(lockRun, () => {
  it('refuses a second process, and says who holds the run and what to do', async () => {
    const alive = new Set([1, 2]);
    const first = await lockRun(depsOf(machine('ci-1', alive, 1)), runUri());
    const second = lockRun(depsOf(machine('ci-1', alive, 2)), runUri());
    await expect(second).rejects.toMatchObject({
      code: 'RUN_LOCKED',
      exitCode: 2,
      message: expect.stringMatching(
        new RegExp(`^the run at ${runUri()} is in use by pid 1 on ci-1: seatrial e2e, since 20.*Z$`),
      ),
      hint: `Wait until it has ended, or stop it: seatrial runs cancel ${runUri()}`,
    });
    await first[Symbol.asyncDispose]();
    await using third = await lockRun(depsOf(machine('ci-1', alive, 2)), runUri());
    expect(third.signal.aborted).toBe(false);
  });

  it('takes over at once from a process of this machine that is gone, or whose number another has now', async () => {
    const alive = new Set([1, 2]);
    await lockRun(depsOf(machine('ci-1', alive, 1)), runUri());
    alive.delete(1);
    const second = await lockRun(depsOf(machine('ci-1', alive, 2)), runUri());
    await second[Symbol.asyncDispose]();

    await lockRun(depsOf(machine('ci-1', alive, 2)), runUri());
    const later: LocalProcesses = { ...machine('ci-1', alive, 3), startOf: () => 'later' };
    await using third = await lockRun(depsOf(later), runUri());
    expect(third.signal.aborted).toBe(false);
  });

  it('takes over from another machine once that has given no sign of life for two minutes, which then stops', async () => {
    const clock = createFakeClock();
    const silent = { ...createObjectStore() };
    const first = await lockRun(depsOf(machine('ci-1', new Set([1]), 1), { clock, store: silent }), runUri());
    const other = depsOf(machine('ci-2', new Set([1]), 1), { clock });
    await expect(lockRun(other, runUri())).rejects.toMatchObject({
      code: 'RUN_LOCKED',
      hint: expect.stringMatching(/If that machine is gone, try again after \d\d:\d\d:\d\d UTC\.$/),
    });

    // It cannot reach its results any more.
    const { write } = silent;
    silent.write = () => Promise.reject(new Error('no network'));
    await clock.advance(121_000);
    await using second = await lockRun(other, runUri());
    silent.write = write;
    const lost = once(first.signal, 'abort');
    await clock.advance(15_000);
    await lost;
    expect(first.signal.reason).toMatchObject({ message: 'the run was taken over by pid 1 on ci-2' });
    // What is another's is not given back.
    await first[Symbol.asyncDispose]();
    await expect(lockRun(depsOf(machine('ci-2', new Set([1]), 1), { clock }), runUri())).rejects.toThrow(
      lockedBy('ci-2'),
    );
    expect(second.signal.aborted).toBe(false);
  });

  it('is confirmed before it is relied upon after a long silence, and when that cannot be done taken for held', async () => {
    const clock = createFakeClock();
    // A process that was halted: its beats do not come.
    const halted = { now: clock.now, sleep: () => new Promise<never>(() => undefined) };
    const store = { ...createObjectStore() };
    const first = await lockRun(depsOf(machine('ci-1', new Set([1]), 1), { clock: halted, store }), runUri());
    await clock.advance(119_000);
    await first.confirm();
    await clock.advance(121_000);
    const { write } = store;
    store.write = () => Promise.reject(new Error('no network'));
    await first.confirm();
    store.write = write;
    await using second = await lockRun(depsOf(machine('ci-2', new Set([1]), 1), { clock }), runUri());
    await expect(first.confirm()).rejects.toMatchObject({
      code: 'LOCK_LOST',
      exitCode: 3,
      message: 'the run was taken over by pid 1 on ci-2',
    });
    expect([first.signal.aborted, second.signal.aborted]).toEqual([true, false]);
  });

  it('keeps a run for as long as the holder gives signs of life', async () => {
    const clock = createFakeClock();
    await using first = await lockRun(depsOf(machine('ci-1', new Set([1]), 1), { clock }), runUri());
    const other = depsOf(machine('ci-2', new Set([1]), 1), { clock });
    for (let minute = 0; minute < 5; minute += 1) {
      await clock.advance(60_000);
      await expect(lockRun(other, runUri())).rejects.toThrow(lockedBy('pid 1 on ci-1'));
    }
    expect(first.signal.aborted).toBe(false);
  });

  it('survives SIGKILL of the holder', async () => {
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    const pid = child.pid as number;
    await lockRun(depsOf({ ...localProcesses, pid }), runUri());
    await expect(lockRun(depsOf(localProcesses), runUri())).rejects.toThrow(lockedBy(`pid ${pid} on `));
    child.kill('SIGKILL');
    await once(child, 'exit');
    await using taken = await lockRun(depsOf(localProcesses), runUri());
    expect(taken.signal.aborted).toBe(false);
  });

  it(
    'is had by one of many at once, over file:// and gs://, also when answers are lost',
    { timeout: 60_000 },
    async () => {
      await using sandbox = await startSandbox({
        docker: 'off',
        faults: ['storage.POST:drop:0.3', 'storage:503:0.1'],
        seed: 7,
      });
      const gcs = {
        apiEndpoint: sandbox.env['STORAGE_EMULATOR_HOST'] ?? '',
        retryDelayMs: 1,
        maxRetryDelayMs: 5,
        maxRetries: 50,
      };
      const places: [ObjectStore, string][] = [
        [createObjectStore(), runUri()],
        [createObjectStore({ gcs }), 'gs://seatrial-results/run'],
      ];
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...places),
          fc.integer({ min: 2, max: 6 }),
          fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
          async ([store, uri], count, deaths) => {
            const runs = `${uri}-${(ids += 1)}`;
            const alive = new Set(Array.from({ length: count }, (_, pid) => pid));
            // Round by round: who gets it dies or gives it back, and the rest try again.
            for (const dies of deaths) {
              const tries = [...alive].map((pid) => lockRun(depsOf(machine('ci-1', alive, pid), { store }), runs));
              const got: Lease[] = [];
              const pids: number[] = [];
              for (const [index, outcome] of (await Promise.allSettled(tries)).entries()) {
                if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'RUN_LOCKED' });
                else {
                  got.push(outcome.value);
                  pids.push([...alive][index] as number);
                }
              }
              expect(got).toHaveLength(1);
              if (dies && alive.size > 2) alive.delete(pids[0] as number);
              else await got[0]?.[Symbol.asyncDispose]();
            }
          },
        ),
        { numRuns: 15 },
      );
    },
  );
});

describe(lockStep, () => {
  it('runs beside steps of other tasks, and neither beside its own nor beside the run', async () => {
    const alive = new Set([1, 2, 3]);
    const at = (pid: number) => depsOf(machine('ci-1', alive, pid));
    const lint = await lockStep(at(1), runUri(), 'lint');
    const build = await lockStep(at(2), runUri(), 'build');
    await expect(lockStep(at(3), runUri(), 'lint')).rejects.toThrow(lockedBy('pid 1 on ci-1: seatrial step lint'));
    await expect(lockRun(at(3), runUri())).rejects.toThrow(lockedBy('seatrial step'));
    await lint[Symbol.asyncDispose]();
    alive.delete(2); // killed
    const run = await lockRun(at(3), runUri());
    await expect(lockStep(at(1), runUri(), 'lint')).rejects.toThrow(lockedBy('pid 3 on ci-1: seatrial e2e'));
    await run[Symbol.asyncDispose]();
    await build[Symbol.asyncDispose]();
  });
});
