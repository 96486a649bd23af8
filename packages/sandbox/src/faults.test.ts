import { describe, expect, it } from 'vitest';
import type { FaultRule } from './faults.js';
import { createFaults, parseFault, seededRandom } from './faults.js';

describe(parseFault, () => {
  it.each<[string, FaultRule]>([
    [
      'storage:503',
      { api: 'storage', method: undefined, fault: { kind: 'status', status: 503 }, when: { probability: 1 } },
    ],
    [
      'storage.PUT:reset:0.25',
      { api: 'storage', method: 'PUT', fault: { kind: 'reset' }, when: { probability: 0.25 } },
    ],
    ['docker:stall:#2', { api: 'docker', method: undefined, fault: { kind: 'stall' }, when: { first: 2, last: 2 } }],
    [
      'gke.CreateCluster:UNAVAILABLE:#1-3',
      {
        api: 'gke',
        method: 'CreateCluster',
        fault: { kind: 'status', status: 'UNAVAILABLE' },
        when: { first: 1, last: 3 },
      },
    ],
    ['gke:stockout', { api: 'gke', method: undefined, fault: { kind: 'stockout' }, when: { probability: 1 } }],
    [
      'kubernetes.GET/api/v1/**:latency=1.5s:#2',
      {
        api: 'kubernetes',
        method: 'GET',
        path: '/api/v1/**',
        fault: { kind: 'latency', ms: 1_500 },
        when: { first: 2, last: 2 },
      },
    ],
    [
      'registry/v2/*/blobs/*:half',
      {
        api: 'registry',
        method: undefined,
        path: '/v2/*/blobs/*',
        fault: { kind: 'half' },
        when: { probability: 1 },
      },
    ],
    [
      'kubernetes:stuck-watch',
      { api: 'kubernetes', method: undefined, fault: { kind: 'stuck-watch' }, when: { probability: 1 } },
    ],
  ])('reads %s', (text, rule) => {
    expect(parseFault(text)).toEqual(rule);
  });

  it.each([
    ['', 'API ""'],
    ['s3:503', 'API "s3" is not one of storage, gke'],
    ['storage', 'WHAT is missing'],
    ['storage.:503', 'METHOD ""'],
    ['storage.GET.PUT:503', 'METHOD "GET.PUT"'],
    ['storage/b?alt=media:503', 'PATH "/b?alt=media"'],
    ['storage:200', 'WHAT "200"'],
    ['storage:UNAVAILABLE', 'WHAT "UNAVAILABLE"'],
    ['storage:stockout', 'WHAT "stockout"'],
    ['storage:stuck-watch', 'WHAT stuck-watch is for the API kubernetes'],
    ['storage:latency', 'WHAT "latency"'],
    ['storage:latency=0ms', 'WHAT "latency=0ms"'],
    ['storage:latency=2h', 'WHAT "latency=2h"'],
    ['storage:latency=3601s', 'up to an hour'],
    ['gke:503', 'WHAT "503"'],
    ['gke:constructor', 'WHAT "constructor"'],
    ['kubernetes.POST:stuck-watch', 'METHOD POST is never a watch'],
    ['storage:503:2', 'WHEN "2"'],
    ['storage:503:-1', 'WHEN "-1"'],
    ['storage:503:#0', 'WHEN "#0"'],
    ['storage:503:#3-1', 'WHEN #3-1 ends before it begins'],
    ['storage:503:1:2', 'it goes on after WHEN: "2"'],
  ])('rejects %j: it names the part, its value and how to write one', (text, part) => {
    const [message, hint] = [expect.stringContaining(part), expect.stringContaining('storage:503:0.1')];
    expect(() => parseFault(text)).toThrow(
      expect.objectContaining({ code: 'INVALID_FAULT', exitCode: 2, message, hint }),
    );
  });
});

describe(createFaults, () => {
  it('hits the calls that are counted, of that method only', () => {
    const faults = createFaults([parseFault('storage.PUT:503:#2-3')], () => 0);
    const hits = ['PUT', 'GET', 'put', 'PUT', 'PUT'].map((method) => faults.next('storage', method) !== undefined);
    expect(hits).toEqual([false, false, true, true, false]);
  });

  it('counts a watch as a GET too, and hits watches alone when asked to', () => {
    const hits = (text: string) => {
      const faults = createFaults([parseFault(text)], () => 0);
      return ['GET', 'WATCH', 'LIST'].map((method) => faults.next('kubernetes', method) !== undefined);
    };
    expect(hits('kubernetes.GET:stall')).toEqual([true, true, false]);
    expect(hits('kubernetes.watch:stall')).toEqual([false, true, false]);
  });

  it('hits the paths its glob is for: * within a part, ** across them', () => {
    const hits = (glob: string) => {
      const faults = createFaults([parseFault(`storage${glob}:503`)], () => 0);
      const paths = ['/b/x', '/b/x/o/a%2Fb', '/b/x/o/a.b/acl', '/B/x'];
      return paths.filter((path) => faults.next('storage', { method: 'GET', path }) !== undefined);
    };
    expect(hits('/b/*')).toEqual(['/b/x']);
    expect(hits('/b/*/o/*')).toEqual(['/b/x/o/a%2Fb']);
    expect(hits('/b/*/o/a.b**')).toEqual(['/b/x/o/a.b/acl']);
    expect(hits('/b/**')).toEqual(['/b/x', '/b/x/o/a%2Fb', '/b/x/o/a.b/acl']);
  });

  it('counts the calls of each rule apart', () => {
    const faults = createFaults([parseFault('storage/a:503:#2'), parseFault('storage:reset:#2')], () => 0);
    const kinds = ['/a', '/b', '/a'].map((path) => faults.next('storage', { method: 'GET', path })?.kind);
    expect(kinds).toEqual([undefined, 'reset', 'status']);
  });

  it('adds latencies up, beside what else is planned', () => {
    const plan = ['storage:latency=250ms', 'storage.GET:latency=1s:#2', 'storage:503'];
    const faults = createFaults(plan.map(parseFault), () => 0);
    expect([faults.latencyMs('storage', 'GET'), faults.latencyMs('storage', 'GET')]).toEqual([250, 1_250]);
    expect(faults.next('storage', 'GET')).toEqual({ kind: 'status', status: 503 });
  });

  it('hits as often as told, the same calls for the same seed', () => {
    const run = () => {
      const faults = createFaults([parseFault('storage:503:0.1')], seededRandom(7));
      return Array.from({ length: 2000 }, () => faults.next('storage', 'GET') !== undefined);
    };
    const hits = run();
    expect(hits.filter(Boolean).length).toBeGreaterThan(150);
    expect(hits.filter(Boolean).length).toBeLessThan(250);
    expect(run()).toEqual(hits);
  });

  it('counts what ends an operation apart from what refuses a call', () => {
    const faults = createFaults([parseFault('gke:stockout:#1')], () => 0);
    expect(faults.next('gke', 'CreateCluster')).toBeUndefined();
    expect(faults.next('gke', 'CreateCluster', ['stockout'])).toEqual({ kind: 'stockout' });
  });
});
