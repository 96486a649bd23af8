import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeKube } from './__fixtures__/fake-kube.js';
import type { StoredObject } from './__fixtures__/fake-kube.js';
import { ManualClock } from './__fixtures__/manual-clock.js';
import { connect } from './connect.js';
import type { KubeClient } from './kube-client.js';
import { runCustomResourceTest } from './resource-test.js';
import type { CustomResourceTestOptions } from './resource-test.js';

const template = `
apiVersion: kubeflow.org/v1
kind: TFJob
metadata:
  name: \${name}
spec:
  image: \${image}
  workers: \${workers}
`;
const params = { image: 'r/op:1', workers: '2' };

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

const run = (options: Partial<CustomResourceTestOptions> = {}) =>
  runCustomResourceTest({
    kube,
    clock,
    template,
    params,
    namespace: 'ns',
    name: 'mnist',
    newId: () => 'x1',
    timeoutMs: 60_000,
    onLine: (line) => lines.push(line),
    ...options,
  });

/** An operator: makes a pod, ends with a condition, and cleans up after itself if it is a good one. */
function operator(
  condition: string,
  options: {
    readonly leavesPods?: boolean;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly service?: 'owned' | 'unowned' | 'by-job';
  } = {},
): void {
  server.onChange = (type, object: StoredObject) => {
    const { name, uid = '' } = object.metadata;
    if (object.kind !== 'TFJob') return;
    if (type === 'deleting') {
      if (options.leavesPods !== true) server.remove('Pod', `${name}-worker-0`);
      server.remove('Service', name);
      return;
    }
    const ownerReferences = [{ kind: 'TFJob', name, uid }];
    if (options.service !== undefined) {
      const owner = options.service === 'unowned' ? {} : { ownerReferences };
      const job = { name: `${name}-job`, namespace: 'ns', ...owner };
      const { metadata } = server.put({ apiVersion: 'batch/v1', kind: 'Job', metadata: job });
      const over = [{ apiVersion: 'batch/v1', kind: 'Job', name: job.name, uid: metadata.uid ?? '' }];
      const service = options.service === 'by-job' ? { ownerReferences: over } : owner;
      const labels = { job: name };
      server.put({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'ns', labels, ...service } });
    }
    server.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${name}-worker-0`,
        namespace: 'ns',
        labels: { job: name, type: 'worker' },
        ...(options.annotations === undefined ? {} : { annotations: options.annotations }),
        ownerReferences,
      },
      status: { phase: 'Failed', containerStatuses: [{ name: 'main', state: { terminated: { exitCode: 3 } } }] },
    });
    server.logs.set(`ns/${name}-worker-0/main`, 'step 1\nout of memory\n');
    server.change('TFJob', name, (one) => {
      one['status'] = {
        conditions: [
          { type: 'Created', status: 'True' },
          { type: condition, status: 'True', reason: 'Because' },
        ],
      };
    });
  };
}

describe(runCustomResourceTest, () => {
  it('creates, waits, looks at the pods, deletes, and reports a case each', async () => {
    operator('Succeeded');
    const suite = await run({ expect: { pods: [{ labels: { job: '${name}', type: 'worker' }, count: 1 }] } });
    expect(suite.name).toBe('TFJob mnist');
    expect(suite.cases.map(({ name, problems }) => [name, problems])).toEqual([
      ['create', []],
      ['reach Succeeded', []],
      ['pods', []],
      ['delete', []],
    ]);
    expect(lines).toContain('TFJob mnist-x1: Created=True, Succeeded=True (Because)');
    expect(lines.at(-1)).toBe('TFJob mnist-x1 is gone');
    expect(server.objects.size).toBe(0);
  });

  it('fills the template', async () => {
    let seen: StoredObject | undefined;
    operator('Succeeded');
    const operate = server.onChange;
    server.onChange = (type, object) => {
      seen ??= object;
      operate?.(type, object);
    };
    await run();
    expect(seen).toMatchObject({
      metadata: { name: 'mnist-x1', namespace: 'ns' },
      spec: { image: 'r/op:1', workers: 2 },
    });
  });

  it('tells how the pods were run, where they say so', async () => {
    operator('Succeeded', { annotations: { 'sandbox.seatrial.dev/runtime': 'simulated' } });
    const suite = await run({ expect: { pods: [{ labels: { type: 'worker' } }] } });
    expect(suite.properties).toEqual({
      resource: 'mnist-x1',
      namespace: 'ns',
      'sandbox.seatrial.dev/runtime': 'simulated',
    });
  });

  it('makes a fixed name of the template unique', async () => {
    operator('Succeeded');
    const suite = await run({ template: template.replace('${name}', 'fixed') });
    expect(suite.properties).toEqual({ resource: 'fixed-x1', namespace: 'ns' });
  });

  it('O15: reports a failed condition with logs, events and the last seen object, and deletes it all the same', async () => {
    operator('Failed');
    const suite = await run();
    const problem = suite.cases.find(({ name }) => name === 'reach Succeeded')?.problems[0];
    expect(problem).toMatchObject({ kind: 'failure', message: 'TFJob mnist-x1 is Failed: Because', type: 'NOT_READY' });
    expect(problem?.text).toContain('Pod mnist-x1-worker-0: phase Failed; container main ended: exit code 3');
    expect(problem?.text).toContain('| out of memory');
    expect(problem?.text).toContain('kind: TFJob');
    expect(server.find('TFJob', 'mnist-x1')).toBeUndefined();
  });

  it('R12: reports an object that never gets a status at the timeout', async () => {
    const running = run();
    await server.until(() => server.watches === 2);
    await clock.advance(60_000);
    const suite = await running;
    expect(suite.cases[1]?.problems[0]).toMatchObject({
      type: 'TIMEOUT',
      message: 'TFJob mnist-x1 was Succeeded not within 60 s; no status yet',
    });
  });

  it('R12: tells an object that was deleted meanwhile from one that was late', async () => {
    const running = run();
    await server.until(() => server.watches === 2);
    server.remove('TFJob', 'mnist-x1');
    expect((await running).cases[1]?.problems[0]).toMatchObject({ type: 'DELETED' });
  });

  it('skips the rest when the object is refused', async () => {
    server.faults.push({ status: 422, message: 'spec.workers is wrong', match: /^POST/ });
    const { cases } = await run();
    expect(cases.map(({ problems, skipped }) => problems[0]?.message ?? skipped?.message)).toEqual([
      'POST /apis/kubeflow.org/v1/namespaces/ns/tfjobs: 422 spec.workers is wrong',
      'the object could not be created',
      'the object could not be created',
    ]);
  });

  it('fails when expected pods never were', async () => {
    operator('Succeeded');
    const running = run({ expect: { pods: [{ labels: { type: 'ps' } }] } });
    await server.until(() => server.watches === 1 && lines.length >= 2);
    for (let round = 0; round < 5; round += 1) {
      await kube.get({ apiVersion: 'v1', kind: 'Namespace', name: 'ns' });
      await clock.advance(5_000);
    }
    expect((await running).cases.find(({ name }) => name === 'pods')?.problems[0]?.message).toBe(
      '0 pods with type=ps, expected some',
    );
  });

  it('fails when pods stay after the deletion', async () => {
    operator('Succeeded', { leavesPods: true });
    const running = run({ expect: { pods: [{ labels: { type: 'worker' } }] }, deletionTimeoutMs: 10_000 });
    await server.until(
      () => server.find('TFJob', 'mnist-x1') === undefined && server.requests.some((one) => one.startsWith('DELETE')),
    );
    for (let round = 0; round < 10; round += 1) {
      await kube.get({ apiVersion: 'v1', kind: 'Namespace', name: 'ns' });
      await clock.advance(3_000);
    }
    expect((await running).cases.at(-1)?.problems[0]?.message).toBe(
      'pods of the object are still there after its deletion: mnist-x1-worker-0',
    );
  });

  it('looks at services as at pods, and sees them gone', async () => {
    operator('Succeeded', { service: 'owned' });
    const suite = await run({ expect: { services: [{ labels: { job: '${name}' }, count: 1 }] } });
    expect(suite.cases.map(({ name, problems }) => [name, problems])).toEqual([
      ['create', []],
      ['reach Succeeded', []],
      ['services', []],
      ['delete', []],
    ]);
  });

  it('fails when owner references do not lead to the object', async () => {
    operator('Succeeded', { service: 'unowned' });
    const suite = await run({ expect: { services: [{ labels: { job: '${name}' } }] } });
    expect(suite.cases.find(({ name }) => name === 'services')?.problems[0]?.message).toBe(
      'Service mnist-x1 has no owner',
    );
    const without = await run({
      newId: () => 'x2',
      expect: { services: [{ labels: { job: '${name}' } }], ownerReferences: false },
    });
    expect(without.cases.flatMap(({ problems }) => problems)).toEqual([]);
  });

  it('follows owner references over a Job', async () => {
    operator('Succeeded', { service: 'by-job' });
    const suite = await run({ expect: { services: [{ labels: { job: '${name}' } }] } });
    expect(suite.cases.flatMap(({ problems }) => problems)).toEqual([]);
  });

  it('throws the reason when it is aborted, and asks for the deletion', async () => {
    const controller = new AbortController();
    const running = run({ signal: controller.signal });
    await server.until(() => server.watches === 2);
    const reason = new Error('stopped');
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(server.find('TFJob', 'mnist-x1')).toBeUndefined();
  });

  it('throws for a template with undefined parameters, before anything is created', async () => {
    await expect(run({ params: {} })).rejects.toMatchObject({ code: 'INVALID' });
    expect(server.requests).toEqual([]);
  });
});
