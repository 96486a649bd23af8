import { createServer, get, request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../clock.js';
import { createFaults, parseFault } from '../faults.js';
import type { FaultyApi } from '../faults.js';
import { withFaults } from './with-faults.js';

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

const fine: RequestListener = (_request, response) => void response.end('fine');

interface Served {
  readonly url: string;
  /** How many calls reached the API. */
  calls(): number;
}

async function start(fault: string, options: { api?: FaultyApi; listener?: RequestListener; clock?: Clock } = {}) {
  const { api = 'storage', listener = fine, clock } = options;
  let calls = 0;
  const counted: RequestListener = (request, response) => {
    calls += 1;
    listener(request, response);
  };
  const faults = createFaults([parseFault(fault)], () => 0);
  const server = createServer(withFaults(counted, faults, api, clock));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close().closeAllConnections());
  const served: Served = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls: () => calls };
  return served;
}

/** An answer's headers, and what comes of its body until it ends or is cut. */
async function receive(url: string): Promise<{ headers: IncomingMessage['headers']; body: string; isWhole: boolean }> {
  const reply = await new Promise<IncomingMessage>((resolve, reject) => get(url, resolve).on('error', reject));
  let body = '';
  reply.setEncoding('latin1').on('data', (text: string) => (body += text));
  await new Promise<void>((resolve) => reply.on('error', () => undefined).on('close', resolve));
  return { headers: reply.headers, body, isWhole: reply.complete };
}

describe('a call that goes wrong', () => {
  it('is refused with the status', async () => {
    const { url, calls } = await start('storage:503');
    const reply = await fetch(url);
    expect([reply.status, calls()]).toEqual([503, 0]);
    expect(await reply.json()).toMatchObject({ error: { code: 503 } });
  });

  it('is cut before anything is done', async () => {
    const { url, calls } = await start('storage:reset');
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    expect(calls()).toBe(0);
  });

  it('is cut after it is done', async () => {
    const { url, calls } = await start('storage:drop');
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    expect(calls()).toBe(1);
  });

  it('stays without an answer', async () => {
    const { url, calls } = await start('storage:stall');
    await expect(fetch(url, { signal: AbortSignal.timeout(300) })).rejects.toThrow('timeout');
    expect(calls()).toBe(0);
  });

  it('is answered as ever when the fault is for others', async () => {
    const { url } = await start('storage.PUT:503');
    expect(await (await fetch(url)).text()).toBe('fine');
  });

  it('is the one whose path fits', async () => {
    const { url } = await start('storage/storage/v1/b/*/o/**:503');
    const statusOf = async (path: string) => (await fetch(url + path)).status;
    expect(await statusOf('/storage/v1/b/bucket/o/a%2Fb?alt=media')).toBe(503);
    expect(await statusOf('/storage/v1/b/bucket')).toBe(200);
  });
});

describe('latency', () => {
  it('keeps an answer back for as long as told, and no longer', async () => {
    const asked: number[] = [];
    let wake: (() => void) | undefined;
    const clock: Clock = {
      now: () => 0,
      sleep: (ms) => {
        asked.push(ms);
        return new Promise((resolve) => (wake = resolve));
      },
    };
    const { url, calls } = await start('storage:latency=1.5s', { clock });
    const reply = fetch(url);
    while (wake === undefined) await setImmediate();
    expect([asked, calls()]).toEqual([[1_500], 0]);
    wake();
    expect(await (await reply).text()).toBe('fine');
  });

  it('does not outlast a client that goes away', async () => {
    let tellStopped = () => {};
    const stopped = new Promise<void>((resolve) => (tellStopped = resolve));
    const clock: Clock = {
      now: () => 0,
      sleep: (_ms, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => {
            tellStopped();
            reject(signal.reason as Error);
          });
        }),
    };
    const { url, calls } = await start('storage:latency=3600s', { clock });
    await expect(fetch(url, { signal: AbortSignal.timeout(50) })).rejects.toThrow('timeout');
    await stopped;
    expect(calls()).toBe(0);
  });
});

describe('half an answer', () => {
  it('tells the whole length and gives half of it, whatever pieces it is written in', async () => {
    const pieces = fc.array(fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' }), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(pieces, fc.boolean(), async (texts, inHead) => {
        const whole = texts.join('');
        const listener: RequestListener = (_request, response) => {
          if (inHead) response.writeHead(200, { 'Content-Length': whole.length });
          else response.setHeader('content-length', whole.length);
          for (const text of texts.slice(1).length === 0 ? [] : texts.slice(0, -1)) response.write(text);
          response.end(texts.at(-1));
        };
        const { url, calls } = await start('storage:half', { listener });
        if (whole.length === 1) {
          await expect(receive(url)).rejects.toThrow('socket hang up');
          return;
        }
        const { headers, body, isWhole } = await receive(url);
        expect(headers['content-length']).toBe(String(whole.length));
        expect([body, isWhole, calls()]).toEqual([whole.slice(0, Math.floor(whole.length / 2)), false, 1]);
      }),
      { numRuns: 40 },
    );
  });

  it('has its length told when the API leaves that to Node', async () => {
    const { url } = await start('storage:half');
    expect(await receive(url)).toMatchObject({ headers: { 'content-length': '4' }, body: 'fi', isWhole: false });
  });

  it('breaks off a stream in the middle of its first piece', async () => {
    const listener: RequestListener = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"type":"ADDED"}\n');
    };
    const { url } = await start('kubernetes:half', { api: 'kubernetes', listener });
    expect(await receive(url)).toMatchObject({ body: '{"type":', isWhole: false });
  });

  it('is nothing where there is no body', async () => {
    const { url, calls } = await start('storage:half');
    const head = httpRequest(url, { method: 'HEAD' });
    const failed = new Promise<Error>((resolve) => head.on('error', resolve));
    head.end();
    expect([(await failed).message, calls()]).toEqual(['socket hang up', 1]);
  });
});

describe('a stuck watch', () => {
  it('is accepted and tells nothing, while other reads are answered', async () => {
    const { url, calls } = await start('kubernetes:stuck-watch', { api: 'kubernetes' });
    expect(await (await fetch(`${url}/api/v1/pods`)).text()).toBe('fine');
    const gone = new AbortController();
    const watch = await fetch(`${url}/api/v1/pods?watch=1`, { signal: gone.signal });
    expect([watch.status, watch.headers.get('content-type')]).toEqual([200, 'application/json']);
    const first = watch.body?.getReader().read();
    expect(await Promise.race([first, fetch(url).then(() => 'nothing')])).toBe('nothing');
    gone.abort();
    await expect(first).rejects.toThrow('aborted');
    expect(calls()).toBe(2);
  });
});
