import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterProvider, ProviderRequest } from '../cluster-provider.js';
import { connect } from '../connect.js';

/** What is checked, and with what. */
export interface ProviderConformanceOptions {
  /** A new provider: as a process that was restarted has it. Clusters of the one before are still there. */
  readonly createProvider: () => ClusterProvider | Promise<ClusterProvider>;
  /** An empty folder for kubeconfigs. */
  readonly dir: string;
  /** The provider's own fields of a cluster. @default none */
  readonly cluster?: Readonly<Record<string, unknown>>;
  /** @default one that is unlikely to be in use */
  readonly runId?: string;
  /** For each call, in milliseconds. @default 600_000 */
  readonly timeoutMs?: number;
}

/** One rule that a provider must keep, as a test of any test runner. */
export interface ProviderCheck {
  readonly name: string;
  /** @throws {AssertionError} when the provider does not. */
  readonly run: () => Promise<void>;
}

/**
 * The rules of `ClusterProvider` as checks, to be run one after the other: the later ones need what the earlier ones made,
 * and the last one deletes it.
 *
 * @example
 * for (const { name, run } of providerConformance({ createProvider, dir })) it(name, run);
 */
export function providerConformance(options: ProviderConformanceOptions): readonly ProviderCheck[] {
  const { createProvider, dir, cluster, runId = `check-${Date.now().toString(36)}`, timeoutMs = 600_000 } = options;
  const limits = { timeoutMs };
  const request: ProviderRequest = {
    runId,
    expiresMs: Date.now() + 3_600_000,
    ...(cluster === undefined ? {} : { cluster }),
  };
  /** As it comes back from a journal. */
  const planned = (provider: ClusterProvider) => throughJson(provider.plan(request));
  const check = (name: string, run: (provider: ClusterProvider) => Promise<void>): ProviderCheck => ({
    name,
    run: async () => run(await createProvider()),
  });
  return [
    check('plans the same cluster for the same run, as plain JSON that names the provider', async (provider) => {
      const handle = provider.plan(request);
      assert.deepEqual(throughJson(handle), handle, 'a handle is plain JSON: it goes through a journal');
      assert.deepEqual((await createProvider()).plan(request), handle, 'a plan must not depend on when it is made');
      assert.equal(handle.provider, provider.name);
      assert.notEqual(handle.name, '');
    }),
    check('plans another cluster for another run, and for each part of one', async (provider) => {
      if (!provider.ownsCluster) return;
      const requests = [
        request,
        { ...request, runId: `${runId}x` },
        { ...request, part: 'a' },
        { ...request, part: 'b' },
      ];
      assert.equal(new Set(requests.map((one) => provider.plan(one).name)).size, requests.length);
    }),
    check('makes nothing by planning', async (provider) => {
      if (provider.ownsCluster) assert.equal(await provider.exists(planned(provider), limits), false);
    }),
    check('deletes what was planned and never made', async (provider) => {
      if (provider.ownsCluster) await provider.delete(planned(provider), limits);
    }),
    check('does not begin when it is aborted', async (provider) => {
      const reason = new Error('stopped');
      const aborted = { ...limits, signal: AbortSignal.abort(reason) };
      if (!provider.ownsCluster) return;
      await assert.rejects(provider.create(planned(provider), request, aborted), reason);
      assert.equal(await provider.exists(planned(provider), limits), false);
    }),
    check('creates a cluster, or takes it, and knows it by the planned handle', async (provider) => {
      const handle = await provider.create(planned(provider), request, limits);
      assert.deepEqual(throughJson(handle), handle);
      assert.equal(handle.provider, provider.name);
      assert.equal(await provider.exists(planned(provider), limits), true, 'by what was journalled before it was made');
      assert.equal(await provider.exists(throughJson(handle), limits), true);
    }),
    check('takes over a cluster that an earlier attempt of the run made', async (provider) => {
      const handle = await provider.create(planned(provider), request, limits);
      assert.equal(await provider.exists(handle, limits), true);
    }),
    check('writes a kubeconfig that leads to it, for its owner only', async (provider) => {
      const path = join(dir, 'run', 'kubeconfig');
      await provider.kubeconfig(planned(provider), path, limits);
      assert.equal((await stat(path)).mode & 0o077, 0, 'it holds credentials');
      const text = await readFile(path, 'utf8');
      const kube = await connect(path);
      try {
        assert.notEqual(await kube.get({ apiVersion: 'v1', kind: 'Namespace', name: 'default' }), undefined);
      } finally {
        kube.close();
      }
      await provider.kubeconfig(planned(provider), path, limits);
      assert.ok(text.length > 0);
    }),
    check('deletes it by the planned handle and sees it gone, or leaves it if it is not its own', async (provider) => {
      await provider.delete(planned(provider), limits);
      assert.equal(await provider.exists(planned(provider), limits), !provider.ownsCluster);
      await provider.delete(planned(provider), limits);
    }),
  ];
}

function throughJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
