import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { FaultRule } from './faults.js';
import { createFaults, parseFault, seededRandom, withFaults } from './faults.js';

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
  ])('reads %s', (text, rule) => {
    expect(parseFault(text)).toEqual(rule);
  });

  it.each([
    '',
    'storage',
    's3:503',
    'storage:200',
    'storage:503:2',
    'storage:503:-1',
    'storage:503:#0',
    'storage:503:#3-1',
    'gke:503',
    'storage:UNAVAILABLE',
    'storage.:503',
    'storage:503:1:2',
    'storage:stockout',
  ])('rejects %j and says how to write one', (text) => {
    const hint = expect.stringContaining('storage:503:0.1');
    expect(() => parseFault(text)).toThrow(expect.objectContaining({ code: 'INVALID_FAULT', exitCode: 2, hint }));
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

describe(withFaults, () => {
  const closers: (() => void)[] = [];
  afterEach(() => closers.splice(0).forEach((close) => close()));

  async function ask(fault: string): Promise<{ reply: Promise<Response>; calls: () => number }> {
    let calls = 0;
    const listener: RequestListener = (_request, response) => {
      calls += 1;
      response.end('fine');
    };
    const server = createServer(
      withFaults(
        listener,
        createFaults([parseFault(fault)], () => 0),
        'storage',
      ),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => server.close().closeAllConnections());
    const reply = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
      signal: AbortSignal.timeout(300),
    });
    reply.catch(() => undefined);
    return { reply, calls: () => calls };
  }

  it('refuses with the status', async () => {
    const { reply, calls } = await ask('storage:503');
    expect([(await reply).status, calls()]).toEqual([503, 0]);
    expect(await (await reply).json()).toMatchObject({ error: { code: 503 } });
  });

  it('cuts the connection before anything is done', async () => {
    const { reply, calls } = await ask('storage:reset');
    await expect(reply).rejects.toThrow('fetch failed');
    expect(calls()).toBe(0);
  });

  it('cuts the connection after it is done', async () => {
    const { reply, calls } = await ask('storage:drop');
    await expect(reply).rejects.toThrow('fetch failed');
    expect(calls()).toBe(1);
  });

  it('leaves a stalled call without an answer', async () => {
    const { reply, calls } = await ask('storage:stall');
    await expect(reply).rejects.toThrow('timeout');
    expect(calls()).toBe(0);
  });

  it('lets all else pass', async () => {
    const { reply } = await ask('storage.PUT:503');
    expect(await (await reply).text()).toBe('fine');
  });
});
