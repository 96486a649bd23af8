import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeKube } from './__fixtures__/fake-kube.js';
import type { StoredObject } from './__fixtures__/fake-kube.js';
import { ManualClock } from './__fixtures__/manual-clock.js';
import { connect } from './connect.js';
import { DeployError } from './errors.js';
import type { KubeClient } from './kube-client.js';
import type { HelmReleases } from './releases.js';
import { setUp } from './set-up.js';
import type { SetUpOptions } from './set-up.js';

type Install = HelmReleases['install'];

let server: FakeKube;
let kube: KubeClient;
let clock: ManualClock;
let lines: string[];
beforeEach(async () => {
  server = new FakeKube();
  await server.start();
  clock = new ManualClock();
  kube = await connect(server.kubeconfig, { clock });
  lines = [];
});
afterEach(async () => {
  kube.close();
  await server.stop();
});

/** Installs until it is told that it takes too long. */
const hangs: Install = ({ signal }) =>
  new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));
const helmError = (code: string, message: string): Error =>
  Object.assign(new Error(message), { code, detail: 'last line of helm' });

function start(install: Install, options: Partial<SetUpOptions> = {}): Promise<unknown> {
  const helm = { install };
  const done = setUp({
    helm,
    kube,
    clock,
    release: 'op',
    chart: 'chart',
    namespace: 'ns',
    timeoutMs: 300_000,
    onLine: (line) => lines.push(line),
    ...options,
  });
  done.catch(() => {}); // looked at later
  return done;
}

function pod(name: string, state: unknown, more: Record<string, unknown> = {}): StoredObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'ns' },
    spec: { containers: [{ name: 'main' }] },
    status: {
      phase: 'Pending',
      containerStatuses: [{ name: 'main', image: 'r/op:1', ready: false, restartCount: 0, state, ...more }],
    },
  };
}
const waitingFor = (reason: string, message = ''): unknown => ({ waiting: { reason, message } });
const failure = async (done: Promise<unknown>): Promise<DeployError> => {
  const error: unknown = await done.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DeployError);
  return error as DeployError;
};

describe(setUp, () => {
  it('makes the namespace, installs and waits', async () => {
    const requests: unknown[] = [];
    const install: Install = async (request) => {
      requests.push({ ...request, signal: undefined });
      return { revision: 1 };
    };
    const labels = { 'seatrial.dev/run': '7' };
    expect(await start(install, { set: { image: 'a' }, setString: { tag: '1' }, values: ['v.yaml'], labels })).toEqual({
      release: 'op',
      namespace: 'ns',
      revision: 1,
    });
    expect(requests).toEqual([
      {
        release: 'op',
        chart: 'chart',
        namespace: 'ns',
        wait: true,
        upgradeIfExists: false,
        labels: { 'seatrial.dev/owned': 'true', 'seatrial.dev/run': '7' },
        values: ['v.yaml'],
        set: { image: 'a' },
        setString: { tag: '1' },
        timeoutMs: 300_000,
        signal: undefined,
      },
    ]);
    expect(server.find('Namespace', 'ns')?.metadata.labels).toEqual({
      'seatrial.dev/owned': 'true',
      'seatrial.dev/run': '7',
    });
  });

  it('takes a namespace that is there, without making it ours', async () => {
    server.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
    await start(async () => ({ revision: 2 }));
    expect(server.find('Namespace', 'ns')?.metadata.labels).toBeUndefined();
  });

  it('O7, R11: names every object that is not ready, and why, when helm gives up', async () => {
    server.put({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'op', namespace: 'ns', annotations: { 'meta.helm.sh/release-name': 'op' } },
      spec: { replicas: 1 },
      status: {
        conditions: [{ type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', message: 'too few' }],
      },
    });
    server.put({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db', namespace: 'ns' },
      spec: { replicas: 2 },
      status: { readyReplicas: 1 },
    });
    server.put({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'ns' },
      status: { phase: 'Pending' },
    });
    const crashed = { terminated: { exitCode: 3, reason: 'Error' } };
    const crashing = pod('op-1', waitingFor('CrashLoopBackOff', 'back-off 10s'), {
      restartCount: 4,
      lastState: crashed,
    });
    server.put({ ...crashing, status: { ...(crashing['status'] as object), phase: 'Running' } });
    server.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'gpu', namespace: 'ns' },
      status: {
        phase: 'Pending',
        conditions: [
          { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes are available' },
        ],
      },
    });
    server.put({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e1', namespace: 'ns' },
      involvedObject: { kind: 'Pod', name: 'op-1' },
      type: 'Warning',
      reason: 'BackOff',
      message: 'Back-off restarting failed container',
      count: 7,
    });
    server.logs.set('ns/op-1/main:previous', 'starting\ncannot reach the API\n');
    const error = await failure(
      start(async () => Promise.reject(helmError('TIMEOUT', 'context deadline exceeded')), { failFast: false }),
    );
    expect(error).toMatchObject({ code: 'NOT_READY', infrastructure: false });
    expect(error.message).toBe(
      'release op in namespace ns did not get ready: Pod op-1: phase Running; container main (image r/op:1) is waiting: CrashLoopBackOff: back-off 10s: last: Error, exit code 3; not ready either: Deployment op, StatefulSet db, PersistentVolumeClaim data, Pod gpu',
    );
    expect(error.detail).toBe(`Deployment op: 0 of 1 replicas available; MinimumReplicasUnavailable: too few
StatefulSet db: 1 of 2 replicas ready
PersistentVolumeClaim data: not bound: phase Pending
Pod op-1: phase Running; container main (image r/op:1) is waiting: CrashLoopBackOff: back-off 10s: last: Error, exit code 3
  warning BackOff (7 times): Back-off restarting failed container
  log of container main, last lines:
    | starting
    | cannot reach the API
Pod gpu: phase Pending; Unschedulable: 0/1 nodes are available
helm: context deadline exceeded
last line of helm`);
  });

  it('finds the log of a container that was restarted while it was looked at', async () => {
    const crashed = { terminated: { exitCode: 3, reason: 'Error' } };
    server.put(pod('op-1', waitingFor('CrashLoopBackOff'), { lastState: crashed }));
    server.logs.set(
      'ns/op-1/main:previous',
      'failed to try resolving symlinks in path "/var/log/pods/x/1.log": lstat\n',
    );
    server.logs.set('ns/op-1/main', 'cannot reach the API\n');
    const error = await failure(start(async () => Promise.reject(helmError('TIMEOUT', 'late')), { failFast: false }));
    expect(error.detail).toContain('    | cannot reach the API');
    expect(error.detail).not.toContain('symlinks');
  });

  it('O2: says first what helm says, when it is not that time ran out', async () => {
    server.put({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'ns' },
      status: { phase: 'Pending' },
    });
    const error = await failure(start(async () => Promise.reject(helmError('FAILED', 'field "replcas" is not known'))));
    expect(error.message).toBe(
      'release op in namespace ns did not get ready: field "replcas" is not known; not ready: PersistentVolumeClaim data',
    );
    expect(error.detail).toContain('last line of helm');
  });

  it('leaves out what belongs to another release', async () => {
    const other = { 'meta.helm.sh/release-name': 'other' };
    const owner = server.put({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'x', namespace: 'ns', annotations: other },
      status: {},
    });
    const ownerReferences = [{ kind: 'StatefulSet', name: 'x', uid: owner.metadata.uid ?? '' }];
    server.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'x-0', namespace: 'ns', ownerReferences },
      status: { phase: 'Pending' },
    });
    const error = await failure(start(async () => Promise.reject(helmError('TIMEOUT', 'too long'))));
    expect(error.detail).toBe('helm: too long\nlast line of helm');
  });

  it('gives up early on an image the registry does not have', async () => {
    const done = start(hangs);
    await server.until(() => server.watches === 1);
    server.put(pod('op-1', waitingFor('ErrImagePull', 'manifest for r/op:1 not found: manifest unknown')));
    await server.until(() => server.requests.length > 0);
    await settle();
    await clock.advance(3_000);
    const error = await failure(done);
    expect(error.message).toContain(
      'Pod op-1: container main (image r/op:1) is waiting: ErrImagePull: manifest for r/op:1 not found',
    );
    expect(lines).toEqual([
      expect.stringContaining('pod op-1: phase Pending; container main'),
      expect.stringContaining('giving up: pod op-1 is stuck'),
    ]);
  });

  it.each(['CrashLoopBackOff', 'CreateContainerConfigError', 'ImagePullBackOff'])(
    'gives up early on a lasting %s, not before its grace',
    async (reason) => {
      let ended = false;
      const done = start(hangs);
      void done.catch(() => (ended = true));
      await server.until(() => server.watches === 1);
      server.put(pod('op-1', waitingFor(reason)));
      await settle();
      await clock.advance(14_000);
      await settle();
      expect(ended).toBe(false);
      await clock.advance(1_000);
      expect(await failure(done)).toMatchObject({ code: 'NOT_READY', message: expect.stringContaining(reason) });
    },
  );

  it('goes on when a container recovers from its first crash', async () => {
    let finish = (): void => {};
    const done = start(() => new Promise((resolve) => (finish = () => resolve({ revision: 1 }))));
    await server.until(() => server.watches === 1);
    server.put(pod('op-1', waitingFor('CrashLoopBackOff')));
    await settle();
    await clock.advance(11_000);
    server.put(pod('op-1', { running: {} }, { ready: true, restartCount: 1 }));
    await settle();
    await clock.advance(60_000);
    finish();
    expect(await done).toMatchObject({ revision: 1 });
  });

  it('does not look at pods that were there before', async () => {
    server.put(pod('old', waitingFor('CrashLoopBackOff')));
    let finish = (): void => {};
    const done = start(() => new Promise((resolve) => (finish = () => resolve({ revision: 2 }))));
    await server.until(() => server.watches === 1);
    await clock.advance(60_000);
    finish();
    expect(await done).toMatchObject({ revision: 2 });
  });

  it('waits to the end when it is told to', async () => {
    server.put(pod('op-1', waitingFor('InvalidImageName')));
    const error = await failure(
      start(async () => Promise.reject(helmError('TIMEOUT', 'too long')), { failFast: false }),
    );
    expect(error.message).toContain('InvalidImageName');
  });

  it('throws what helm says of the chart as it is', async () => {
    const error = helmError('NOT_RENDERED', 'templates do not render');
    await expect(start(async () => Promise.reject(error))).rejects.toBe(error);
  });

  const owned = { 'seatrial.dev/owned': 'true' };

  it('R11: recovers a release of ours that was left half way, and installs again', async () => {
    const calls: unknown[] = [];
    const install: Install = async ({ upgradeIfExists }) => {
      calls.push(`install, upgrade ${String(upgradeIfExists)}`);
      if (calls.length === 1) throw helmError('RELEASE_EXISTS', 'cannot re-use a name that is still in use');
      if (calls.length === 2) throw helmError('PENDING_OPERATION', 'another operation is in progress');
      return { revision: 1 };
    };
    const list = async (): Promise<{ name: string }[]> => [{ name: 'op' }];
    const recover: HelmReleases['recover'] = async ({ labels }) => void calls.push({ recover: labels });
    await start(install, { helm: { install, recover, list } });
    expect(calls).toEqual([
      'install, upgrade false',
      'install, upgrade true',
      { recover: owned },
      'install, upgrade true',
    ]);
  });

  it('O14: upgrades a release of an earlier attempt, and leaves one of others as it is', async () => {
    const asked: unknown[] = [];
    const install: Install = async ({ upgradeIfExists = false }) => {
      if (!upgradeIfExists) throw helmError('RELEASE_EXISTS', 'cannot re-use a name');
      return { revision: 2 };
    };
    const list: HelmReleases['list'] = async ({ labels }) => {
      asked.push(labels);
      return asked.length === 1 ? [{ name: 'op' }] : [{ name: 'other' }];
    };
    expect(await start(install, { helm: { install, list } })).toMatchObject({ revision: 2 });
    await expect(start(install, { helm: { install, list } })).rejects.toMatchObject({ code: 'RELEASE_EXISTS' });
    expect(await start(install, { helm: { install, list }, upgrade: true })).toMatchObject({ revision: 2 });
    expect(asked).toEqual([owned, owned]);
  });

  it('R11: waits for workloads that helm did not wait for', async () => {
    const daemons = {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'agent', namespace: 'ns', annotations: { 'meta.helm.sh/release-name': 'op' } },
      status: { desiredNumberScheduled: 1 },
    };
    const install: Install = async () => {
      server.put(daemons);
      return { revision: 1 };
    };
    const late = start(install);
    await server.until(() => server.watches === 2);
    server.change('DaemonSet', 'agent', (one) => {
      one['status'] = { desiredNumberScheduled: 1, updatedNumberScheduled: 1, numberReady: 1, numberAvailable: 1 };
    });
    expect(await late).toMatchObject({ revision: 1 });
    expect(lines).toEqual(['DaemonSet agent: 0 of 1 pods up to date', 'DaemonSet agent: ready']);

    server.remove('DaemonSet', 'agent');
    const never = start(install);
    await server.until(() => server.watches === 2);
    await clock.advance(300_000);
    expect(await failure(never)).toMatchObject({
      code: 'NOT_READY',
      message: 'release op in namespace ns did not get ready: DaemonSet agent: 0 of 1 pods up to date',
    });
  });

  it('R4: takes a namespace that was created though the answer was lost', async () => {
    server.faults.push({ status: 0, match: /POST/ });
    server.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns', labels: owned } });
    expect(await start(async () => ({ revision: 1 }))).toMatchObject({ namespace: 'ns' });
  });

  it('does not install into a namespace that is being deleted', async () => {
    server.put({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'ns', deletionTimestamp: '2026-01-01T00:00:00Z' },
    });
    await expect(start(async () => ({ revision: 1 }))).rejects.toMatchObject({
      code: 'INVALID',
      message: 'namespace ns is being deleted',
    });
  });

  it('ends with the reason when it is aborted', async () => {
    const controller = new AbortController();
    const done = start(hangs, { signal: controller.signal });
    await server.until(() => server.watches === 1);
    const reason = new Error('stopped by SIGTERM');
    controller.abort(reason);
    await expect(done).rejects.toBe(reason);
    await server.until(() => server.watches === 0);
  });
});

/** Lets what was written to a watch arrive: a round trip on another connection. */
async function settle(): Promise<void> {
  for (let round = 0; round < 3; round += 1) await kube.get({ apiVersion: 'v1', kind: 'Namespace', name: 'ns' });
}
