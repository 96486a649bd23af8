import { describe, expect, it } from 'vitest';
import type { Fields } from '../kube-api.js';
import { runProbe } from './probe.js';
import { ManualClock } from './testing.js';

/** Runs a probe whose answers are given by time in milliseconds; returns what was told, and when. */
async function probe(
  spec: Fields,
  passes: (ms: number) => boolean,
  options: { readonly initial: boolean; readonly forMs: number; readonly stopAtChange?: boolean },
): Promise<string[]> {
  const clock = new ManualClock(0);
  const abort = new AbortController();
  const told: string[] = [];
  const handle = {
    exited: new Promise<never>(() => undefined),
    simulated: false,
    stop: () => Promise.resolve(),
    exec: async () => ({ exitCode: passes(clock.now()) ? 0 : 1, output: 'no' }),
  };
  const running = runProbe(
    { exec: { command: ['x'] }, ...spec },
    { handle, address: '', ports: [] },
    {
      clock,
      signal: abort.signal,
      initial: options.initial,
      onFailure: (message) => told.push(`${clock.now()} failure ${message}`),
      onChange(passed) {
        told.push(`${clock.now()} ${passed ? 'passed' : 'failed'}`);
        return options.stopAtChange !== true;
      },
    },
  );
  await clock.advance(options.forMs);
  abort.abort();
  await running;
  return told;
}

describe(runProbe, () => {
  it('tells of the first success between two periods, and not of what failed just after the start', async () => {
    const told = await probe({ periodSeconds: 10 }, (ms) => ms >= 350, { initial: false, forMs: 15_000 });
    expect(told).toEqual(['400 passed']);
  });

  it('tells a failure in each period, and of the change after the threshold', async () => {
    const told = await probe({ periodSeconds: 10 }, (ms) => ms < 15_000, { initial: true, forMs: 45_000 });
    expect(told).toEqual(['20000 failure no', '30000 failure no', '40000 failure no', '40000 failed']);
  });

  it('waits for its initial delay and for successes in a row', async () => {
    const spec = { periodSeconds: 1, initialDelaySeconds: 5, successThreshold: 2 };
    expect(await probe(spec, () => true, { initial: false, forMs: 10_000 })).toEqual(['6000 passed']);
  });

  it('ends when it is told to', async () => {
    const told = await probe({ periodSeconds: 1, failureThreshold: 1 }, () => false, {
      initial: true,
      forMs: 9_000,
      stopAtChange: true,
    });
    expect(told).toEqual(['0 failure no', '0 failed']);
  });
});
