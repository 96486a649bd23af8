import { randomBytes } from 'node:crypto';
import { env } from 'node:process';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Called, Clients } from './__fixtures__/clients.js';
import { findProgram, startClients } from './__fixtures__/clients.js';
import { findDockerEngine, parseDockerHost } from './sandbox/docker-engine.js';

const kubectl = (await findProgram('kubectl')) ?? '';
/** An image with node in it, which the engine has or can pull. */
const image = env['SEATRIAL_TEST_BASE_IMAGE'] ?? '127.0.0.1:5000/node:20';
const engine = kubectl === '' ? undefined : await findEngineWith(image);

/** This machine's engine, if there is one with the image. Says so where not, and fails where the image was asked for. */
async function findEngineWith(reference: string): Promise<string | undefined> {
  const found = await findDockerEngine('auto', env);
  if (found === undefined) {
    console.warn('skipped: exec in real containers; no Docker Engine answers at DOCKER_HOST or the default socket');
    return undefined;
  }
  const docker = new Docker(parseDockerHost(found.host));
  try {
    await docker.getImage(reference).inspect();
    return found.host;
  } catch (error) {
    const why = (error as Error).message;
    if (env['SEATRIAL_TEST_BASE_IMAGE'] !== undefined) throw error;
    console.warn(
      `skipped: exec in real containers; pull an image with node and name it by SEATRIAL_TEST_BASE_IMAGE. ${why}`,
    );
    return undefined;
  }
}

let clients: Clients;

beforeAll(async () => {
  if (engine === undefined) return;
  clients = await startClients({ docker: engine });
  const script = "process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1e6); console.log('up')";
  const container = { name: 'main', image, command: ['node', '-e', script], env: [{ name: 'COLOUR', value: 'blue' }] };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'real' }, spec: { containers: [container] } };
  await clients.write({ 'pod.json': JSON.stringify(pod) });
  await clients.output(kubectl, ['apply', '-f', 'pod.json']);
  await clients.output(kubectl, ['wait', '--for=condition=Ready', 'pod/real', '--timeout=100s']);
});

afterAll(() => clients?.[Symbol.asyncDispose]());

const transports = [
  ['WebSocket', {}],
  ['SPDY', { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false' }],
] as const;

describe.skipIf(engine === undefined)('kubectl exec in a container of a real engine', () => {
  describe.each(transports)('over %s', (_name, more: Record<string, string>) => {
    const exec = (command: readonly string[], input?: string): Promise<Called> =>
      clients.call(kubectl, ['exec', ...(input === undefined ? [] : ['-i']), 'real', '--', ...command], {
        env: more,
        ...(input === undefined ? {} : { input }),
      });

    it('runs beside the container’s own program, with its environment', async ({ expect }) => {
      const script =
        "const { readFileSync } = require('node:fs');" +
        "console.log(readFileSync('/proc/1/cmdline', 'utf8').includes('up'), process.env.COLOUR, process.pid > 1)";
      expect(await exec(['node', '-e', script])).toEqual({ exitCode: 0, stdout: 'true blue true\n', stderr: '' });
    });

    it('hands over output, errors and exit code', async ({ expect }) => {
      const script = 'console.log("out"); console.error("err"); process.exit(3)';
      expect(await exec(['node', '-e', script])).toEqual({
        exitCode: 3,
        stdout: 'out\n',
        stderr: 'err\ncommand terminated with exit code 3\n',
      });
    });

    it('hands over its input, to the end', async ({ expect }) => {
      const input = randomBytes(300_000).toString('base64');
      const { exitCode, stdout } = await exec(['cat'], input);
      expect({ exitCode, isSame: stdout === input }).toEqual({ exitCode: 0, isSame: true });
    });

    it('is told of a command that is not there', async ({ expect }) => {
      const { exitCode, stdout, stderr } = await exec(['no-such-command']);
      expect({ exitCode, stdout, stderr }).toEqual({
        exitCode: expect.any(Number),
        stdout: expect.any(String),
        stderr: expect.stringMatching(/no-such-command|exit code 12[67]/),
      });
      expect(exitCode).not.toBe(0);
    });
  });
});
