import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { providerConformance } from '@seatrial/deploy/testing';
import { type Sandbox, startSandbox } from '@seatrial/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPoolProvider } from './pool-provider.js';

const request = (runId: string) => ({ runId, expiresMs: Date.now() + 60_000 });
const pool = await mkdtemp(join(tmpdir(), 'pool-'));
let sandbox: Sandbox | undefined;

beforeAll(async () => {
  sandbox = await startSandbox({ docker: 'off', defaultCluster: true });
  await copyFile(sandbox.env['KUBECONFIG'] ?? '', join(pool, 'lab-1.kubeconfig'));
});
afterAll(async () => {
  await sandbox?.close();
  await rm(pool, { recursive: true, force: true });
});

describe('the rules of every provider', () => {
  const createProvider = () => createPoolProvider({ dir: pool, pollMs: 10 });
  for (const { name, run } of providerConformance({ createProvider, dir: pool })) it(name, run);
});

describe('a pool of clusters', () => {
  const provider = createPoolProvider({ dir: pool, pollMs: 10 });
  const first = provider.plan(request('first'));
  const second = provider.plan(request('second'));

  it('gives a cluster to one run at a time', async () => {
    await provider.create(first, request('first'), { timeoutMs: 1_000 });
    const late = provider.create(second, request('second'), { timeoutMs: 50 });
    await expect(late).rejects.toThrow('was free within 50 ms');
    expect(await provider.exists(second, { timeoutMs: 1_000 })).toBe(false);
  });

  it('gives it to who waits as soon as it is given back', async () => {
    const waiting = provider.create(second, request('second'), {
      timeoutMs: 10_000,
      onProgress: () => void provider.delete(first, { timeoutMs: 1_000 }),
    });
    expect(await waiting).toMatchObject({ cluster: 'lab-1' });
  });

  it('lets many runs share many clusters, each with one of its own', async () => {
    await provider.delete(second, { timeoutMs: 1_000 });
    await writeFile(join(pool, 'lab-2.kubeconfig'), '');
    const handles = await Promise.all(
      ['a', 'b'].map((runId) => provider.create(provider.plan(request(runId)), request(runId), { timeoutMs: 1_000 })),
    );
    expect(new Set(handles.map(({ cluster }) => cluster))).toEqual(new Set(['lab-1', 'lab-2']));
  });
});
