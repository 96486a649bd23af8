import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectCluster } from './cluster.js';
import { readKubeConfig } from './kube-config.js';

const kubeconfig = (name: string, namespace?: string, scheme = 'https') =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: `${scheme}://${name}.test` } }],
    users: [{ name, user: {} }],
    contexts: [{ name, context: { cluster: name, user: name, ...(namespace && { namespace }) } }],
    'current-context': name,
  });

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'seatrial-prow-'));
  await writeFile(join(cwd, 'one'), kubeconfig('one', 'prow'));
  await writeFile(join(cwd, 'two'), kubeconfig('two'));
  await writeFile(join(cwd, 'plain'), kubeconfig('plain', undefined, 'http'));
  await writeFile(join(cwd, 'bad'), '{{');
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const read = (options: object = {}, env = {}) => readKubeConfig({ cwd, env: { HOME: cwd, ...env }, ...options });

describe(readKubeConfig, () => {
  it('takes the current context of a file', async () => {
    expect((await read({ kubeconfig: 'one' })).getCurrentCluster()?.server).toBe('https://one.test');
  });

  it('finds a context in any of several files', async () => {
    const config = await read({ kubeconfig: `one${delimiter}${delimiter}two`, context: 'two' });
    expect(config.getCurrentCluster()?.server).toBe('https://two.test');
  });

  it('lets the client speak http where the kubeconfig says so, and checks certificates elsewhere', async () => {
    expect((await read({ kubeconfig: 'plain' })).getCurrentCluster()?.skipTLSVerify).toBe(true);
    expect((await read({ kubeconfig: 'one' })).getCurrentCluster()?.skipTLSVerify).toBe(false);
  });

  it.each([
    ['a file that is not there', { kubeconfig: 'gone' }, 'cannot read kubeconfig', '--kubeconfig'],
    ['a file that is no kubeconfig', { kubeconfig: 'bad' }, 'cannot read kubeconfig', '--kubeconfig'],
    ['an unknown context', { kubeconfig: 'one', context: 'two' }, 'no context "two"', 'one of: one'],
    ['nothing at all', {}, 'there is no kubeconfig', '--kubeconfig'],
  ])('refuses %s', async (_what, options, message, hint) => {
    await expect(read(options)).rejects.toMatchObject({
      code: 'INVALID_FLAG',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
  });
});

describe(connectCluster, () => {
  const clock = { now: () => 0, sleep: async () => undefined };

  it.each([
    ['the given namespace', { kubeconfig: 'one', namespace: 'mine' }, 'mine'],
    ["the context's", { kubeconfig: 'one' }, 'prow'],
    ['default', { kubeconfig: 'two' }, 'default'],
  ])('works in %s', async (_what, options, namespace) => {
    expect((await connectCluster({ clock }, { cwd, env: {}, ...options })).namespace).toBe(namespace);
  });
});
