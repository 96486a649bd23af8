import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../clock.js';
import type { Fields, KubeApi, KubeObject } from '../kube-api.js';
import { createTestApi, ManualClock, settle } from '../nodes/testing.js';
import { startControllers } from './controllers.js';
import { resources } from './resources.js';

let api: KubeApi;
let stop: () => void;

beforeEach(() => {
  const clock = new ManualClock();
  api = createTestApi(clock);
  stop = startControllers({ api, clock, newId: randomUUID, logger: silentLogger });
});

afterEach(() => stop());

function createQuota(hard: Record<string, string>, rest: Fields = {}): void {
  const metadata = { name: 'quota', namespace: 'test' };
  api.create(resources.resourceQuotas, { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard, ...rest } });
}

function createPod(name: string, requirements: Fields = {}, spec: Fields = {}): void {
  const containers = [{ name: 'main', image: 'app:1', resources: requirements }];
  const metadata = { name, namespace: 'test' };
  api.create(resources.pods, { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers, ...spec } });
}

async function used(): Promise<unknown> {
  await settle();
  return api.get(resources.resourceQuotas, 'test', 'quota')?.status?.['used'];
}

const small = { requests: { cpu: '100m' }, limits: { cpu: '500m' } };

describe('a ResourceQuota', () => {
  it('says what is used of what it limits, as that changes', async () => {
    createQuota({ pods: '3', 'requests.cpu': '1', 'limits.cpu': '2', 'count/deployments.apps': '1' });
    expect(await used()).toEqual({ pods: '0', 'requests.cpu': '0', 'limits.cpu': '0', 'count/deployments.apps': '0' });
    createPod('a', small);
    createPod('b', small);
    expect(await used()).toMatchObject({ pods: '2', 'requests.cpu': '200m', 'limits.cpu': '1' });
    api.delete(resources.pods, 'test', 'a', { gracePeriodSeconds: 0 });
    expect(await used()).toMatchObject({ pods: '1', 'requests.cpu': '100m' });
  });

  it('does not count a pod that has ended', async () => {
    createQuota({ pods: '1', 'count/pods': '2' });
    createPod('a');
    const end = { subresource: 'status' } as const;
    api.modify(resources.pods, 'test', 'a', (draft) => void (draft.status = { phase: 'Succeeded' }), end);
    expect(await used()).toEqual({ pods: '0', 'count/pods': '1' });
    expect(() => createPod('b')).not.toThrow();
  });

  it('refuses what would exceed it, and tells by how much', () => {
    createQuota({ pods: '5', 'limits.cpu': '700m', 'requests.cpu': '150m' });
    createPod('a', small);
    expect(() => createPod('b', small)).toThrow(
      'pods "b" is forbidden: exceeded quota: quota, requested: limits.cpu=500m,requests.cpu=100m, ' +
        'used: limits.cpu=500m,requests.cpu=100m, limited: limits.cpu=700m,requests.cpu=150m',
    );
  });

  it('wants containers to name the compute resources that it limits', () => {
    createQuota({ 'requests.memory': '1Gi', 'limits.cpu': '2' });
    expect(() => createPod('a')).toThrow(
      'pods "a" is forbidden: failed quota: quota: must specify limits.cpu for: main; requests.memory for: main',
    );
  });

  it('counts the pods of its scopes only', async () => {
    createQuota({ pods: '1' }, { scopes: ['BestEffort'] });
    createPod('a', small);
    createPod('b');
    expect(await used()).toEqual({ pods: '1' });
    expect(() => createPod('c')).toThrow('exceeded quota: quota, requested: pods=1, used: pods=1, limited: pods=1');
    expect(() => createPod('d', small)).not.toThrow();
  });

  it('counts claims by size and class', async () => {
    createQuota({ 'requests.storage': '10Gi', 'fast.storageclass.storage.k8s.io/requests.storage': '1Gi' });
    const spec = {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      storageClassName: 'fast',
    };
    const create = (name: string): void => {
      const metadata = { name, namespace: 'test' };
      api.create(resources.persistentVolumeClaims, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec });
    };
    create('a');
    expect(await used()).toEqual({
      'requests.storage': '1Gi',
      'fast.storageclass.storage.k8s.io/requests.storage': '1Gi',
    });
    expect(() => create('b')).toThrow('exceeded quota');
  });

  it('counts sidecars beside the containers, and the overhead of the pod', async () => {
    createQuota({ 'requests.cpu': '2' });
    const sidecar = {
      name: 'side',
      image: 'side:1',
      restartPolicy: 'Always',
      resources: { requests: { cpu: '200m' } },
    };
    const first = { name: 'first', image: 'first:1', resources: { requests: { cpu: '150m' } } };
    createPod('a', small, { initContainers: [first, sidecar], overhead: { cpu: '10m' } });
    expect(await used()).toEqual({ 'requests.cpu': '310m' });
  });

  it('refuses a claim that grows beyond it, and asks for the growth only', () => {
    createQuota({ 'requests.storage': '3Gi', persistentvolumeclaims: '1' });
    const metadata = { name: 'a', namespace: 'test' };
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    api.create(resources.persistentVolumeClaims, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec });
    const bind = (draft: KubeObject): void => void (draft.status = { phase: 'Bound', capacity: { storage: '1Gi' } });
    api.modify(resources.persistentVolumeClaims, 'test', 'a', bind, { subresource: 'status' });
    const grow = (storage: string): void =>
      void api.modify(resources.persistentVolumeClaims, 'test', 'a', (draft) => {
        draft.spec = { ...draft.spec, resources: { requests: { storage } } };
      });
    expect(() => grow('3Gi')).not.toThrow();
    expect(() => grow('4Gi')).toThrow(
      'exceeded quota: quota, requested: requests.storage=1Gi, used: requests.storage=3Gi, limited: requests.storage=3Gi',
    );
  });

  it('refuses a Service that becomes what there may be no more of', () => {
    createQuota({ services: '1', 'services.nodeports': '1', 'services.loadbalancers': '0' });
    const metadata = { name: 'a', namespace: 'test' };
    const ports = [
      { name: 'a', port: 80 },
      { name: 'b', port: 81 },
    ];
    api.create(resources.services, { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports } });
    const change = (members: Fields): void =>
      void api.modify(resources.services, 'test', 'a', (draft) => void Object.assign(draft.spec ?? {}, members));
    expect(() => change({ type: 'LoadBalancer' })).toThrow(
      'services "a" is forbidden: exceeded quota: quota, requested: services.loadbalancers=1,services.nodeports=2, ' +
        'used: services.loadbalancers=0,services.nodeports=0, limited: services.loadbalancers=0,services.nodeports=1',
    );
    expect(() => change({ type: 'NodePort', ports: ports.slice(0, 1) })).not.toThrow();
    expect(() => change({ selector: { app: 'a' } })).not.toThrow();
  });

  it('is asked before it is seen that the name is taken', () => {
    createQuota({ pods: '1' });
    createPod('a');
    expect(() => createPod('a')).toThrow('exceeded quota');
  });
});
