import { describe, expect, it } from 'vitest';
import { ReleaseError } from '../errors.js';
import type { NewestRelease } from './release-newest.js';
import { watchReleases, type WatchOptions } from './watch-releases.js';

const ATTEMPT_MS = 7_000_000;
const current: NewestRelease = { state: 'current', sha: 'a', target: 't' };
const released: NewestRelease = { state: 'released', sha: 'b', target: 'u' };

type Step = NewestRelease | Error | ((signal: AbortSignal) => Promise<NewestRelease>);

/** Watches through these attempts and is stopped in the pause after the last one. */
async function watchThrough(
  steps: readonly Step[],
  options: Partial<WatchOptions> & { readonly random?: () => number; readonly timeUp?: boolean } = {},
) {
  const { random = () => 0.5, timeUp = false, ...rest } = options;
  const controller = new AbortController();
  const pauses: number[] = [];
  const lines: [message: string, fields: Readonly<Record<string, unknown>>][] = [];
  const made: (string | undefined)[] = [];
  const say = (message: string, fields: Readonly<Record<string, unknown>> = {}) => void lines.push([message, fields]);
  let attempts = 0;
  await watchReleases(
    {
      release: async (signal) => {
        const step = steps[attempts];
        attempts += 1;
        if (step === undefined) throw new Error('one attempt too many');
        if (step instanceof Error) throw step;
        return typeof step === 'function' ? step(signal) : step;
      },
      clock: {
        now: () => 0,
        sleep: (ms, signal) => {
          if (ms === ATTEMPT_MS && timeUp) return Promise.resolve();
          if (ms !== ATTEMPT_MS) {
            pauses.push(ms);
            if (attempts === steps.length) controller.abort(new Error('stopped by SIGTERM'));
            if (!controller.signal.aborted) return Promise.resolve();
          }
          return new Promise((_resolve, reject) => {
            const stop = () => reject(signal?.reason as Error);
            if (signal?.aborted === true) stop();
            else signal?.addEventListener('abort', stop, { once: true });
          });
        },
      },
      random,
      logger: { info: say, warn: say, error: say },
      onRelease: ({ target }) => made.push(target),
    },
    { attemptMs: ATTEMPT_MS, signal: controller.signal, ...rest },
  );
  return { pauses, made, lines, messages: lines.map(([message]) => message) };
}

describe(watchReleases, () => {
  it('looks again after the interval, says what it does, and tells of releases only', async () => {
    const { pauses, made, messages } = await watchThrough([current, released, current], { intervalMs: 60_000 });
    expect(pauses).toEqual([60_000, 60_000, 60_000]);
    expect(made).toEqual(['u']);
    expect(messages).toEqual([
      'the newest green commit is released already',
      'waiting',
      'released the newest green commit',
      'waiting',
      'the newest green commit is released already',
      'waiting',
      'stopped watching',
    ]);
  });

  it('survives any failure, with pauses that grow up to a limit and are short again after a success', async () => {
    const failure = new ReleaseError('UNAVAILABLE', 'no network', { hint: 'wait' });
    const steps = [failure, new TypeError('a bug'), failure, failure, current, failure];
    const { pauses, lines } = await watchThrough(steps, { intervalMs: 60_000, retryMs: 30_000, maxRetryMs: 200_000 });
    expect(pauses).toEqual([30_000, 60_000, 120_000, 200_000, 60_000, 30_000]);
    expect(lines[0]).toEqual([
      'the attempt failed',
      { error: 'no network', code: 'UNAVAILABLE', hint: 'wait', detail: undefined, failures: 1 },
    ]);
  });

  it('survives what is thrown and is no error', async () => {
    const { lines } = await watchThrough([() => Promise.reject('text')]);
    expect(lines[0]).toEqual(['the attempt failed', expect.objectContaining({ error: 'text' })]);
  });

  it('takes having nothing green for no failure', async () => {
    const { pauses, messages } = await watchThrough([new ReleaseError('NO_GREEN_COMMIT', 'none')], {
      intervalMs: 9_000,
    });
    expect(pauses).toEqual([9_000]);
    expect(messages[0]).toBe('nothing has passed yet');
  });

  it.each([
    [0, 45_000],
    [0.5, 60_000],
    [1, 75_000],
  ])('at chance %d of a quarter of jitter pauses %d ms', async (chance, ms) => {
    const { pauses } = await watchThrough([current], { intervalMs: 60_000, jitter: 0.25, random: () => chance });
    expect(pauses).toEqual([ms]);
  });

  it('gives an attempt up that hangs, tells it to stop, and goes on', async () => {
    let told: unknown;
    const hangs = (signal: AbortSignal) =>
      new Promise<never>(() => signal.addEventListener('abort', () => (told = signal.reason)));
    const { lines } = await watchThrough([hangs], { timeUp: true });
    expect(told).toMatchObject({ code: 'UNAVAILABLE', message: 'gave up an attempt after 7000 seconds' });
    expect(lines[0]?.[0]).toBe('the attempt failed');
  });

  it('stops in the middle of an attempt, which is told, and takes that for no failure', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped by SIGTERM');
    let told: unknown;
    const lines: string[] = [];
    const say = (message: string) => void lines.push(message);
    await watchReleases(
      {
        release: (signal) => {
          signal.addEventListener('abort', () => (told = signal.reason));
          queueMicrotask(() => controller.abort(reason));
          return new Promise<never>(() => {});
        },
        clock: { now: () => 0, sleep: () => new Promise(() => {}) },
        random: () => 0,
        logger: { info: say, warn: say, error: say },
      },
      { signal: controller.signal },
    );
    expect(told).toBe(reason);
    expect(lines).toEqual(['stopped watching']);
  });

  it('does nothing when it is stopped before it begins', async () => {
    const { messages } = await watchThrough([], { signal: AbortSignal.abort() });
    expect(messages).toEqual(['stopped watching']);
  });

  it.each([
    ['an interval of nothing', { intervalMs: 0 }, 'intervalMs is not a duration: 0'],
    ['an endless backoff', { maxRetryMs: Infinity }, 'maxRetryMs is not a duration: Infinity'],
    ['a jitter above 1', { jitter: 1.1 }, 'not a jitter: 1.1'],
  ])('rejects %s', async (_what, options, message) => {
    await expect(watchThrough([], options)).rejects.toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message }) as Error,
    );
  });
});
