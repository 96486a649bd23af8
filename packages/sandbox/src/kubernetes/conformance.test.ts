import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { env } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../clock.js';
import { Client, readConnection } from './__fixtures__/conformance/connection.js';
import { generateSteps } from './__fixtures__/conformance/generate.js';
import { play } from './__fixtures__/conformance/run.js';
import { startControllers } from './controllers/controllers.js';
import { createKubeServer } from './server.js';

const kubeconfig = env['SEATRIAL_TEST_KUBECONFIG'] ?? '';
const seed = Number(env['SEATRIAL_TEST_SEED'] ?? Date.now() % 1_000_000);
const count = Number(env['SEATRIAL_TEST_STEPS'] ?? 2_000);
const prefix = env['SEATRIAL_TEST_PREFIX'] ?? 'conformance';

const clock = {
  now: () => Date.now(),
  sleep: (ms: number, signal?: AbortSignal): Promise<void> => sleep(ms, undefined, signal === undefined ? {} : { signal }),
};

describe.skipIf(kubeconfig === '')('conformance', () => {
  let stop: () => void;
  let pair: { real: Client; ours: Client };

  beforeAll(async () => {
    const kube = createKubeServer({ clock, newId: randomUUID });
    const stopControllers = startControllers({ api: kube.api, clock, newId: randomUUID, logger: silentLogger });
    const server = createServer(kube.listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    pair = { real: new Client(await readConnection(kubeconfig)), ours: new Client({ server: `http://127.0.0.1:${port}` }) };
    stop = () => {
      stopControllers();
      kube.close();
      server.close();
      server.closeAllConnections();
    };
  });

  afterAll(() => {
    stop();
    pair.real.close();
    pair.ours.close();
  });

  it('answers as a real server does', { timeout: 600_000 }, async () => {
    console.log(`seed ${seed}, ${count} steps`);
    const findings = await play(pair, `${prefix}-${seed}`, generateSteps(seed, count));
    const lines = findings.map(({ index, step, deviations }) => `#${index} ${step.method} ${step.path} ${step.contentType ?? ''}\n   ${JSON.stringify(step.query ?? {})} ${JSON.stringify(step.body)?.slice(0, 600)}\n${[...deviations].sort((a, b) => Number(b.path === '/body/message') - Number(a.path === '/body/message')).slice(0, 5).map((d) => `   ${d.path}\n     real ${JSON.stringify(d.real)?.slice(0, 900)}\n     ours ${JSON.stringify(d.ours)?.slice(0, 900)}`).join('\n')}`);
    if (env['OUT']) (await import('node:fs')).writeFileSync(env['OUT'], lines.join('\n') + '\n');
    console.log(findings.length, 'findings');
    expect(findings.length).toBe(0);
  });
});
