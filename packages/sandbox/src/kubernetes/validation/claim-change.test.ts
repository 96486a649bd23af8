import { describe, expect, it } from 'vitest';
import type { Fields, KubeObject } from '../kube-api.js';
import { claimChangeFaults } from './claim-change.js';

const claim = (storage: string, { capacity, ...more }: Fields = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...more },
  status: capacity === undefined ? { phase: 'Pending' } : { phase: 'Bound', capacity: { storage: capacity } },
});

const fieldsOf = (next: KubeObject, live: KubeObject): string[] =>
  claimChangeFaults(next, live).map(({ field }) => field);
const SIZE = 'spec.resources.requests.storage';

describe(claimChangeFaults, () => {
  it.each([
    ['grow when it is bound', claim('3Gi', { capacity: '2Gi' }), claim('2Gi', { capacity: '2Gi' }), []],
    ['take back a growth', claim('3Gi', { capacity: '2Gi' }), claim('9Gi', { capacity: '2Gi' }), []],
    ['shrink below its volume', claim('1Gi', { capacity: '2Gi' }), claim('9Gi', { capacity: '2Gi' }), [SIZE]],
    ['grow before it is bound', claim('3Gi'), claim('2Gi'), ['spec']],
    ['shrink before it is bound', claim('1Gi'), claim('2Gi'), ['spec', SIZE]],
    ['be bound', claim('2Gi', { volumeName: 'pv' }), claim('2Gi'), []],
    ['have another class', claim('2Gi', { storageClassName: 'fast' }), claim('2Gi'), ['spec']],
  ])('judges whether a claim may %s', (_, next, live, fields) => {
    expect(fieldsOf(next, live)).toEqual(fields);
  });
});
