import { describe, expect, it } from 'vitest';
import { HOUR_MS, limits, requestOf, sandboxGke } from './__fixtures__/sandbox-gke.js';
import { GkeError } from './errors.js';
import { keepAlive } from './heartbeat.js';
import { expiryOf } from './labels.js';

const later = (hours: number) => Math.ceil((Date.now() + hours * HOUR_MS) / 1_000) * 1_000;

describe('extendExpiry', () => {
  it('moves the expiry and keeps all other labels', async () => {
    const { gke } = await sandboxGke();
    const request = { ...requestOf('trial'), labels: { ...requestOf('trial').labels, team: 'a' } };
    const cluster = await gke.createCluster(request, limits);
    const expiresMs = later(5);
    expect(await gke.extendExpiry(cluster, { runId: 'r1', expiresMs })).toBe(true);
    const now = await gke.findCluster(cluster);
    expect(now && expiryOf(now)).toBe(expiresMs);
    expect(now?.labels).toMatchObject({ team: 'a', 'seatrial-run': 'r1' });
  });

  it('never moves it back', async () => {
    const { gke } = await sandboxGke();
    const cluster = await gke.createCluster(requestOf('trial', { expiresMs: later(5) }), limits);
    expect(await gke.extendExpiry(cluster, { runId: 'r1', expiresMs: later(1) })).toBe(false);
    expect((await gke.findCluster(cluster))?.labels).toEqual(cluster.labels);
  });

  it('reads the labels again when somebody else set some meanwhile, and waits for operations in the way', async () => {
    const { gke } = await sandboxGke({ operationMs: 100 });
    const cluster = await gke.createCluster(requestOf('trial'), limits);
    const hours = [2, 3, 4, 5];
    await Promise.all(hours.map((at) => gke.extendExpiry(cluster, { runId: 'r1', expiresMs: later(at) }, limits)));
    const now = await gke.findCluster(cluster);
    expect(now && expiryOf(now)).toBeGreaterThanOrEqual(later(5) - 60_000);
  });

  it('goes on through an API that is away or asks to wait', async () => {
    const faults = ['gke.SetLabels:UNAVAILABLE:#1', 'gke.SetLabels:rate-limit:#1', 'gke.SetLabels:drop:#2'];
    const { gke } = await sandboxGke({ faults });
    const cluster = await gke.createCluster(requestOf('trial'), limits);
    const expiresMs = later(5);
    await gke.extendExpiry(cluster, { runId: 'r1', expiresMs }, limits);
    const now = await gke.findCluster(cluster);
    expect(now && expiryOf(now)).toBe(expiresMs);
  });

  it("leaves another run's cluster as it is", async () => {
    const { gke } = await sandboxGke();
    const cluster = await gke.createCluster(requestOf('trial', { runId: 'theirs' }), limits);
    await expect(gke.extendExpiry(cluster, { runId: 'r1', expiresMs: later(5) })).rejects.toMatchObject({
      code: 'INVALID',
      message: 'could not extend cluster trial in us-east1-b: it belongs to run theirs',
    });
    expect((await gke.findCluster(cluster))?.labels).toEqual(cluster.labels);
  });

  it('fails for a cluster that is not there', async () => {
    const { gke } = await sandboxGke();
    const expiry = { runId: 'r1', expiresMs: later(5) };
    await expect(gke.extendExpiry(requestOf('trial'), expiry)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe(keepAlive, () => {
  const ref = { project: 'p', location: 'us-east1-b', name: 'trial' };
  /** A beat whose answers are given in order; it is stopped when there are no more. */
  async function beat(answers: readonly (GkeError | undefined)[]) {
    const controller = new AbortController();
    const asked: number[] = [];
    const slept: number[] = [];
    let nowMs = 1_000_000;
    const clock = {
      now: () => nowMs,
      sleep: async (ms: number) => {
        nowMs += ms;
        slept.push(ms);
        if (asked.length === answers.length) controller.abort();
      },
    };
    const gke = {
      extendExpiry: async (_ref: object, { expiresMs }: { expiresMs: number }) => {
        const answer = answers[asked.length];
        asked.push(expiresMs - nowMs);
        if (answer !== undefined) throw answer;
        return true;
      },
    };
    const ended = keepAlive(gke, ref, { runId: 'r1', ttlMs: 4_000, signal: controller.signal, clock });
    return {
      ended: await ended.then(
        () => undefined,
        (error: unknown) => error,
      ),
      asked,
      slept,
    };
  }

  it('beats at once, then at a quarter of the time the cluster keeps, until it is stopped', async () => {
    expect(await beat([undefined, undefined, undefined])).toEqual({
      ended: undefined,
      asked: [4_000, 4_000, 4_000],
      slept: [1_000, 1_000, 1_000],
    });
  });

  it('tries again soon after a failure', async () => {
    const away = new GkeError('TIMEOUT', 'away');
    expect((await beat([undefined, away, away, undefined])).slept).toEqual([1_000, 250, 250, 1_000]);
  });

  it.each(['NOT_FOUND', 'INVALID', 'DENIED'] as const)('ends with %s, which will not pass', async (code) => {
    const error = new GkeError(code, 'no');
    expect(await beat([undefined, error, undefined])).toMatchObject({ ended: error, asked: [4_000, 4_000] });
  });
});
