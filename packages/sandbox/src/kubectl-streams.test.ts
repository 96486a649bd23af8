import { readFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Called, Clients } from './__fixtures__/clients.js';
import { findProgram, startClients } from './__fixtures__/clients.js';

const kubectl = (await findProgram('kubectl')) ?? '';
const TIMEOUT_MS = 40_000;

const program = `
import { createServer } from 'node:http';
process.on('SIGTERM', () => process.exit(0));
process.stdin.on('data', (chunk) => console.log('read ' + chunk));
createServer((request, response) => {
  console.log('asked for ' + request.url);
  request.pipe(response);
}).listen(8080, () => console.log('listening'));
`;
const files = {
  Dockerfile: 'FROM node:20\nWORKDIR /app\nCOPY main.mjs /app/\nCMD ["node", "/app/main.mjs"]\n',
  'main.mjs': program,
};

let clients: Clients;

beforeAll(async () => {
  if (kubectl === '') return;
  clients = await startClients();
  const image = await clients.image('echo:1', files);
  const container = `{name: main, image: "${image}", stdin: true, readinessProbe: {httpGet: {port: 8080, path: /ready}}}`;
  const pod = (name: string, annotations: string): string =>
    `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, annotations: {${annotations}}}, spec: {containers: [${container}]}}\n`;
  await clients.write({
    'pods.yaml': [pod('real', ''), pod('simulated', 'sandbox.seatrial.dev/duration: 1h')].join('---\n'),
  });
  await clients.output(kubectl, ['apply', '-f', 'pods.yaml']);
  await clients.output(kubectl, ['wait', '--for=condition=Ready', 'pod', '--all', '--timeout=20s']);
}, TIMEOUT_MS);

afterAll(() => clients?.[Symbol.asyncDispose]());

// Both ways kubectl has: WebSocket, its own choice since 1.31, and SPDY, which older ones speak.
const transports = [
  ['WebSocket', {}],
  ['SPDY', { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' }],
] as const;

describe.skipIf(kubectl === '').concurrent('kubectl', { timeout: TIMEOUT_MS }, () => {
  describe.each(transports)('over %s', (_name, env: Record<string, string>) => {
    const exec = (command: readonly string[], input?: string): Promise<Called> =>
      clients.call(kubectl, ['exec', '-i', 'real', '--', ...command], {
        env,
        ...(input === undefined ? {} : { input }),
      });

    it('hands over output, errors and exit code of a command', async ({ expect }) => {
      const script = 'console.log("out"); console.error("err"); process.exit(3)';
      expect(await exec(['node', '-e', script])).toEqual({
        exitCode: 3,
        stdout: 'out\n',
        stderr: 'err\ncommand terminated with exit code 3\n',
      });
    });

    it('hands its input over, to the end', async ({ expect }) => {
      const input = randomBytes(1_000_000).toString('base64');
      const { exitCode, stdout } = await exec(['cat'], input);
      expect({ exitCode, isSame: stdout === input }).toEqual({ exitCode: 0, isSame: true });
    });

    it('is told of a command that is not there', async ({ expect }) => {
      expect(await exec(['no-such-command'])).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('exec: "no-such-command": executable file not found in $PATH'),
      });
    });

    it('is told why nothing can be run in a simulated pod', async ({ expect }) => {
      expect(await clients.call(kubectl, ['exec', 'simulated', '--', 'ls'], { env })).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('cannot exec into container "main": it is simulated'),
      });
    });

    it('copies files in and out', async ({ expect }) => {
      const name = `copied-${Object.keys(env).length}`;
      const text = randomBytes(2_000_000).toString('hex');
      await clients.write({ [name]: text });
      await clients.output(kubectl, ['cp', name, `real:/app/${name}`], { env });
      await clients.output(kubectl, ['cp', `real:/app/${name}`, `${name}-back`], { env });
      expect((await readFile(join(clients.dir, `${name}-back`), 'utf8')) === text).toBe(true);
    });
  });

  it('is told of containers and pods that are not there', async ({ expect }) => {
    const why = async (...args: readonly string[]): Promise<string> => (await clients.call(kubectl, args)).stderr;
    expect(await why('exec', 'real', '-c', 'other', '--', 'ls')).toBe(
      'Error from server (BadRequest): container other is not valid for pod real\n',
    );
    expect(await why('exec', 'absent', '--', 'ls')).toBe('Error from server (NotFound): pods "absent" not found\n');
    expect(await why('get', '--raw', '/api/v1/namespaces/default/pods/real/exec')).toBe(
      'Error from server (BadRequest): Upgrade request required\n',
    );
  });

  it('forwards ports', async ({ expect }) => {
    const forwarding = clients.start(kubectl, ['port-forward', 'pod/real', ':8080', ':81']);
    const [, port, deaf] =
      /:(\d+) -> 8080[^]*127\.0\.0\.1:(\d+) -> 81\n/.exec(await forwarding.printed(/-> 81\n/)) ?? [];
    const bodies = Array.from({ length: 8 }, (_, index) => `${index}`.repeat(100_000));
    const post = async (body: string): Promise<string> =>
      (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body })).text();
    expect((await Promise.all(bodies.map(post))).map((text, index) => text === bodies[index])).toEqual(
      bodies.map(() => true),
    );
    await expect(fetch(`http://127.0.0.1:${deaf}/`)).rejects.toThrow('fetch failed');
    expect(await forwarding.printed(/refused/)).toMatch(
      /error forwarding port 81 to pod default\/real: dial tcp \S+:81: connect: connection refused/,
    );
    await forwarding.stop();
  });

  it('is told why no port of a simulated pod can be forwarded', async ({ expect }) => {
    const forwarding = clients.start(kubectl, ['port-forward', 'pod/simulated', ':80']);
    const [, port] = /:(\d+) -> 80/.exec(await forwarding.printed(/-> 80\n/)) ?? [];
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed');
    await forwarding.printed(/it is simulated: no process runs in it/);
    await forwarding.stop();
  });

  it('attaches to a program: its input, and its output from then on', async ({ expect }) => {
    const attached = clients.start(kubectl, ['attach', '-i', 'pod/real']);
    await attached.printed(/If you don't see a command prompt/);
    // The words come after the connection is made or before: what is written waits for it.
    attached.write('a word\n');
    expect(await attached.printed(/read a word/)).not.toContain('listening');
    await attached.stop();
  });

  it('runs a pod, shows its output and removes it', async ({ expect }) => {
    const image = `${clients.sandbox.env['SEATRIAL_REGISTRY']}/echo:1`;
    const script = 'process.stdin.on("data", (chunk) => { console.log("got " + chunk); process.exit(0) })';
    const args = [
      'run',
      'once',
      '-i',
      '--rm',
      '--restart=Never',
      '--image',
      image,
      '--command',
      '--',
      'node',
      '-e',
      script,
    ];
    const { exitCode, stdout } = await clients.call(kubectl, args, { input: 'these words\n' });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining('got these words') });
    expect(await clients.call(kubectl, ['get', 'pod', 'once'])).toMatchObject({ exitCode: 1 });
  });
});
