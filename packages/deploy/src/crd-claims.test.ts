import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeKube } from './__fixtures__/fake-kube.js';
import { ManualClock } from './__fixtures__/manual-clock.js';
import { connect } from './connect.js';
import { claimDefinitions, claimedDefinitions, releaseDefinitions } from './crd-claims.js';
import type { KubeClient } from './kube-client.js';

const name = 'tfjobs.kubeflow.org';
const tfjobs = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name },
  spec: {
    group: 'kubeflow.org',
    scope: 'Namespaced',
    names: { kind: 'TFJob' },
    versions: [{ name: 'v1', served: true }],
  },
};
const [one, two] = [
  { namespace: 'one', release: 'op', timeoutMs: 60_000 },
  { namespace: 'two', release: 'op', timeoutMs: 60_000 },
];

let server: FakeKube;
let kube: KubeClient;
let deps: { kube: KubeClient; clock: ManualClock };
beforeEach(async () => {
  server = new FakeKube();
  await server.start();
  const clock = new ManualClock();
  kube = await connect(server.kubeconfig, { clock });
  deps = { kube, clock };
  for (const { namespace } of [one, two])
    server.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
});
afterEach(async () => {
  kube.close();
  await server.stop();
});

const present = (): boolean => server.find('CustomResourceDefinition', name) !== undefined;

describe(claimDefinitions, () => {
  it('installs what is missing, and claims it', async () => {
    expect(await claimDefinitions(deps, [tfjobs], one)).toEqual([name]);
    expect((await claimedDefinitions(kube, one)).map(({ metadata }) => metadata.name)).toEqual([name]);
    expect(await claimedDefinitions(kube, two)).toEqual([]);
  });

  it('leaves one alone that was there before any trial', async () => {
    const before = server.put(tfjobs);
    expect(await claimDefinitions(deps, [tfjobs], one)).toEqual([]);
    expect(server.find('CustomResourceDefinition', name)).toEqual(before);
  });

  it('claims one that another trial installs at the same moment', async () => {
    const claims = await Promise.all([claimDefinitions(deps, [tfjobs], one), claimDefinitions(deps, [tfjobs], two)]);
    expect(claims).toEqual([[name], [name]]);
    expect(await claimedDefinitions(kube, one)).toHaveLength(1);
    expect(await claimedDefinitions(kube, two)).toHaveLength(1);
  });

  it('waits for one that is being deleted, and installs it again', async () => {
    await claimDefinitions(deps, [tfjobs], one);
    server.change('CustomResourceDefinition', name, ({ metadata }) => {
      metadata.finalizers = ['customresourcecleanup.apiextensions.k8s.io'];
      metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    });
    const claiming = claimDefinitions(deps, [tfjobs], two);
    await server.until(() => server.watches === 1);
    server.remove('CustomResourceDefinition', name);
    expect(await claiming).toEqual([name]);
    expect(await claimedDefinitions(kube, two)).toHaveLength(1);
  });

  it('stops waiting for one that does not go', async () => {
    server.put({ ...tfjobs, metadata: { name, deletionTimestamp: '2026-01-01T00:00:00Z' } });
    const claiming = claimDefinitions(deps, [tfjobs], one);
    claiming.catch(() => {});
    await server.until(() => server.watches === 1);
    await deps.clock.advance(60_000);
    await expect(claiming).rejects.toMatchObject({ code: 'TIMEOUT' });
  });
});

describe(releaseDefinitions, () => {
  it('removes a definition with its last claim only', async () => {
    await claimDefinitions(deps, [tfjobs], one);
    await claimDefinitions(deps, [tfjobs], two);
    expect(await releaseDefinitions(deps, one)).toEqual({ removed: [], kept: [{ name, why: 'two/op uses it' }] });
    expect(present()).toBe(true);
    expect(await releaseDefinitions(deps, two)).toEqual({ removed: [name], kept: [] });
    expect(present()).toBe(false);
  });

  it('does not count the claim of a trial that was killed and whose namespace is gone', async () => {
    await claimDefinitions(deps, [tfjobs], one);
    await claimDefinitions(deps, [tfjobs], two);
    server.remove('Namespace', 'two');
    expect(await releaseDefinitions(deps, one)).toEqual({ removed: [name], kept: [] });
  });

  it('keeps a definition of which somebody has objects, for they would go with it', async () => {
    await claimDefinitions(deps, [tfjobs], one);
    server.put({ apiVersion: 'kubeflow.org/v1', kind: 'TFJob', metadata: { name: 'theirs', namespace: 'prod' } });
    const why = 'there are still 1 objects of it: prod/theirs';
    expect(await releaseDefinitions(deps, one)).toEqual({ removed: [], kept: [{ name, why }] });
    server.remove('TFJob', 'theirs');
    expect(await releaseDefinitions(deps, one)).toEqual({ removed: [name], kept: [] });
  });

  it('removes a definition whose two last claims are given up at once', async () => {
    await claimDefinitions(deps, [tfjobs], one);
    await claimDefinitions(deps, [tfjobs], two);
    const released = await Promise.all([releaseDefinitions(deps, one), releaseDefinitions(deps, two)]);
    expect(released.flatMap(({ removed }) => removed)).toEqual([name]);
    expect(present()).toBe(false);
  });

  it('sees a claim that is made between its look and its deletion', async () => {
    await claimDefinitions(deps, [tfjobs], one);
    const version = server.find('CustomResourceDefinition', name)?.metadata.resourceVersion;
    server.faults.push({ status: 409, message: 'the object has been modified', match: /^DELETE/ });
    const releasing = releaseDefinitions(deps, one);
    await server.until(() => server.requests.some((request) => request.startsWith('DELETE')));
    await claimDefinitions(deps, [tfjobs], two);
    expect(version).toBeDefined();
    expect(await releasing).toEqual({ removed: [], kept: [{ name, why: 'two/op uses it' }] });
  });

  it('has nothing to do without claims', async () => {
    server.put(tfjobs);
    expect(await releaseDefinitions(deps, one)).toEqual({ removed: [], kept: [] });
    expect(present()).toBe(true);
  });
});
