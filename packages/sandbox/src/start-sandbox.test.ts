import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { connect } from 'node:net';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getActiveResourcesInfo } from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import container from '@google-cloud/container';
import { PassThroughClient } from 'google-auth-library';
import { grpc } from 'google-gax';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { fixedPorts } from './sandbox/ports.js';
import type { Sandbox } from './start-sandbox.js';
import { startSandbox } from './start-sandbox.js';

const run = promisify(execFile);
const ROUNDS = 10;
const off = { docker: 'off', operationMs: 10 } as const;

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** A base with nobody behind it, below the ports that the system gives to whoever takes any: other tests do all the time. */
async function freePortBase(): Promise<number> {
  for (;;) {
    const base = 20_000 + 100 * randomInt(100);
    const taken = await Promise.all(fixedPorts.map((_name, at) => answers(base + at)));
    if (!taken.includes(true)) return base;
  }
}

/** Asks the API server of a kubeconfig, its certificate checked. */
async function askKubernetes(kubeconfig: string, path: string): Promise<Record<string, unknown>> {
  const { clusters, users } = parse(await readFile(kubeconfig, 'utf8')) as {
    clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
    users: { user: { token: string } }[];
  };
  const { server = '', 'certificate-authority-data': ca = '' } = clusters[0]?.cluster ?? {};
  const headers = { authorization: `Bearer ${users[0]?.user.token}` };
  return new Promise((resolve, reject) => {
    const call = request(server + path, { ca: Buffer.from(ca, 'base64'), headers, agent: false }, (reply) => {
      let body = '';
      reply.on('data', (chunk) => (body += String(chunk)));
      reply.once('end', () => resolve(JSON.parse(body) as Record<string, unknown>));
    });
    call.once('error', reject).end();
  });
}

/** Asks for a cluster and does not wait for it. */
async function createCluster({ env }: Sandbox): Promise<void> {
  const { hostname, port } = new URL(env['SEATRIAL_GKE_ENDPOINT'] ?? '');
  const client = new container.ClusterManagerClient({
    servicePath: hostname,
    port: Number(port),
    sslCreds: grpc.credentials.createInsecure(),
    authClient: new PassThroughClient(),
  });
  const parent = 'projects/sandbox/locations/us-east1-b';
  await client.createCluster(
    { parent, cluster: { name: 'trial', initialNodeCount: 1 } },
    { timeout: 30_000, retry: null },
  );
  await client.close();
}

describe(startSandbox, () => {
  it('says where everything is, on loopback', async () => {
    await using sandbox = await startSandbox(off);
    const { storage, gke, registry, github, docker, cloudbuild, compute } = sandbox.ports;
    expect(sandbox.env).toEqual({
      STORAGE_EMULATOR_HOST: `http://127.0.0.1:${storage}`,
      SEATRIAL_GKE_ENDPOINT: `http://127.0.0.1:${gke}`,
      SEATRIAL_CLOUDBUILD_ENDPOINT: `http://127.0.0.1:${cloudbuild}`,
      SEATRIAL_COMPUTE_ENDPOINT: `http://127.0.0.1:${compute}`,
      CLOUDSDK_AUTH_ACCESS_TOKEN: expect.stringMatching(/^sandbox-/),
      CLOUDSDK_CORE_PROJECT: 'sandbox',
      SEATRIAL_REGISTRY: `127.0.0.1:${registry}/seatrial`,
      SEATRIAL_RELEASES: 'gs://seatrial-releases',
      GITHUB_API_URL: `http://127.0.0.1:${github}`,
      DOCKER_HOST: `tcp://127.0.0.1:${docker}`,
    });
    expect((await fetch(`${sandbox.env['STORAGE_EMULATOR_HOST']}/b/seatrial-releases`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${registry}/v2/`)).status).toBe(200);
    expect(await (await fetch(`http://127.0.0.1:${docker}/_ping`)).text()).toBe('OK');
  });

  it('makes a cluster with a node, whose certificate holds', async () => {
    await using sandbox = await startSandbox({ ...off, defaultCluster: true });
    const nodes = await askKubernetes(sandbox.env['KUBECONFIG'] ?? '', '/api/v1/nodes');
    expect(nodes).toMatchObject({
      kind: 'NodeList',
      items: [{ status: { capacity: { cpu: '4', memory: '16Gi' } } }],
    });
  });

  it('gives back ports and folders', async () => {
    const sandbox = await startSandbox({ ...off, defaultCluster: true });
    const endpoint = Number(/127\.0\.0\.1:(\d+)/.exec(await readFile(sandbox.env['KUBECONFIG'] ?? '', 'utf8'))?.[1]);
    const ports = [...Object.values(sandbox.ports), endpoint];
    expect(await Promise.all(ports.map(answers))).toEqual(ports.map(() => true));
    await sandbox.close();
    await sandbox.close();
    expect(await Promise.all(ports.map(answers))).toEqual(ports.map(() => false));
    expect(existsSync(sandbox.dataDir)).toBe(false);
  });

  it('lets two live side by side', async () => {
    await using first = await startSandbox(off);
    const second = await startSandbox(off);
    await fetch(`${second.env['STORAGE_EMULATOR_HOST']}/b`, { method: 'POST', body: '{"name":"second"}' });
    await second.close();
    expect((await fetch(`${first.env['STORAGE_EMULATOR_HOST']}/b/second`)).status).toBe(404);
  });

  it('takes fixed ports, and tells which one is taken', async () => {
    const portBase = await freePortBase();
    const port = portBase + 2;
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(port, '127.0.0.1', resolve));
    const failing = startSandbox({ ...off, portBase });
    await expect(failing).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      exitCode: 2,
      message: expect.stringContaining(`127.0.0.1:${port} for registry`),
    });
    await new Promise((resolve) => blocker.close(resolve));
    expect(await answers(portBase)).toBe(false);
    await using sandbox = await startSandbox({ ...off, portBase });
    expect(sandbox.ports).toEqual({
      storage: port - 2,
      gke: port - 1,
      registry: port,
      github: port + 1,
      docker: port + 2,
      cloudbuild: port + 3,
      compute: port + 4,
    });
  });

  it('closes when it is told to stop', async () => {
    const controller = new AbortController();
    const sandbox = await startSandbox({ ...off, signal: controller.signal });
    controller.abort(new Error('stop'));
    await sandbox.close();
    expect(existsSync(sandbox.dataDir)).toBe(false);
  });

  it('leaves nothing behind, however often it starts and wherever it is stopped', async ({ onTestFinished }) => {
    const dir = await mkdtemp(join(tmpdir(), 'seatrial-again-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    const options = { ...off, dataDir: dir, defaultCluster: true };
    const round = async (): Promise<void> => {
      const stopping = new AbortController();
      const sandboxes = [await startSandbox(options), await startSandbox({ ...off, dataDir: dir })];
      const stopped = startSandbox({ ...options, signal: stopping.signal });
      stopping.abort(new Error('stop'));
      await expect(stopped).rejects.toThrow('stop');
      await Promise.all(sandboxes.map((sandbox) => sandbox.close()));
      const midway = await startSandbox({ ...off, dataDir: dir, operationMs: 60_000 });
      await createCluster(midway);
      await midway.close();
    };
    const open = (): string =>
      getActiveResourcesInfo()
        .filter((kind) => /TCP|Pipe|Process|Timeout/.test(kind))
        .sort()
        .join(' ');
    await round(); // what is loaded once stays loaded
    const before = open();
    for (let count = 0; count < ROUNDS; count += 1) await round();
    expect(await readdir(dir)).toEqual([]);
    // `expect.poll` would be a timer of its own.
    const giveUp = performance.now() + 10_000;
    while (open() !== before && performance.now() < giveUp) await setImmediate();
    expect(open()).toBe(before);
  });

  it('carries out a fault plan', async () => {
    await using sandbox = await startSandbox({ ...off, faults: ['storage:503:#1'] });
    const ask = async () => (await fetch(`${sandbox.env['STORAGE_EMULATOR_HOST']}/b/seatrial-releases`)).status;
    expect([await ask(), await ask()]).toEqual([503, 200]);
  });

  it.each([
    ['a fault', { faults: ['storage'] }, 'INVALID_FAULT'],
    ['a port base', { portBase: 80 }, 'INVALID_OPTION'],
    ['a Docker host', { docker: 'ftp://x' }, 'INVALID_OPTION'],
    ['an engine that does not answer', { docker: `unix://${tmpdir()}/no-such.sock` }, 'DOCKER_UNREACHABLE'],
  ])('refuses %s', async (_what, options, code) => {
    await expect(startSandbox({ ...off, ...options })).rejects.toMatchObject({ name: 'SandboxError', code });
  });
});

const kubectl = await run('kubectl', ['version', '--client']).then(
  () => 'kubectl',
  () => undefined,
);

describe.skipIf(kubectl === undefined)('with kubectl', () => {
  it('lists the node as ready', async () => {
    await using sandbox = await startSandbox({ ...off, defaultCluster: true });
    const env = { ...sandbox.env, PATH: process.env['PATH'] ?? '', HOME: sandbox.dataDir };
    const { stdout } = await run('kubectl', ['get', 'nodes', '--no-headers'], { env });
    expect(stdout).toMatch(/^gke-sandbox-default-pool-\S+\s+Ready\s/);
  });

  it('gives out tokens that end, where told to, and takes no others', async () => {
    await using sandbox = await startSandbox({ ...off, tokenLifetimeSeconds: 3600, defaultCluster: true });
    const { GCE_METADATA_HOST: host, KUBECONFIG = '', ...env } = sandbox.env;
    expect(env).not.toHaveProperty('CLOUDSDK_AUTH_ACCESS_TOKEN');
    const path = `http://${host}/computeMetadata/v1/instance/service-accounts/default/token`;
    const answer = await fetch(path, { headers: { 'Metadata-Flavor': 'Google' } });
    expect(await answer.json()).toEqual({
      access_token: expect.stringMatching(/^sandbox-/),
      expires_in: 3600,
      token_type: 'Bearer',
    });
    expect((await fetch(path)).status).toBe(403);
    // Its own kubeconfig holds a token that goes on.
    expect(await readFile(KUBECONFIG, 'utf8')).toContain('token: "sandbox-');
  });
});
