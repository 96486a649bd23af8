import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GkeCluster } from './cluster.js';
import { judgeCluster } from './verdict.js';

const nowMs = 1_700_000_000_000;
const facts = { nowMs, errorGraceMs: 3_600_000 };
const cluster = (labels: Record<string, string>, more: Partial<GkeCluster> = {}): GkeCluster => ({
  project: 'p',
  location: 'us-east1-b',
  name: 'trial',
  status: 'RUNNING',
  endpoint: '',
  caCertificate: '',
  labels,
  problems: [],
  nodePools: [],
  ...more,
});
const until = (ms: number) => ({ 'seatrial-run': 'r1', 'seatrial-expires': String(Math.ceil(ms / 1000)) });

describe(judgeCluster, () => {
  it.each([
    ['of nobody', {}, 'foreign', 'no label seatrial-run'],
    ['with only an expiry', { 'seatrial-expires': '1' }, 'foreign', 'no label seatrial-run'],
    ['of a run without an expiry', { 'seatrial-run': 'r1' }, 'unclear', 'no label seatrial-expires'],
    ['with an expiry that is no number', { 'seatrial-run': 'r1', 'seatrial-expires': 'soon' }, 'unclear', 'is soon'],
    ['whose time is over', until(nowMs - 7_500_000), 'expired', 'expired 2h05m ago'],
    ['whose time is over just now', until(nowMs), 'expired', 'expired 0m ago'],
    ['whose time is not over', until(nowMs + 1_000), 'kept', 'expires in 0m'],
    ['for days', until(nowMs + 74 * 3_600_000), 'kept', 'expires in 3d02h'],
  ])('judges a cluster %s', (_what, labels, kind, why) => {
    const verdict = judgeCluster(cluster(labels), facts);
    expect(verdict.kind).toBe(kind);
    expect(verdict.why).toContain(why);
  });

  it.each([
    ['for long', { createTime: new Date(nowMs - 3_600_000).toISOString() }, undefined, 'broken'],
    ['not for long', { createTime: new Date(nowMs - 3_599_000).toISOString() }, undefined, 'kept'],
    ['since a moment ago, though it is old', { createTime: '2020-01-01T00:00:00Z' }, nowMs - 60_000, 'kept'],
    ['since nobody knows when', {}, undefined, 'kept'],
  ])('judges a cluster in ERROR %s', (_what, more, errorSinceMs, kind) => {
    const broken = cluster(until(nowMs + 3_600_000), { status: 'ERROR', ...more });
    expect(judgeCluster(broken, { ...facts, errorSinceMs }).kind).toBe(kind);
  });

  it('never touches a cluster without the label of a run, whatever else it has', () => {
    const labels = fc.dictionary(fc.string(), fc.string()).map(({ 'seatrial-run': _, ...rest }) => rest);
    const status = fc.constantFrom('RUNNING', 'ERROR', 'STOPPING', 'DEGRADED');
    fc.assert(
      fc.property(labels, status, fc.date({ noInvalidDate: true }), (of, state, date) => {
        const judged = judgeCluster(cluster(of, { status: state, createTime: date.toISOString() }), facts);
        expect(judged.kind).toBe('foreign');
      }),
    );
  });
});
