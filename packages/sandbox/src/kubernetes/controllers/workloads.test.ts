// What ctl-*.json of the golden transcripts show, with simulated containers.
import { describe, expect, it } from 'vitest';
import type { Fields, KubeObject } from '../kube-api.js';
import { fileImages, ManualClock, settle, startTestCluster } from '../nodes/testing.js';
import type { TestCluster } from '../nodes/testing.js';
import { resources } from './resources.js';

const { deployments, replicaSets, pods, statefulSets, daemonSets, persistentVolumeClaims } = resources;

const template = (
  labels: Record<string, string>,
  spec: Fields = {},
  annotations: Record<string, string> = {},
): Fields => ({
  metadata: { labels, annotations },
  spec: { containers: [{ name: 'main', image: 'app:1' }], terminationGracePeriodSeconds: 1, ...spec },
});
const selector = { matchLabels: { app: 'web' } };

function createDeployment(cluster: TestCluster, spec: Fields = {}): KubeObject {
  return cluster.api.create(deployments, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'test', annotations: { note: 'n' } },
    spec: { replicas: 2, selector, template: template({ app: 'web' }), ...spec },
  });
}

/** As the condition reads: `Type=Status Reason: Message`. */
const conditionsOf = ({ status }: KubeObject): string[] =>
  ((status?.['conditions'] ?? []) as Fields[]).map(
    ({ type, status: value, reason, message }) => `${type}=${value} ${reason}: ${message}`,
  );
const reasonOf = (object: KubeObject, type: string): string | undefined =>
  ((object.status?.['conditions'] ?? []) as Fields[]).find((condition) => condition['type'] === type)?.['reason'];

const countersOf = ({ status }: KubeObject): Fields => {
  const { conditions: _, ...counters } = status ?? {};
  return counters;
};

function change(cluster: TestCluster, edit: (spec: Fields) => void): void {
  cluster.api.modify(deployments, 'test', 'web', (draft) => edit(draft.spec ?? {}));
}

const setEnv = (value: string) => (spec: Fields) => {
  spec['template'].spec.containers[0].env = [{ name: 'V', value }];
};
const isRolledOut =
  (replicas: number) =>
  (object: KubeObject): boolean => {
    const { status = {}, metadata } = object;
    return (
      reasonOf(object, 'Progressing') === 'NewReplicaSetAvailable' &&
      status['observedGeneration'] === metadata.generation &&
      (status['updatedReplicas'] ?? 0) === replicas &&
      (status['replicas'] ?? 0) === replicas &&
      (status['availableReplicas'] ?? 0) === replicas
    );
  };

const createClass = (cluster: TestCluster, name: string): KubeObject =>
  cluster.api.create(resources.storageClasses, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'example.com/disk',
  });

describe('a Deployment', () => {
  it('gets a ReplicaSet and pods, and says when they are available', async () => {
    await using cluster = await startTestCluster();
    createDeployment(cluster);
    const done = await cluster.until(deployments, 'web', isRolledOut(2));
    const [set] = cluster.api.list(replicaSets);
    const hash = set?.metadata.labels?.['pod-template-hash'] ?? '';
    expect(hash).toMatch(/^[bcdf456789]{8,10}$/);
    expect(set).toMatchObject({
      metadata: {
        name: `web-${hash}`,
        labels: { app: 'web', 'pod-template-hash': hash },
        annotations: {
          'deployment.kubernetes.io/desired-replicas': '2',
          'deployment.kubernetes.io/max-replicas': '3',
          'deployment.kubernetes.io/revision': '1',
          note: 'n',
        },
        ownerReferences: [
          {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            name: 'web',
            uid: done.metadata.uid,
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec: { replicas: 2, selector: { matchLabels: { app: 'web', 'pod-template-hash': hash } } },
      status: { replicas: 2, fullyLabeledReplicas: 2, readyReplicas: 2, availableReplicas: 2, observedGeneration: 1 },
    });
    for (const pod of cluster.api.list(pods)) {
      expect(pod.metadata).toMatchObject({
        generateName: `web-${hash}-`,
        labels: { app: 'web', 'pod-template-hash': hash },
      });
      expect(pod.metadata.name).toMatch(new RegExp(`^web-${hash}-[a-z0-9]{5}$`));
      expect(cluster.events(`web-${hash}`)).toContain(`SuccessfulCreate Created pod: ${pod.metadata.name}`);
    }
    expect(done.metadata.generation).toBe(1);
    expect(countersOf(done)).toEqual({
      observedGeneration: 1,
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
    });
    expect(conditionsOf(done)).toEqual([
      'Available=True MinimumReplicasAvailable: Deployment has minimum availability.',
      `Progressing=True NewReplicaSetAvailable: ReplicaSet "web-${hash}" has successfully progressed.`,
    ]);
    expect(cluster.events('web')).toEqual([`ScalingReplicaSet Scaled up replica set web-${hash} to 2`]);
  });

  it('rolls out without ever having fewer than wanted, and keeps the old ReplicaSet', async () => {
    await using cluster = await startTestCluster();
    createDeployment(cluster);
    await cluster.until(deployments, 'web', isRolledOut(2));
    const seen: number[] = [];
    cluster.api.watch(deployments, ({ object }) => seen.push(object.status?.['availableReplicas'] ?? 0));
    const totals: number[] = [];
    cluster.api.watch(pods, () =>
      totals.push(cluster.api.list(pods).filter(({ metadata }) => !metadata.deletionTimestamp).length),
    );
    change(cluster, setEnv('2'));
    const done = await cluster.until(deployments, 'web', isRolledOut(2));
    expect(Math.min(...seen)).toBe(2);
    expect(Math.max(...totals)).toBe(3);
    expect(done.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2');
    const sets = cluster.api
      .list(replicaSets)
      .map(({ spec, metadata }) => [metadata.annotations?.['deployment.kubernetes.io/revision'], spec?.['replicas']]);
    expect(sets.sort()).toEqual([
      ['1', 0],
      ['2', 2],
    ]);
    expect(cluster.events('web').map((text) => text.replace(/web-\w+/, 'web-H'))).toEqual([
      'ScalingReplicaSet Scaled up replica set web-H to 2',
      'ScalingReplicaSet Scaled up replica set web-H to 1',
      'ScalingReplicaSet Scaled down replica set web-H to 1',
      'ScalingReplicaSet Scaled up replica set web-H to 2',
      'ScalingReplicaSet Scaled down replica set web-H to 0',
    ]);
  });

  it('uses the old ReplicaSet again when it is rolled back, under a new revision', async () => {
    await using cluster = await startTestCluster();
    createDeployment(cluster);
    await cluster.until(deployments, 'web', isRolledOut(2));
    change(cluster, setEnv('2'));
    await cluster.until(deployments, 'web', isRolledOut(2));
    change(cluster, (spec) => delete spec['template'].spec.containers[0].env);
    const done = await cluster.until(
      deployments,
      'web',
      (object) => isRolledOut(2)(object) && object.metadata.annotations?.['deployment.kubernetes.io/revision'] === '3',
    );
    expect(cluster.api.list(replicaSets)).toHaveLength(2);
    const used = cluster.api.list(replicaSets).find(({ spec }) => spec?.['replicas'] === 2);
    expect(used?.metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision': '3',
      'deployment.kubernetes.io/revision-history': '1',
    });
    expect(done.status?.['conditions'].at(-1).message).toContain(used?.metadata.name);
  });

  it('scales without a revision, pauses and resumes, and goes to zero', async () => {
    await using cluster = await startTestCluster();
    createDeployment(cluster);
    await cluster.until(deployments, 'web', isRolledOut(2));
    change(cluster, (spec) => (spec['replicas'] = 3));
    const scaled = await cluster.until(deployments, 'web', isRolledOut(3));
    expect(scaled.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('1');
    change(cluster, (spec) => (spec['paused'] = true));
    const paused = await cluster.until(
      deployments,
      'web',
      (object) => reasonOf(object, 'Progressing') === 'DeploymentPaused',
    );
    expect(conditionsOf(paused).at(-1)).toBe('Progressing=Unknown DeploymentPaused: Deployment is paused');
    change(cluster, setEnv('2'));
    change(cluster, (spec) => (spec['paused'] = false));
    await cluster.until(deployments, 'web', isRolledOut(3));
    change(cluster, (spec) => (spec['replicas'] = 0));
    const none = await cluster.until(deployments, 'web', isRolledOut(0));
    expect(Object.keys(countersOf(none))).toEqual(['observedGeneration']);
    expect(reasonOf(none, 'Available')).toBe('MinimumReplicasAvailable');
  });

  it('removes the oldest ReplicaSets beyond its history limit', async () => {
    await using cluster = await startTestCluster();
    createDeployment(cluster, { replicas: 1, revisionHistoryLimit: 1 });
    for (const value of ['2', '3', '4']) {
      await cluster.until(deployments, 'web', isRolledOut(1));
      change(cluster, setEnv(value));
    }
    await cluster.until(
      deployments,
      'web',
      (object) => isRolledOut(1)(object) && object.metadata.annotations?.['deployment.kubernetes.io/revision'] === '4',
    );
    await settle();
    expect(cluster.api.list(replicaSets)).toHaveLength(2);
  });

  it('is stuck past its deadline when the new pods do not become ready', async () => {
    const clock = new ManualClock();
    const images = fileImages({ 'app:1': {} });
    await using cluster = await startTestCluster({ clock, images });
    const containers = [{ name: 'main', image: 'app:1', command: ['sleep', '1d'] }];
    createDeployment(cluster, { progressDeadlineSeconds: 8, template: template({ app: 'web' }, { containers }) });
    await cluster.until(deployments, 'web', isRolledOut(2));
    change(cluster, (spec) => (spec['template'].spec.containers[0].image = 'absent:1'));
    await cluster.until(deployments, 'web', (object) => object.status?.['updatedReplicas'] === 1);
    await clock.advance(9_000);
    const stuck = await cluster.until(
      deployments,
      'web',
      (object) => reasonOf(object, 'Progressing') === 'ProgressDeadlineExceeded',
    );
    expect(countersOf(stuck)).toMatchObject({
      replicas: 3,
      updatedReplicas: 1,
      readyReplicas: 2,
      availableReplicas: 2,
      unavailableReplicas: 1,
    });
    expect(conditionsOf(stuck)[0]).toContain('Available=True');
    expect(conditionsOf(stuck)[1]).toMatch(
      /^Progressing=False ProgressDeadlineExceeded: ReplicaSet "web-\w+" has timed out progressing\.$/,
    );
  });

  it('recreates: the old pods are gone before there are new ones', async () => {
    await using cluster = await startTestCluster();
    createDeployment(cluster, { replicas: 1, strategy: { type: 'Recreate' } });
    await cluster.until(deployments, 'web', isRolledOut(1));
    let most = 0;
    cluster.api.watch(pods, () => (most = Math.max(most, cluster.api.list(pods).length)));
    change(cluster, setEnv('2'));
    await cluster.until(deployments, 'web', (object) => reasonOf(object, 'Available') === 'MinimumReplicasUnavailable');
    await cluster.until(deployments, 'web', isRolledOut(1));
    expect(most).toBe(1);
  });

  it('replaces a pod that is deleted at once', async () => {
    await using cluster = await startTestCluster();
    createDeployment(cluster, { replicas: 1 });
    await cluster.until(deployments, 'web', isRolledOut(1));
    const [old] = cluster.api.list(pods);
    cluster.api.delete(pods, 'test', old?.metadata.name ?? '');
    await cluster.untilGone(pods, old?.metadata.name ?? '');
    const [next] = cluster.api.list(pods);
    expect(next?.metadata.uid).not.toBe(old?.metadata.uid);
  });
});

describe('a StatefulSet', () => {
  const createSet = (cluster: TestCluster, spec: Fields = {}): KubeObject =>
    cluster.create(statefulSets, 'StatefulSet', 'apps/v1', 'db', {
      spec: {
        replicas: 2,
        serviceName: 'db',
        selector: { matchLabels: { app: 'db' } },
        template: template({ app: 'db' }),
        ...spec,
      },
    });
  const isComplete =
    (replicas: number) =>
    ({ status = {}, metadata }: KubeObject): boolean =>
      status['observedGeneration'] === metadata.generation &&
      status['replicas'] === replicas &&
      status['readyReplicas'] === replicas &&
      status['updatedReplicas'] === replicas &&
      status['currentRevision'] === status['updateRevision'];

  it('makes one pod after the other, and replaces them from the last to the first', async () => {
    await using cluster = await startTestCluster();
    const order: string[] = [];
    cluster.api.watch(pods, ({ type, object }) => {
      if (type !== 'MODIFIED') order.push(`${type} ${object.metadata.name}`);
      else if (
        object.status?.['conditions']?.some(({ type: name, status }: Fields) => name === 'Ready' && status === 'True')
      ) {
        if (order.at(-1) !== `ready ${object.metadata.name}`) order.push(`ready ${object.metadata.name}`);
      }
    });
    createSet(cluster);
    const done = await cluster.until(statefulSets, 'db', isComplete(2));
    expect(order).toEqual(['ADDED db-0', 'ready db-0', 'ADDED db-1', 'ready db-1']);
    expect(done.status).toEqual({
      observedGeneration: 1,
      replicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      currentReplicas: 2,
      updatedReplicas: 2,
      currentRevision: expect.stringMatching(/^db-[bcdf456789]+$/),
      updateRevision: done.status?.['currentRevision'],
      collisionCount: 0,
    });
    expect(cluster.api.get(pods, 'test', 'db-0')).toMatchObject({
      metadata: {
        labels: {
          app: 'db',
          'controller-revision-hash': done.status?.['updateRevision'],
          'statefulset.kubernetes.io/pod-name': 'db-0',
        },
      },
      spec: { hostname: 'db-0', subdomain: 'db' },
    });
    expect(cluster.events('db')).toEqual([
      'SuccessfulCreate create Pod db-0 in StatefulSet db successful',
      'SuccessfulCreate create Pod db-1 in StatefulSet db successful',
    ]);
    order.length = 0;
    cluster.api.modify(statefulSets, 'test', 'db', (draft) => setEnv('2')(draft.spec ?? {}));
    const updated = await cluster.until(
      statefulSets,
      'db',
      (object) => isComplete(2)(object) && object.metadata.generation === 2,
    );
    expect(order.filter((text) => !text.startsWith('ready'))).toEqual([
      'DELETED db-1',
      'ADDED db-1',
      'DELETED db-0',
      'ADDED db-0',
    ]);
    expect(updated.status?.['currentRevision']).not.toBe(done.status?.['currentRevision']);
    cluster.api.modify(statefulSets, 'test', 'db', (draft) => ((draft.spec as Fields)['replicas'] = 1));
    await cluster.until(statefulSets, 'db', isComplete(1));
    expect(cluster.api.list(pods).map(({ metadata }) => metadata.name)).toEqual(['db-0']);
  });

  it('updates only from the partition on', async () => {
    await using cluster = await startTestCluster();
    createSet(cluster, { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } });
    const before = await cluster.until(statefulSets, 'db', isComplete(2));
    cluster.api.modify(statefulSets, 'test', 'db', (draft) => setEnv('2')(draft.spec ?? {}));
    const after = await cluster.until(
      statefulSets,
      'db',
      ({ status, metadata }) =>
        status?.['observedGeneration'] === metadata.generation &&
        status?.['updatedReplicas'] === 1 &&
        status?.['readyReplicas'] === 2,
    );
    expect(after.status?.['currentRevision']).toBe(before.status?.['currentRevision']);
    const revision = (name: string): string | undefined =>
      cluster.api.get(pods, 'test', name)?.metadata.labels?.['controller-revision-hash'];
    expect([revision('db-0'), revision('db-1')]).toEqual([
      after.status?.['currentRevision'],
      after.status?.['updateRevision'],
    ]);
  });

  it('makes a claim for each pod, which is bound and stays', async () => {
    await using cluster = await startTestCluster();
    const claim = {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
    createClass(cluster, 'standard');
    createSet(cluster, { replicas: 1, volumeClaimTemplates: [claim] });
    await cluster.until(statefulSets, 'db', isComplete(1));
    const made = cluster.api.get(persistentVolumeClaims, 'test', 'data-db-0');
    expect(made).toMatchObject({
      metadata: { labels: { app: 'db' } },
      status: { phase: 'Bound', capacity: { storage: '1Gi' } },
    });
    expect(made?.metadata.ownerReferences).toBeUndefined();
    cluster.api.delete(statefulSets, 'test', 'db', { propagationPolicy: 'Foreground' });
    await cluster.untilGone(statefulSets, 'db');
    expect(cluster.api.list(pods)).toEqual([]);
    expect(cluster.api.get(persistentVolumeClaims, 'test', 'data-db-0')).toBeDefined();
    cluster.api.delete(persistentVolumeClaims, 'test', 'data-db-0');
    await cluster.untilGone(persistentVolumeClaims, 'data-db-0');
  });
});

describe('claims', () => {
  const claim = (storageClassName?: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'test' },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      ...(storageClassName === undefined ? {} : { storageClassName }),
    },
  });
  it('of no class wait where there is no default, and say so', async () => {
    await using cluster = await startTestCluster();
    cluster.api.create(persistentVolumeClaims, claim());
    expect(await firstEvent(cluster)).toMatchObject({
      reason: 'FailedBinding',
      message: 'no persistent volumes available for this claim and no storage class is set',
    });
  });

  it('of a class that is not there wait for it and say so', async () => {
    await using cluster = await startTestCluster();
    cluster.api.create(persistentVolumeClaims, claim('fast'));
    expect(await firstEvent(cluster)).toMatchObject({
      reason: 'ProvisioningFailed',
      message: 'storageclass.storage.k8s.io "fast" not found',
    });
    createClass(cluster, 'fast');
    await cluster.until(persistentVolumeClaims, 'data', ({ status }) => status?.['phase'] === 'Bound');
  });

  it('that name no class are of the default one', async () => {
    await using cluster = await startTestCluster();
    createClass(cluster, 'usual');
    expect(cluster.api.create(persistentVolumeClaims, claim()).spec).toMatchObject({ storageClassName: 'usual' });
  });

  it('get their finalizer back when it is taken away', async () => {
    await using cluster = await startTestCluster();
    const { metadata } = cluster.api.create(persistentVolumeClaims, claim());
    const withoutFinalizers = (draft: KubeObject): void => void delete draft.metadata.finalizers;
    cluster.api.modify(persistentVolumeClaims, 'test', metadata.name ?? '', withoutFinalizers);
    await cluster.until(persistentVolumeClaims, 'data', (one) => one.metadata.finalizers?.length === 1);
  });
});

/** Resolves with the first Event there is. */
function firstEvent({ api }: TestCluster): Promise<KubeObject> {
  return new Promise((resolve) => {
    const stop = api.watch(resources.events, ({ object }) => {
      queueMicrotask(() => stop());
      resolve(object);
    });
  });
}

describe('a DaemonSet', () => {
  const nodes = [
    { name: 'a' },
    { name: 'b' },
    { name: 'tainted', taints: [{ key: 'x', effect: 'NoSchedule' as const }] },
  ];
  const createSet = (cluster: TestCluster, spec: Fields = {}): KubeObject =>
    cluster.create(daemonSets, 'DaemonSet', 'apps/v1', 'agent', {
      spec: { selector: { matchLabels: { app: 'agent' } }, template: template({ app: 'agent' }, spec) },
    });
  const isUpdated =
    (generation: number) =>
    ({ status = {} }: KubeObject): boolean =>
      status['observedGeneration'] === generation &&
      status['numberAvailable'] === status['desiredNumberScheduled'] &&
      status['updatedNumberScheduled'] === status['desiredNumberScheduled'];

  it('has a pod on each node that fits, and updates one after the other', async () => {
    await using cluster = await startTestCluster({ nodes });
    createSet(cluster);
    const done = await cluster.until(daemonSets, 'agent', isUpdated(1));
    expect(done.status).toEqual({
      currentNumberScheduled: 2,
      numberMisscheduled: 0,
      desiredNumberScheduled: 2,
      numberReady: 2,
      observedGeneration: 1,
      updatedNumberScheduled: 2,
      numberAvailable: 2,
    });
    expect(
      cluster.api
        .list(pods)
        .map(({ spec }) => spec?.['nodeName'])
        .sort(),
    ).toEqual(['a', 'b']);
    let fewest = 2;
    cluster.api.watch(daemonSets, ({ object }) => (fewest = Math.min(fewest, object.status?.['numberAvailable'] ?? 0)));
    cluster.api.modify(daemonSets, 'test', 'agent', (draft) => setEnv('2')(draft.spec ?? {}));
    await cluster.until(daemonSets, 'agent', isUpdated(2));
    expect(fewest).toBe(1);
  });

  it('wants nothing where no node fits', async () => {
    await using cluster = await startTestCluster({ nodes });
    createSet(cluster, { nodeSelector: { disk: 'ssd' } });
    const set = await cluster.until(daemonSets, 'agent', ({ status }) => status?.['observedGeneration'] === 1);
    expect(set.status).toMatchObject({ desiredNumberScheduled: 0, currentNumberScheduled: 0 });
  });
});
