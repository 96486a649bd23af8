import { describe, expect, it } from 'vitest';
import type { Fields } from '../kube-api.js';
import { validatePodSpec } from './pods.js';

const pod = (...volumes: Fields[]): Fields => ({
  containers: [{ name: 'main', image: 'app:1', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
  restartPolicy: 'Always',
  volumes,
});

const faultsOf = (spec: Fields): string[] =>
  validatePodSpec(spec, 'spec').map(({ field, message }) => `${field}: ${message}`);

describe('a volume that is mounted', () => {
  it('is found when it is sound', () => {
    expect(faultsOf(pod({ name: 'data', emptyDir: {} })).filter((fault) => fault.includes('olume'))).toEqual([]);
  });

  it.each([
    ['of two types', { name: 'data', emptyDir: {}, hostPath: { path: '/' } }, 'hostPath: Forbidden'],
    ['without what it is of', { name: 'data', configMap: {} }, 'configMap.name: Required'],
  ])('is not found when it is %s, as the real server says', (_, volume, fault) => {
    expect(faultsOf(pod(volume))).toEqual(
      expect.arrayContaining([
        expect.stringContaining(`spec.volumes[0].${fault}`),
        'spec.containers[0].volumeMounts[0].name: Not found: "data"',
      ]),
    );
  });
});
