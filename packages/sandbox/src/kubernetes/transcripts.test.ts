import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { pending } from './__fixtures__/pending.js';
import { replay } from './__fixtures__/replay.js';
import { createKubeServer } from './server.js';

const folder = join(import.meta.dirname, '__fixtures__', 'transcripts');
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace(/\.json$/, ''));
const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A cluster whose time passes only with requests: no two of them write at the same second, and no watch waits. */
async function start(): Promise<{ host: string; port: number }> {
  let requests = 0;
  const clock = {
    now: () => Date.UTC(2026, 0, 1) + requests * 1000,
    sleep: (_ms: number, signal?: AbortSignal): Promise<void> =>
      new Promise((resolve, reject) => {
        setImmediate(() => (signal?.aborted === true ? reject(signal.reason as Error) : resolve()));
      }),
  };
  const kube = createKubeServer({ clock, newId: randomUUID, caCertificate: 'PEM' });
  const server = createServer((request, response) => {
    requests += 1;
    kube.listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    kube.close();
    server.close();
    server.closeAllConnections();
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
