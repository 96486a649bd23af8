import { KubeConfig, KubernetesObjectApi, PatchStrategy } from '@kubernetes/client-node';
import { startSandbox } from '@seatrial/sandbox';
import { afterEach, describe, expect, it } from 'vitest';
import { connect } from './connect.js';
import type { KubeClient } from './kube-client.js';
import type { KubeObject } from './kube-object.js';
import { systemClock } from './limits.js';
import type { Clock } from './limits.js';
import { waitFor } from './wait-for.js';

/** Half a minute passes in half a second, so that what is given up after it is given up soon. */
const quick: Clock = { now: systemClock.now, sleep: (ms, signal) => systemClock.sleep(ms / 60, signal) };
const limits = { timeoutMs: 3_600_000 };
const namespace = 'default';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Cluster {
  readonly kube: KubeClient;
  /** Merges fields into an object, as a controller does. */
  patch(object: KubeObject, fields: object): Promise<unknown>;
}

async function start(faults: readonly string[]): Promise<Cluster> {
  const sandbox = await startSandbox({ docker: 'off', defaultCluster: true, faults, seed: 3 });
  closers.push(() => sandbox.close());
  const path = sandbox.env['KUBECONFIG'] ?? '';
  const kube = await connect(path, { clock: quick });
  closers.push(() => kube.close());
  const config = new KubeConfig();
  config.loadFromFile(path);
  const api = KubernetesObjectApi.makeApiClient(config);
  const patch: Cluster['patch'] = ({ apiVersion, kind, metadata }, fields) => {
    const { name = '' } = metadata;
    const spec = { apiVersion, kind, metadata: { name, namespace: metadata.namespace ?? '' }, ...fields };
    return api.patch(spec, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch);
  };
  return { kube, patch };
}

const scripted = (duration: string, code = '0') => ({
  metadata: {
    labels: { app: 'x' },
    annotations: { 'sandbox.seatrial.dev/duration': duration, 'sandbox.seatrial.dev/exit-code': code },
  },
  spec: { restartPolicy: 'Always', containers: [{ name: 'main', image: 'node:20' }] },
});
const selector = { matchLabels: { app: 'x' } };
const workload = (kind: string, spec: object): KubeObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'x', namespace },
  spec: { selector, template: scripted('1h'), ...spec },
});
const job = (code: string): KubeObject => {
  const { metadata, spec } = scripted('200ms', code);
  const template = { metadata, spec: { ...spec, restartPolicy: 'Never' } };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'x', namespace },
    spec: { backoffLimit: 0, template },
  };
};
const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const definition: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'trials.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'trials', singular: 'trial', kind: 'Trial' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
  },
};
const trial: KubeObject = { apiVersion: 'example.com/v1', kind: 'Trial', metadata: { name: 'x', namespace } };
const refOf = ({ apiVersion, kind, metadata }: KubeObject) => ({
  apiVersion,
  kind,
  name: metadata.name ?? '',
  namespace: metadata.namespace,
});

describe('waits on a cluster', () => {
  it.each([
    ['a Deployment', workload('Deployment', { replicas: 2 })],
    ['a StatefulSet', workload('StatefulSet', { replicas: 2, serviceName: 'x' })],
    ['a DaemonSet', workload('DaemonSet', {})],
    ['a Job', job('0')],
    ['a Pod', { apiVersion: 'v1', kind: 'Pod', ...scripted('1h'), metadata: { name: 'x', namespace } }],
    ['a definition, and that its kind is served', definition],
  ])('sees %s get ready', async (_what, object) => {
    const { kube } = await start([]);
    await kube.create(object);
    expect(await waitFor({ kube, clock: quick }, refOf(object), 'ready', limits)).toMatchObject({ kind: object.kind });
    if (object === definition) await kube.create(trial);
  });

  it('sees a Job fail before its time is up', async () => {
    const { kube } = await start([]);
    await kube.create(job('3'));
    await expect(waitFor({ kube, clock: quick }, refOf(job('3')), 'ready', limits)).rejects.toMatchObject({
      code: 'NOT_READY',
      message: expect.stringContaining('failed: BackoffLimitExceeded'),
    });
  });

  // Calls 1 to 3 of GET: discovery, list, watch.
  it.each([
    ['R6: a token that is refused while it watches', ['kubernetes.GET:401:#3']],
    ['R6: a token that is refused when it lists', ['kubernetes.GET:401:#2']],
    ['R6, O10: a server that is away', ['kubernetes.GET:503:#1-4']],
    ['R6: a server that has too much to do', ['kubernetes.GET:429:#2-3']],
    ['R12: versions that are gone', ['kubernetes.GET:410:#3-5']],
    ['R12: connections that are cut', ['kubernetes.GET:reset:#2-4']],
    ['R12: answers that do not arrive', ['kubernetes.GET:drop:#1-3']],
    ['R6: answers that never begin', ['kubernetes.GET:stall:#3', 'kubernetes.GET:stall:#5']],
    ['R12: answers that break off in the middle', ['kubernetes.GET:half:#1-4']],
    ['R12: watches that break off in the middle of an event', ['kubernetes.WATCH:half:#1-2']],
    ['R6: watches that are accepted and tell nothing', ['kubernetes.WATCH:stuck-watch:#1-2']],
    ['a server that takes its time', ['kubernetes:latency=150ms']],
    ['all of it by chance', ['kubernetes.GET:reset:0.3', 'kubernetes.GET:503:0.2', 'kubernetes.GET:410:0.1']],
  ])('goes on over %s', async (_what, faults) => {
    const { kube } = await start(faults);
    const object = workload('Deployment', { replicas: 1 });
    await kube.create(object);
    const target = 'cel=object.status.availableReplicas == object.spec.replicas';
    expect(await waitFor({ kube, clock: quick }, refOf(object), target, limits)).toMatchObject({ kind: 'Deployment' });
  });

  it.each([
    ['condition=Succeeded', { conditions: [{ type: 'Succeeded', status: 'True' }] }],
    ['phase=Done', { phase: 'Done' }],
    ['jsonpath={.status.replicaStatuses.Worker.succeeded}=2', { replicaStatuses: { Worker: { succeeded: 2 } } }],
    ['cel=object.status.done + 1 > object.status.all', { done: 3, all: 3 }],
  ])('O15, R12: waits for %s of a custom resource that had no status, then null', async (target, status) => {
    const { kube, patch } = await start(['kubernetes.GET:reset:#6']);
    const deps = { kube, clock: quick };
    await kube.create(definition);
    await waitFor(deps, refOf(definition), 'ready', limits);
    await kube.create(trial);
    const states: string[] = [];
    let step = 0;
    const onChange = (text: string): void => {
      states.push(text);
      step += 1;
      if (step === 1)
        void patch(trial, { status: null, spec: { wake: 1 } }).then(() => patch(trial, { status: { phase: 'New' } }));
      if (step === 2) void patch(trial, { status });
    };
    expect(await waitFor(deps, refOf(trial), target, { ...limits, onChange })).toMatchObject({ status });
    expect(states.slice(0, 2)).toEqual(['no status yet', 'phase New']);
  });

  it('R12: tells of a custom resource that is deleted meanwhile', async () => {
    const { kube } = await start([]);
    const deps = { kube, clock: quick };
    await kube.create(definition);
    await waitFor(deps, refOf(definition), 'ready', limits);
    await kube.create(trial);
    const onChange = (): void => void kube.delete(refOf(trial));
    await expect(waitFor(deps, refOf(trial), 'phase=Done', { ...limits, onChange })).rejects.toMatchObject({
      code: 'DELETED',
    });
  });
});
