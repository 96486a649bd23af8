import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeKube } from './__fixtures__/fake-kube.js';
import { ManualClock } from './__fixtures__/manual-clock.js';
import { connect } from './connect.js';
import { runHelmTest } from './helm-test.js';
import type { KubeClient } from './kube-client.js';
import type { HelmReleases } from './releases.js';

let server: FakeKube;
let kube: KubeClient;
let clock: ManualClock;
beforeEach(async () => {
  server = new FakeKube();
  await server.start();
  clock = new ManualClock();
  kube = await connect(server.kubeconfig, { clock });
});
afterEach(async () => {
  kube.close();
  await server.stop();
});

const run = (test: HelmReleases['test'], signal?: AbortSignal) =>
  runHelmTest({ helm: { test }, kube, clock, release: 'op', namespace: 'ns', timeoutMs: 60_000, signal });
const pod = (name: string, phase: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'ns', annotations: { 'helm.sh/hook': 'test' } },
  spec: { containers: [{ name: 'main' }] },
  status: {
    phase,
    containerStatuses: [{ name: 'main', state: { terminated: { exitCode: phase === 'Failed' ? 1 : 0 } } }],
  },
});

describe(runHelmTest, () => {
  it('makes a case of each hook, with its time and its log', async () => {
    const suite = await run(async () => [
      { name: 'op-test', phase: 'Succeeded', startedMs: 1_000, completedMs: 3_500, log: 'ok\n' },
    ]);
    expect(suite).toMatchObject({
      name: 'helm test op',
      cases: [{ name: 'op-test', durationSeconds: 2.5, problems: [], systemOut: 'ok\n' }],
    });
  });

  it('reads the log of a pod before its delete policy takes it away', async () => {
    const suite = await run(async () => {
      await server.until(() => server.watches === 1);
      server.logs.set('ns/op-test/main', 'first\nassertion failed\n');
      server.put(pod('op-test', 'Failed'));
      await server.until(() => server.requests.some((one) => one.endsWith('/log')));
      server.remove('Pod', 'op-test');
      return [{ name: 'op-test', phase: 'Failed' }];
    });
    expect(suite.cases[0]).toMatchObject({
      systemOut: 'first\nassertion failed\n',
      problems: [
        {
          kind: 'failure',
          message: 'test op-test: Failed: phase Failed; container main ended: exit code 1',
          text: 'test op-test: Failed: phase Failed; container main ended: exit code 1\nfirst\nassertion failed',
        },
      ],
    });
  });

  it('reads the log of a pod that takes the place of one of an earlier test', async () => {
    server.put(pod('op-test', 'Failed'));
    const suite = await run(async () => {
      await server.until(() => server.watches === 1);
      server.remove('Pod', 'op-test');
      server.logs.set('ns/op-test/main', 'second time\n');
      server.put(pod('op-test', 'Succeeded'));
      await server.until(() => server.requests.some((one) => one.endsWith('/log')));
      return [{ name: 'op-test', phase: 'Succeeded' }];
    });
    expect(suite.cases[0]).toMatchObject({ systemOut: 'second time\n', problems: [] });
  });

  it('tells how the test pods were run, where they say so', async () => {
    const suite = await run(async () => {
      await server.until(() => server.watches === 1);
      const done = pod('op-test', 'Succeeded');
      const annotations = { ...done.metadata.annotations, 'sandbox.seatrial.dev/runtime': 'process' };
      server.put({ ...done, metadata: { ...done.metadata, annotations } });
      const other = { name: 'op-0', namespace: 'ns', annotations: { 'sandbox.seatrial.dev/runtime': 'simulated' } };
      server.put({ ...pod('op-0', 'Running'), metadata: other });
      await server.until(() => server.requests.some((one) => one.endsWith('/log')));
      return [{ name: 'op-test', phase: 'Succeeded' }];
    });
    expect(suite.properties).toEqual({
      release: 'op',
      namespace: 'ns',
      'sandbox.seatrial.dev/runtime': 'process',
    });
  });

  it('does not pass without a test', async () => {
    const { cases } = await run(async () => []);
    expect(cases[0]?.problems[0]?.message).toBe('chart of release op has no test hooks');
  });

  it('does not pass a hook that did not run', async () => {
    const { cases } = await run(async () => [{ name: 'op-test', phase: 'Unknown' }]);
    expect(cases[0]?.problems).toHaveLength(1);
  });

  it('O2: makes a failing case of what helm throws, with its last lines', async () => {
    const error = Object.assign(new Error('helm test op: timed out'), {
      code: 'TIMEOUT',
      detail: 'Error: context deadline',
    });
    const { cases } = await run(async () => Promise.reject(error));
    expect(cases[0]?.problems[0]).toEqual({
      kind: 'failure',
      type: 'TIMEOUT',
      message: 'helm test op: timed out',
      text: 'helm test op: timed out\nError: context deadline',
    });
  });

  it('tells a cluster out of reach from a failed test', async () => {
    const error = Object.assign(new Error('cannot reach'), { code: 'UNREACHABLE', infrastructure: true });
    expect((await run(async () => Promise.reject(error))).cases[0]?.problems[0]?.kind).toBe('error');
  });

  it('throws the reason when it is aborted', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped');
    const test: HelmReleases['test'] = async () => {
      controller.abort(reason);
      throw new Error('killed');
    };
    await expect(run(test, controller.signal)).rejects.toBe(reason);
  });
});
