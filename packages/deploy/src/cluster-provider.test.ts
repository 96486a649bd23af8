import type { Gke, GkeCluster } from '@seatrial/gke';
import { GkeError } from '@seatrial/gke';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { FakeKube } from './__fixtures__/fake-kube.js';
import { createGkeProvider } from './gke-provider.js';
import { createKubeconfigProvider } from './kubeconfig-provider.js';

const limits = { timeoutMs: 60_000 };
const request = { runId: '1234', expiresMs: 1_700_000_000_000 };
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'provider-'));
});
afterEach(() => rm(dir, { recursive: true }));

/** Clusters in a map; `full` locations are out of machines. */
function fakeGke(full: readonly string[] = []): { gke: Gke; clusters: Map<string, GkeCluster>; asked: unknown[] } {
  const clusters = new Map<string, GkeCluster>();
  const asked: unknown[] = [];
  const keyOf = ({ location, name }: { location: string; name: string }): string => `${location}/${name}`;
  const gke: Gke = {
    createCluster: async (wanted) => {
      asked.push(wanted);
      const { name, project, location, labels } = wanted;
      const base = { name, project, location, labels, problems: [], nodePools: [] };
      clusters.set(keyOf(wanted), { ...base, status: 'RUNNING', endpoint: '10.0.0.1', caCertificate: 'Y2E=' });
      if (full.includes(location)) throw new GkeError('STOCKOUT', `${location} is full`, { location });
      return clusters.get(keyOf(wanted)) as GkeCluster;
    },
    findCluster: async (ref) => clusters.get(keyOf(ref)),
    listClusters: async () => ({ clusters: [...clusters.values()], missingZones: [] }),
    deleteCluster: async (ref) => void clusters.delete(keyOf(ref)),
    extendExpiry: async (ref, expiry) => {
      asked.push({ extend: keyOf(ref), ...expiry });
      return true;
    },
    findLastOperationEnd: async () => undefined,
    close: async () => {},
  };
  return { gke, clusters, asked };
}

describe(createGkeProvider, () => {
  it('plans a name that fits, asking nobody', () => {
    const { gke, asked } = fakeGke();
    const provider = createGkeProvider({ gke, project: 'p', locations: ['us-east1-b'] });
    expect(provider.plan(request)).toEqual({
      provider: 'gke',
      name: 'seatrial-1234',
      project: 'p',
      location: 'us-east1-b',
      locations: ['us-east1-b'],
    });
    expect(asked).toEqual([]);
  });

  it('keeps the cluster of a handle until it is stopped', async () => {
    const { gke, asked } = fakeGke();
    const provider = createGkeProvider({ gke, project: 'p', locations: ['us-east1-b'] });
    const controller = new AbortController();
    const { signal } = controller;
    const keeping = provider.keepAlive?.(provider.plan(request), { runId: '1234', ttlMs: 3_600_000, signal });
    await expect.poll(() => asked).toMatchObject([{ extend: 'us-east1-b/seatrial-1234', runId: '1234' }]);
    controller.abort(new Error('the trial is over'));
    await keeping;
  });

  it('creates with the labels of the run, and writes a kubeconfig', async () => {
    const { gke, asked } = fakeGke();
    const provider = createGkeProvider({ gke, project: 'p', locations: ['us-east1-b'], user: { token: 't' } });
    const handle = await provider.create(provider.plan(request), { ...request, cluster: { nodeCount: 2 } }, limits);
    expect(asked).toEqual([
      {
        name: 'seatrial-1234',
        project: 'p',
        location: 'us-east1-b',
        nodeCount: 2,
        labels: { 'seatrial-run': '1234', 'seatrial-expires': '1700000000' },
      },
    ]);
    // A handle goes through a journal.
    const path = join(dir, 'kubeconfig');
    await provider.kubeconfig(JSON.parse(JSON.stringify(handle)), path, limits);
    expect(await readFile(path, 'utf8')).toContain('server: https://10.0.0.1');
  });

  it('R2: takes the next location, leaves nothing in the first, and finds the cluster by the planned handle', async () => {
    const { gke, clusters } = fakeGke(['us-east1-b']);
    const provider = createGkeProvider({ gke, project: 'p', locations: ['us-east1-b', 'us-west1-a'] });
    const planned = provider.plan(request);
    const handle = await provider.create(planned, request, limits);
    expect(handle.location).toBe('us-west1-a');
    expect([...clusters.keys()]).toEqual(['us-west1-a/seatrial-1234']);
    expect(await provider.exists(planned, limits)).toBe(true);
    await provider.delete(planned, limits);
    expect(clusters.size).toBe(0);
    expect(await provider.exists(planned, limits)).toBe(false);
  });

  it('tries every location though one deletion fails', async () => {
    const { gke } = fakeGke();
    const deleted: string[] = [];
    const failing: Gke = {
      ...gke,
      deleteCluster: async ({ location }) => {
        deleted.push(location);
        if (location === 'us-east1-b') throw new GkeError('DENIED', 'no');
      },
    };
    const provider = createGkeProvider({ gke: failing, project: 'p', locations: ['us-east1-b', 'us-west1-a'] });
    await expect(provider.delete(provider.plan(request), limits)).rejects.toMatchObject({ code: 'DENIED' });
    expect(deleted).toEqual(['us-east1-b', 'us-west1-a']);
  });

  it('rejects a provider without a location', () => {
    expect(() => createGkeProvider({ gke: fakeGke().gke, project: 'p', locations: [] })).toThrow(
      'need a project and a location',
    );
  });
});

describe(createKubeconfigProvider, () => {
  const config = (context: string, server: string): string =>
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server, 'certificate-authority': 'ca.pem' } }],
      users: [{ name: 'u', user: { 'client-key': '/abs/key.pem', token: 't' } }],
      contexts: [{ name: context, context: { cluster: 'c', user: 'u' } }],
      'current-context': context,
    });

  it('O13: copies one context and leaves the file of the user as it is', async () => {
    const from = join(dir, 'config');
    await writeFile(from, config('mine', 'https://one'));
    const provider = createKubeconfigProvider({ kubeconfigPath: from });
    const handle = await provider.create(provider.plan(request), request, limits);
    expect(handle).toMatchObject({ name: 'mine', context: 'mine', server: 'https://one' });
    // The user goes elsewhere meanwhile: the run stays where it is.
    const path = join(dir, 'run', 'kubeconfig');
    await provider.kubeconfig(handle, path, limits);
    const written = parse(await readFile(path, 'utf8'));
    expect(written['current-context']).toBe('mine');
    expect(written.clusters[0].cluster['certificate-authority']).toBe(join(dir, 'ca.pem'));
    expect(written.users[0].user['client-key']).toBe('/abs/key.pem');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(from, 'utf8')).toBe(config('mine', 'https://one'));
  });

  it('merges several files, the first to name a thing winning, and skips those that are not there', async () => {
    await writeFile(join(dir, 'a'), config('one', 'https://one'));
    await writeFile(join(dir, 'b'), config('two', 'https://two'));
    const kubeconfigPath = [join(dir, 'missing'), join(dir, 'a'), join(dir, 'b')].join(':');
    const provider = createKubeconfigProvider({ kubeconfigPath, context: 'two' });
    expect(await provider.create(provider.plan(request), request, limits)).toMatchObject({
      context: 'two',
      server: 'https://one',
    });
  });

  it.each([
    ['a context it does not have', { context: 'nope' }, 'has no context nope', 'Name one of: mine.'],
    ['no file', { kubeconfigPath: '/does/not/exist' }, 'there is no kubeconfig', undefined],
  ])('rejects %s', async (_what, options, message, hint) => {
    const from = join(dir, 'config');
    await writeFile(from, config('mine', 'https://one'));
    const provider = createKubeconfigProvider({ kubeconfigPath: from, ...options });
    const error = await provider.create(provider.plan(request), request, limits).catch((one: unknown) => one);
    expect(error).toMatchObject({ code: 'INVALID', message: expect.stringContaining(message), ...(hint && { hint }) });
  });

  it('will not write over the file it reads', async () => {
    const from = join(dir, 'config');
    await writeFile(from, config('mine', 'https://one'));
    const provider = createKubeconfigProvider({ kubeconfigPath: from });
    await expect(provider.kubeconfig(provider.plan(request), from, limits)).rejects.toMatchObject({ code: 'INVALID' });
  });

  it('asks the cluster whether it is there, and deletes nothing', async () => {
    const server = new FakeKube();
    await server.start();
    try {
      server.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } });
      const provider = createKubeconfigProvider({ kubeconfigPath: server.kubeconfig });
      expect(await provider.exists(provider.plan(request), limits)).toBe(true);
      const before = server.requests.length;
      await provider.delete(provider.plan(request), limits);
      expect(server.requests).toHaveLength(before);
    } finally {
      await server.stop();
    }
  });
});
