import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../clock.js';
import type { Fields, KubeApi } from '../kube-api.js';
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
});
