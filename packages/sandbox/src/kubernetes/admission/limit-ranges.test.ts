import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { resources } from '../controllers/resources.js';
import type { Fields, KubeApi, KubeObject } from '../kube-api.js';
import { createTestApi, ManualClock } from '../nodes/testing.js';

let api: KubeApi;

beforeEach(() => {
  api = createTestApi(new ManualClock());
});

function createRange(...limits: readonly Fields[]): KubeObject {
  const metadata = { name: `range-${randomUUID()}`, namespace: 'test' };
  return api.create(LIMIT_RANGES, { apiVersion: 'v1', kind: 'LimitRange', metadata, spec: { limits } });
}

const LIMIT_RANGES = { group: '', resource: 'limitranges' };

function createPod(resourcesOfMain: Fields, rest: Fields = {}): KubeObject {
  const containers = [{ name: 'main', image: 'app:1', resources: resourcesOfMain }];
  const metadata = { name: 'pod', namespace: 'test' };
  return api.create(resources.pods, { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers, ...rest } });
}

function createClaim(storage: string): KubeObject {
  const metadata = { name: `claim-${randomUUID()}`, namespace: 'test' };
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } };
  return api.create(resources.persistentVolumeClaims, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata,
    spec,
  });
}

function refusalOf(act: () => void): string {
  try {
    act();
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
}

const both = (amounts: Fields): Fields => ({ requests: amounts, limits: amounts });

describe('the defaults of a LimitRange', () => {
  it('fill in what containers leave out, and are noted on the pod', () => {
    createRange({ type: 'Container', max: { cpu: '1', memory: '1Gi' }, defaultRequest: { cpu: '500m' } });
    const init = { name: 'init', image: 'app:1', resources: { limits: { cpu: '100m' } } };
    const { metadata, spec } = createPod({}, { initContainers: [init] });
    expect(spec?.['containers'][0].resources).toEqual({
      requests: { cpu: '500m', memory: '1Gi' },
      limits: { cpu: '1', memory: '1Gi' },
    });
    expect(spec?.['initContainers'][0].resources).toEqual(both({ cpu: '100m', memory: '1Gi' }));
    expect(metadata.annotations).toEqual({
      'kubernetes.io/limit-ranger':
        'LimitRanger plugin set: cpu, memory request for container main; cpu, memory limit for container main; ' +
        'memory request for init container init; memory limit for init container init',
    });
  });

  it('leave no note on a pod that names everything', () => {
    createRange({ type: 'Container', default: { cpu: '1' } });
    expect(createPod(both({ cpu: '2' })).metadata.annotations).toBeUndefined();
  });
});

const perContainer = { type: 'Container', min: { cpu: '100m' }, max: { cpu: '1' } };

describe('the bounds of a LimitRange', () => {
  it.each<[Fields, Fields, string]>([
    [perContainer, both({ cpu: '50m' }), 'minimum cpu usage per Container is 100m, but request is 50m'],
    [perContainer, both({ cpu: '1500m' }), 'maximum cpu usage per Container is 1, but limit is 1500m'],
    [
      { type: 'Container', maxLimitRequestRatio: { cpu: '2' } },
      { requests: { cpu: '300m' }, limits: { cpu: '1' } },
      'cpu max limit to request ratio per Container is 2, but provided ratio is 3.333333',
    ],
    [
      { type: 'Container', maxLimitRequestRatio: { memory: '2' } },
      {},
      'memory max limit to request ratio per Container is 2, but no request is specified or request is 0',
    ],
    [
      { type: 'Container', maxLimitRequestRatio: { memory: '2' } },
      { requests: { memory: '1Mi' } },
      'memory max limit to request ratio per Container is 2, but no limit is specified or limit is 0',
    ],
    [
      { type: 'Pod', min: { cpu: '1' }, max: { memory: '1Gi' } },
      {},
      '[minimum cpu usage per Pod is 1.  No request is specified, maximum memory usage per Pod is 1Gi.  No limit is specified]',
    ],
    [
      { ...perContainer, max: { cpu: '1', memory: '1Gi' } },
      both({ cpu: '2', memory: '2Gi' }),
      '[maximum cpu usage per Container is 1, but limit is 2, maximum memory usage per Container is 1Gi, but limit is 2Gi]',
    ],
  ])('of %j refuse a pod whose container has %j', (item, amounts, why) => {
    createRange(item);
    expect(refusalOf(() => createPod(amounts))).toBe(`pods "pod" is forbidden: ${why}`);
  });

  it('take in what is exactly on them', () => {
    createRange({ ...perContainer, maxLimitRequestRatio: { cpu: '10' } });
    expect(() => createPod({ requests: { cpu: '100m' }, limits: { cpu: '1' } })).not.toThrow();
  });

  it('of pods are about the sum over containers that run at the same time', () => {
    createRange({ type: 'Pod', max: { cpu: '2' } });
    const named = (name: string, rest: Fields = {}): Fields => ({
      name,
      image: 'app:1',
      resources: both({ cpu: '1' }),
      ...rest,
    });
    const initContainers = [named('first'), named('second')];
    expect(() => createPod(both({ cpu: '2' }), { initContainers })).not.toThrow();
    const sidecar = [named('first', { restartPolicy: 'Always' })];
    expect(() => createPod(both({ cpu: '2' }), { initContainers: sidecar })).toThrow(
      'maximum cpu usage per Pod is 2, but limit is 3',
    );
  });

  it('hold claims, new and changed, to what they request', () => {
    createRange({ type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '2Gi' } });
    expect(() => createClaim('1Mi')).toThrow(
      'minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 1Mi',
    );
    expect(() => createClaim('5Gi')).toThrow(
      'maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 5Gi',
    );
    const { name = '' } = createClaim('2Gi').metadata;
    const bind = (draft: KubeObject): void => void (draft.status = { phase: 'Bound', capacity: { storage: '2Gi' } });
    api.modify(resources.persistentVolumeClaims, 'test', name, bind, { subresource: 'status' });
    const grow = (storage: string): void =>
      void api.modify(resources.persistentVolumeClaims, 'test', name, (draft) => {
        draft.spec = { ...draft.spec, resources: { requests: { storage } } };
      });
    expect(() => grow('3Gi')).toThrow('maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi');
  });
});

describe('a LimitRange', () => {
  it.each<[Fields, string]>([
    [
      { type: 'Container', min: { cpu: '2' }, max: { cpu: '1' } },
      'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
    ],
    [
      { type: 'Pod', default: { cpu: '1' } },
      "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
    ],
    [
      { type: 'PersistentVolumeClaim' },
      'spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
    ],
    [
      { type: 'Container', min: { cpu: '1' }, max: { cpu: '2' }, maxLimitRequestRatio: { cpu: '4' } },
      'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "4": ratio 4 is greater than max/min = 2.000000',
    ],
    [
      { type: 'Container', maxLimitRequestRatio: { memory: '500m' } },
      'spec.limits[0].maxLimitRequestRatio[memory]: Invalid value: "500m": ratio 500m is less than 1',
    ],
    [
      { type: 'Container', default: { 'nvidia.com/gpu': '2' }, defaultRequest: { 'nvidia.com/gpu': '1' } },
      'spec.limits[0].defaultRequest[nvidia.com/gpu]: Invalid value: "1": default value 2 must equal to defaultRequest value 1 in nvidia.com/gpu',
    ],
    [
      { type: 'Container', maxLimitRequestRatio: { storage: '2' } },
      'spec.limits[0].maxLimitRequestRatio[storage]: Invalid value: "storage": must be a standard resource for containers',
    ],
    [
      { type: 'PersistentVolumeClaim', max: { storage: '1', foo: '1' } },
      'spec.limits[0].max[foo]: Invalid value: "foo": must be a standard resource type or fully qualified',
    ],
  ])('%j is refused', (item, why) => {
    expect(() => createRange(item)).toThrow(why);
  });

  it('may have all bounds at one value', () => {
    const one = { cpu: '1' };
    const item = { type: 'Container', min: one, max: one, default: one, defaultRequest: one };
    expect(() => createRange({ ...item, maxLimitRequestRatio: one })).not.toThrow();
  });
});
