import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { pending } from './__fixtures__/pending.js';
import { replay } from './__fixtures__/replay.js';
import { silentLogger } from '../clock.js';
import { startControllers } from './controllers/controllers.js';
import { startNodes } from './nodes/nodes.js';
import { fileImages, ManualClock } from './nodes/testing.js';
import { createKubeServer } from './server.js';

const folder = join(import.meta.dirname, '__fixtures__', 'transcripts');
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace(/\.json$/, ''));
const stops: (() => Promise<void>)[] = [];
/** Turns of the event loop between two requests, for what controllers do meanwhile. */
const TURNS = 3;

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A whole cluster, its pods simulated. Time passes only with requests, a second each: no two of them write at the same one. */
async function start(): Promise<{ host: string; port: number }> {
  const time = new ManualClock(Date.UTC(2026, 0, 1));
  // The server itself sleeps only where a watch or a deletion would wait: nobody waits for those.
  const impatient = {
    now: () => time.now(),
    sleep: (_ms: number, signal?: AbortSignal): Promise<void> =>
      new Promise((resolve, reject) => {
        setImmediate(() => (signal?.aborted === true ? reject(signal.reason as Error) : resolve()));
      }),
  };
  const dataDir = await mkdtemp(join(tmpdir(), 'seatrial-transcripts-'));
  const kube = createKubeServer({
    clock: impatient,
    newId: randomUUID,
    caCertificate: 'PEM',
    podRuntime: { logs: (pod, request) => nodes.runtime.logs(pod, request) },
  });
  const context = { api: kube.api, clock: time, newId: randomUUID, logger: silentLogger };
  const stopControllers = startControllers(context);
  const nodes = startNodes({
    ...context,
    nodes: [{ name: 'node-1', address: '10.0.0.1' }],
    dataDir,
    apiServer: () => ({ host: '127.0.0.1', port: 6443 }),
    images: fileImages({ 'registry.local:5000/busybox:1': {} }),
  });
  const server = createServer((request, response) => {
    void time.advance(1000, TURNS).then(() => kube.listener(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(async () => {
    stopControllers();
    await nodes.stop();
    kube.close();
    server.close();
    server.closeAllConnections();
    await rm(dataDir, { recursive: true, force: true });
  });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

describe(createKubeServer, () => {
  // A step that is listed as pending must fail: when it passes, its line has to go.
  it.each(files)(
    'answers as recorded in %s',
    async (file) => {
      const outcomes = await replay(join(folder, `${file}.json`), await start());
      const failing = outcomes.filter(({ difference }) => difference !== undefined);
      const known = Object.keys(pending[file] ?? {}).map(Number);
      const unexpected = failing.filter(({ index }) => !known.includes(index));
      const passing = known.filter((index) => !failing.some((one) => one.index === index));
      expect({ unexpected, passing }).toEqual({ unexpected: [], passing: [] });
    },
    60_000,
  );
});
