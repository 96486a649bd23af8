import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { Attach, CoreV1Api, Exec, KubeConfig, PortForward } from '@kubernetes/client-node';
import type { V1Status } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Clients } from './__fixtures__/clients.js';
import { startClients } from './__fixtures__/clients.js';

const program = `
process.on('SIGTERM', () => process.exit(0));
let count = 0;
setInterval(() => console.log('line ' + (count += 1)), 20);
require('node:http').createServer((request, response) => response.end('hello')).listen(8080);
`;

let clients: Clients;
let config: KubeConfig;

beforeAll(async () => {
  clients = await startClients();
  const image = await clients.image('hello:1', {
    Dockerfile: 'FROM node:20\nCOPY main.cjs /\nCMD ["node", "/main.cjs"]\n',
    'main.cjs': program,
  });
  config = new KubeConfig();
  config.loadFromFile(clients.sandbox.env['KUBECONFIG'] ?? '');
  const api = config.makeApiClient(CoreV1Api);
  const readinessProbe = { httpGet: { port: 8080, path: '/' }, periodSeconds: 1 };
  const spec = { containers: [{ name: 'main', image, readinessProbe }] };
  await api.createNamespacedPod({ namespace: 'default', body: { metadata: { name: 'hello' }, spec } });
  await vi.waitUntil(
    async () => {
      const { status } = await api.readNamespacedPod({ namespace: 'default', name: 'hello' });
      return status?.containerStatuses?.[0]?.ready;
    },
    { timeout: 60_000, interval: 50 },
  );
});

afterAll(() => clients[Symbol.asyncDispose]());

/** All that comes out of a stream until its end. */
async function textOf(stream: PassThrough): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

describe('@kubernetes/client-node', () => {
  it('runs commands', async () => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const command = ['node', '-e', 'console.log("out"); console.error("err"); process.exit(3)'];
    const status = await new Promise<V1Status>((resolve, reject) => {
      new Exec(config).exec('default', 'hello', 'main', command, stdout, stderr, null, false, resolve).catch(reject);
    });
    stdout.end();
    stderr.end();
    expect([await textOf(stdout), await textOf(stderr)]).toEqual(['out\n', 'err\n']);
    expect(status).toMatchObject({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '3' }] },
    });
  });

  it('attaches', async () => {
    const stdout = new PassThrough();
    const socket = await new Attach(config).attach('default', 'hello', 'main', stdout, null, null, false);
    const [chunk] = (await once(stdout, 'data')) as [Buffer];
    expect(chunk.toString()).toMatch(/^line \d+\n/);
    socket.close();
  });

  it('forwards ports', async () => {
    const forward = new PortForward(config);
    const server = createServer((socket) => {
      void forward.portForward('default', 'hello', [8080], socket, null, socket);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {
      headers: { connection: 'close' },
    });
    expect(await answer.text()).toBe('hello');
    server.close();
  });
});
