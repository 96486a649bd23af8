import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeKube } from './__fixtures__/fake-kube.js';
import { ManualClock } from './__fixtures__/manual-clock.js';
import { connect } from './connect.js';
import { claimDefinitions } from './crd-claims.js';
import type { KubeClient } from './kube-client.js';
import { tearDown } from './tear-down.js';
import type { TearDownOptions } from './tear-down.js';

const owned = { 'seatrial.dev/owned': 'true' };

let server: FakeKube;
let kube: KubeClient;
let clock: ManualClock;
let calls: string[];
beforeEach(async () => {
  server = new FakeKube();
  await server.start();
  clock = new ManualClock();
  kube = await connect(server.kubeconfig, { clock });
  calls = [];
});
afterEach(async () => {
  kube.close();
  await server.stop();
});

const run = (options: Partial<TearDownOptions> = {}): Promise<void> => {
  const uninstall = async (): Promise<void> => void calls.push('uninstall');
  return tearDown({ helm: { uninstall }, kube, clock, release: 'op', namespace: 'ns', timeoutMs: 60_000, ...options });
};
const namespace = (labels?: Record<string, string>, finalizers: string[] = []): void =>
  void server.put({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'ns', ...(labels && { labels }), finalizers },
  });

describe(tearDown, () => {
  it('uninstalls, deletes the namespace it made, and sees it gone', async () => {
    namespace(owned);
    await run();
    expect(calls).toEqual(['uninstall']);
    expect(server.find('Namespace', 'ns')).toBeUndefined();
  });

  it('leaves a namespace that was there before', async () => {
    namespace();
    await run();
    expect(calls).toEqual(['uninstall']);
    expect(server.find('Namespace', 'ns')).toBeDefined();
  });

  it("deletes any namespace when told, but never the cluster's own", async () => {
    namespace();
    await run({ deleteNamespace: 'always' });
    expect(server.find('Namespace', 'ns')).toBeUndefined();
    server.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default', labels: owned } });
    await run({ namespace: 'default', deleteNamespace: 'always' });
    expect(server.find('Namespace', 'default')).toBeDefined();
  });

  it('O6: has nothing to do when nothing was set up', async () => {
    await run();
    expect(calls).toEqual([]);
  });

  it('deletes the namespace though the uninstall fails, and still fails', async () => {
    namespace(owned);
    const uninstall = async (): Promise<void> =>
      Promise.reject(Object.assign(new Error('helm uninstall op: no'), { detail: 'last line' }));
    await expect(run({ helm: { uninstall } })).rejects.toMatchObject({
      code: 'TEARDOWN_FAILED',
      message: 'could not take down release op in namespace ns: helm uninstall op: no',
      detail: 'helm uninstall op: no\nlast line',
      infrastructure: true,
    });
    expect(server.find('Namespace', 'ns')).toBeUndefined();
  });

  it('says who holds a namespace that does not go', async () => {
    namespace(owned, ['kubernetes']);
    server.onChange = (type) => {
      if (type !== 'deleting') return;
      server.change('Namespace', 'ns', (object) => {
        const message =
          'Some content in the namespace has finalizers remaining: op.example.com in 1 resource instances';
        object['status'] = {
          phase: 'Terminating',
          conditions: [{ type: 'NamespaceFinalizersRemaining', status: 'True', message }],
        };
      });
    };
    const done = run();
    done.catch(() => {});
    await server.until(() => server.watches === 1);
    await clock.advance(60_000);
    await expect(done).rejects.toMatchObject({
      code: 'TEARDOWN_FAILED',
      detail: expect.stringContaining(
        'NamespaceFinalizersRemaining: Some content in the namespace has finalizers remaining: op.example.com',
      ),
    });
  });

  it('waits for a namespace that nothing holds any more, whatever its conditions still say', async () => {
    namespace(owned, ['kubernetes']);
    server.onChange = (type) => {
      if (type !== 'deleting') return;
      server.change('Namespace', 'ns', (object) => {
        const conditions = [{ type: 'NamespaceFinalizersRemaining', status: 'True', message: 'as it was before' }];
        object['status'] = { phase: 'Terminating', conditions };
      });
    };
    const lines: string[] = [];
    const done = run({ finalizerTimeoutMs: 3_000, force: true, onLine: (line) => lines.push(line) });
    const looks = (): number => server.requests.filter((one) => one.endsWith(' watch')).length;
    for (let look = 1; look <= 3; look += 1) {
      await server.until(() => looks() === look);
      await clock.advance(3_000);
    }
    await server.until(() => looks() === 4);
    server.remove('Namespace', 'ns');
    await done;
    expect(lines).toContain('namespace ns is gone');
  });

  it('keeps both errors when both parts fail', async () => {
    namespace(owned);
    server.faults.push({ status: 403, message: 'not allowed', match: /^DELETE/ });
    const uninstall = async (): Promise<void> => Promise.reject(new Error('helm failed'));
    await expect(run({ helm: { uninstall } })).rejects.toMatchObject({
      detail: 'helm failed\nDELETE /api/v1/namespaces/ns: 403 not allowed',
      cause: expect.any(AggregateError),
    });
  });

  it('throws the reason when it is aborted', async () => {
    const reason = new Error('stopped');
    await expect(run({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  describe('custom resources', () => {
    const job = (finalizers: string[] = []): void => {
      definition({ owned: true });
      server.put({
        apiVersion: 'kubeflow.org/v1',
        kind: 'TFJob',
        metadata: { name: 'j', namespace: 'ns', finalizers },
      });
    };
    const list = async () => [{ name: 'op' }, { name: 'other' }];
    const deletes = (): readonly string[] =>
      server.requests.filter((one) => one.startsWith('DELETE')).map((one) => one.replace(/.*\//, ''));

    it('go before the operator that cares for their finalizers, and every release of the namespace after them', async () => {
      namespace(owned);
      job();
      const uninstall = async ({ release }: { readonly release: string }): Promise<void> =>
        void calls.push(`uninstall ${release}, ${server.find('TFJob', 'j') === undefined ? 'job gone' : 'job there'}`);
      await run({ helm: { uninstall, list } });
      expect(calls).toEqual(['uninstall op, job gone', 'uninstall other, job gone']);
      expect(deletes().slice(0, 2)).toEqual(['j', 'ns']);
    });

    it('stay in a namespace that was there before', async () => {
      namespace();
      job();
      await run();
      expect(server.find('TFJob', 'j')).toBeDefined();
    });

    it('are named with who holds them and the state of the controllers, when they do not go', async () => {
      namespace(owned);
      job(['example.com/cleanup']);
      server.put({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'op', namespace: 'ns' },
        spec: { replicas: 1 },
      });
      const done = run({ finalizerTimeoutMs: 10_000 });
      done.catch(() => {});
      await server.until(() => server.watches === 1);
      await clock.advance(10_000);
      await expect(done).rejects.toMatchObject({
        code: 'TEARDOWN_FAILED',
        message: expect.stringContaining(
          '1 custom resource was not gone within 10 s: TFJob ns/j is held by the finalizer example.com/cleanup',
        ),
        detail: expect.stringContaining('Deployment ns/op: 0 of 1 replicas available'),
        hint: expect.stringContaining('--force'),
      });
      expect(calls).toEqual(['uninstall']);
      expect(server.find('TFJob', 'j')?.metadata.finalizers).toEqual(['example.com/cleanup']);
    });

    it('lose their finalizers when that is forced', async () => {
      namespace(owned);
      job(['example.com/cleanup']);
      const lines: string[] = [];
      const done = run({ finalizerTimeoutMs: 10_000, force: true, onLine: (line) => lines.push(line) });
      await server.until(() => server.watches === 1);
      await clock.advance(10_000);
      await done;
      expect(server.find('TFJob', 'j')).toBeUndefined();
      expect(lines.join('\n')).toMatch(
        /TFJob ns\/j is held by the finalizer example.com\/cleanup.*: removing, as forced/,
      );
    });
  });

  describe('definitions of the chart', () => {
    const claimed = async (): Promise<void> => {
      namespace(owned);
      await claimDefinitions({ kube, clock }, [tfjobs], { namespace: 'ns', release: 'op', timeoutMs: 1_000 });
    };

    it('go when a trial installed them', async () => {
      await claimed();
      await run();
      expect(server.find('CustomResourceDefinition', 'tfjobs.kubeflow.org')).toBeUndefined();
    });

    it('stay when they were there before', async () => {
      definition({ owned: false });
      await claimed();
      await run();
      expect(server.find('CustomResourceDefinition', 'tfjobs.kubeflow.org')?.metadata.annotations).toBeUndefined();
    });

    it('stay when told so', async () => {
      await claimed();
      await run({ deleteDefinitions: 'never' });
      expect(server.find('CustomResourceDefinition', 'tfjobs.kubeflow.org')).toBeDefined();
    });
  });
});

const tfjobs = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'tfjobs.kubeflow.org' },
  spec: {
    group: 'kubeflow.org',
    scope: 'Namespaced',
    names: { kind: 'TFJob' },
    versions: [{ name: 'v1', served: true }],
  },
};
const definition = (options: { readonly owned: boolean }): void =>
  void server.put({ ...tfjobs, metadata: { ...tfjobs.metadata, ...(options.owned && { labels: owned }) } });
