import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { limits, requestOf, sandboxGke } from './__fixtures__/sandbox-gke.js';
import { execPluginUser } from './exec-plugin.js';
import { writeKubeconfig } from './kubeconfig.js';

const run = promisify(execFile);

/** A program that runs the command line from its sources, as an installed one would run. */
async function installFromSources(dir: string): Promise<string> {
  const bin = fileURLToPath(new URL('./bin.ts', import.meta.url));
  const path = join(dir, 'seatrial-gke');
  const node = `"${process.execPath}" --conditions=@seatrial/source --import "${import.meta.resolve('tsx')}" "${bin}"`;
  await writeFile(path, `#!/bin/sh\necho run >> "${dir}/runs"\nexec ${node} "$@"\n`);
  await chmod(path, 0o755);
  return path;
}

/** A cluster that takes only tokens of the metadata server, which end after some seconds, and a kubeconfig for it. */
async function setUp(tokenLifetimeSeconds: number) {
  const dir = await mkdtemp(join(tmpdir(), 'gke-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const { gke, sandbox } = await sandboxGke({ tokenLifetimeSeconds });
  const cluster = await gke.createCluster(requestOf('trial'), { ...limits, waitForNodes: false });
  const kubeconfig = join(dir, 'kubeconfig');
  const command = await installFromSources(dir);
  // The metadata server's address is kept in the file: whoever uses it needs nothing in the environment.
  const user = execPluginUser({ command, env: sandbox.env });
  await writeKubeconfig({ cluster, path: kubeconfig, user });
  const env = { PATH: process.env['PATH'] ?? '', HOME: dir };
  const kubectl = async (...args: string[]) =>
    (await run('kubectl', ['--kubeconfig', kubeconfig, ...args], { env })).stdout.trim();
  const countRuns = async () => (await readFile(join(dir, 'runs'), 'utf8')).trim().split('\n').length;
  return { sandbox, kubeconfig, kubectl, countRuns, dir, command, env };
}

describe(execPluginUser, () => {
  it('gives kubectl tokens that a cluster takes, and says when they end', async () => {
    const { kubectl, kubeconfig, sandbox, command, env } = await setUp(3600);
    expect(await kubectl('get', 'namespace', 'default', '-o', 'name')).toBe('namespace/default');
    const text = await readFile(kubeconfig, 'utf8');
    expect(parse(text).users[0].user.exec).toMatchObject({
      apiVersion: 'client.authentication.k8s.io/v1',
      interactiveMode: 'Never',
      env: [{ name: 'GCE_METADATA_HOST', value: sandbox.env['GCE_METADATA_HOST'] }],
    });
    expect(text).not.toMatch(/token:/);

    const { GCE_METADATA_HOST = '' } = sandbox.env;
    const { stdout } = await run(command, ['exec-credential'], { env: { ...env, GCE_METADATA_HOST } });
    const { status } = JSON.parse(stdout) as { status: { token: string; expirationTimestamp: string } };
    expect(status.token).toMatch(/^sandbox-/);
    const leftMs = Date.parse(status.expirationTimestamp) - Date.now();
    expect(leftMs).toBeGreaterThan(3_000_000);
    expect(leftMs).toBeLessThanOrEqual(3_600_000);
  });

  it('gives the client library a new token when the old one has ended', async () => {
    const seconds = 20;
    const { kubeconfig, countRuns } = await setUp(seconds);
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    const api = config.makeApiClient(CoreV1Api);
    const read = async () => (await api.readNamespace({ name: 'default' })).metadata?.name;
    expect([await read(), await read()]).toEqual(['default', 'default']);
    const first = await countRuns();
    // Reads go on over the end of the token; that is when the plugin runs once more.
    const endMs = Date.now() + seconds * 1_000 + 500;
    await expect
      .poll(async () => [await read(), Date.now() > endMs && (await countRuns()) > first], {
        timeout: 90_000,
        interval: 500,
      })
      .toEqual(['default', true]);
  });

  it('runs this package by its path where no program is named, so that nothing has to be on the PATH', () => {
    expect(execPluginUser()).toEqual({
      exec: {
        command: process.execPath,
        args: [fileURLToPath(new URL('../bin.js', import.meta.url)), 'exec-credential'],
      },
    });
  });

  it('keeps no secret', () => {
    const env = { CLOUDSDK_AUTH_ACCESS_TOKEN: 'secret', GOOGLE_APPLICATION_CREDENTIALS: '/key.json' };
    expect(execPluginUser({ command: 'x', env })).toEqual({
      exec: { command: 'x', args: ['exec-credential'], env: { GOOGLE_APPLICATION_CREDENTIALS: '/key.json' } },
    });
  });
});
