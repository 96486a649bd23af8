import { describe, expect, it } from 'vitest';
import { missingNodes, parseNode } from './nodes.js';

const nodeObject = (name: string, status: object, pool = 'gpu') => ({
  metadata: { name, labels: { 'cloud.google.com/gke-nodepool': pool } },
  status,
});
const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' };

describe(parseNode, () => {
  it('reads readiness and GPUs', () => {
    const status = {
      conditions: [{ type: 'DiskPressure', status: 'True' }, ready],
      allocatable: { 'nvidia.com/gpu': '2' },
    };
    expect(parseNode(nodeObject('n1', status))).toEqual({
      name: 'n1',
      nodePool: 'gpu',
      ready: true,
      reason: 'KubeletReady: kubelet is posting ready status',
      gpus: 2,
    });
  });

  it.each([
    ['no status', undefined],
    ['a null status', null],
    ['null conditions', { conditions: null }],
    ['no conditions', {}],
  ])('R12: takes a node with %s for not ready', (_what, status) => {
    expect(parseNode({ metadata: { name: 'n1' }, status })).toEqual({
      name: 'n1',
      nodePool: '',
      ready: false,
      gpus: 0,
    });
  });

  it('O21: compares GPUs as numbers: the text "0" is none', () => {
    expect(parseNode(nodeObject('n1', { conditions: [ready], allocatable: { 'nvidia.com/gpu': '0' } }))?.gpus).toBe(0);
  });

  it.each([undefined, null, 'x', {}, { metadata: {} }])('knows %j for no node', (object) => {
    expect(parseNode(object)).toBeUndefined();
  });
});

describe(missingNodes, () => {
  const cluster = {
    nodePools: [
      { name: 'default', status: 'RUNNING', problems: [], wantedNodes: 1, gpusPerNode: 0 },
      { name: 'gpu', status: 'RUNNING', problems: [], wantedNodes: 2, gpusPerNode: 1 },
    ],
  };
  const node = (name: string, nodePool: string, gpus = 0) => ({ name, nodePool, ready: true, gpus });

  it('lacks nothing when every pool has its nodes and GPUs', () => {
    expect(missingNodes(cluster, [node('a', 'default'), node('b', 'gpu', 1), node('c', 'gpu', 1)])).toEqual([]);
  });

  it('says which pool has too few nodes, and which node is not ready, and why', () => {
    const late = { name: 'c', nodePool: 'gpu', ready: false, gpus: 0, reason: 'KubeletNotReady: cni not ready' };
    expect(missingNodes(cluster, [node('b', 'gpu', 1), late])).toEqual([
      'node pool default has 0 of 1 nodes ready',
      'node pool gpu has 1 of 2 nodes ready',
      'node c is not ready (KubeletNotReady: cni not ready)',
    ]);
  });

  it('takes a node with a GPU but none allocatable for not ready, and names it', () => {
    expect(missingNodes(cluster, [node('a', 'default'), node('b', 'gpu', 1), node('c', 'gpu', 0)])).toEqual([
      'node c has 0 of 1 nvidia.com/gpu allocatable',
    ]);
  });

  it('does not count nodes of another pool', () => {
    expect(missingNodes(cluster, [node('a', 'gpu', 1), node('b', 'gpu', 1), node('c', 'gpu', 1)])).toEqual([
      'node pool default has 0 of 1 nodes ready',
    ]);
  });
});
