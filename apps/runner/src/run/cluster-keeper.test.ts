import { createSandboxProvider } from '@seatrial/deploy';
import type { ClusterProvider, KeepAliveOptions } from '@seatrial/deploy';
import { describe, expect, it, vi } from 'vitest';
import { createClusterKeeper } from './cluster-keeper.js';

const handle = { provider: 'gke', name: 'seatrial-1' };
const ttlMs = 4_000;

/** Sleeps that end when they are told to. */
function manualClock() {
  const waking: { readonly ms: number; wake(): void }[] = [];
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((wake, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
      waking.push({ ms, wake });
    });
  return { now: () => 0, sleep, waking };
}

/** A provider that keeps until it is told to stop, or cannot. */
function provider(keepAlive: (options: KeepAliveOptions) => Promise<void>): ClusterProvider {
  const made = createSandboxProvider({ sandbox: async () => ({}) });
  return { ...made, keepAlive: (_handle, options) => keepAlive(options) };
}

const untilAborted = ({ signal }: KeepAliveOptions): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve()));

function keeper() {
  const clock = manualClock();
  const logger = { warn: vi.fn() };
  return { clock, logger, keeper: createClusterKeeper({ runId: 'run-1', clock, logger }) };
}

describe(createClusterKeeper, () => {
  it('begins after a quarter of the lifetime and ends before the cluster is deleted', async () => {
    const { clock, logger, keeper: one } = keeper();
    const keepAlive = vi.fn(untilAborted);
    one.keep(provider(keepAlive), handle, { ttlMs });
    one.keep(provider(keepAlive), handle, { ttlMs });
    expect(clock.waking.map(({ ms }) => ms)).toEqual([1_000]);
    expect(keepAlive).not.toHaveBeenCalled();
    clock.waking[0]?.wake();
    await expect.poll(() => keepAlive.mock.calls.length).toBe(1);
    const options = keepAlive.mock.calls[0]?.[0];
    expect(options).toMatchObject({ runId: 'run-1', ttlMs });
    await one.release(handle);
    expect(options?.signal.aborted).toBe(true);
    expect(logger.warn).not.toHaveBeenCalled();
  });

  it('ends with the run, also while it waits', async () => {
    const { clock, logger, keeper: one } = keeper();
    one.keep(provider(untilAborted), handle, { ttlMs });
    await one[Symbol.asyncDispose]();
    expect(clock.waking).toHaveLength(1);
    expect(logger.warn).not.toHaveBeenCalled();
  });

  it('tells of a cluster that cannot be kept, and lets the run go on', async () => {
    const { clock, logger, keeper: one } = keeper();
    one.keep(
      provider(() => Promise.reject(new Error('permission denied'))),
      handle,
      { ttlMs },
    );
    clock.waking[0]?.wake();
    await expect.poll(() => logger.warn.mock.calls.length).toBe(1);
    expect(logger.warn.mock.calls[0]?.[1]).toEqual({ cluster: 'seatrial-1', error: 'permission denied' });
    await one.release(handle);
  });

  it('has nothing to do where clusters do not expire', async () => {
    const { clock, keeper: one } = keeper();
    const { keepAlive: _, ...without } = provider(untilAborted);
    one.keep(without, handle, { ttlMs });
    expect(clock.waking).toEqual([]);
  });
});
