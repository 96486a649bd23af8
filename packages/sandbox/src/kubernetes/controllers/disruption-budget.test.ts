import { describe, expect, it } from 'vitest';
import type { Fields, KubeObject } from '../kube-api.js';
import type { Reader } from './disruption-budget.js';
import { budgetStatus, weighBudget } from './disruption-budget.js';
import { resources } from './resources.js';

const labels = { app: 'web' };
const budgetWith = (spec: Fields): KubeObject => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'web', namespace: 'test', generation: 2 },
  spec: { selector: { matchLabels: labels }, ...spec },
});
const pod = (state: 'ready' | 'unready' | 'dying' | 'done', owner = 'set'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    namespace: 'test',
    labels,
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: owner, uid: owner, controller: true }],
    ...(state === 'dying' ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
  },
  status: {
    phase: state === 'done' ? 'Succeeded' : 'Running',
    conditions: [{ type: 'Ready', status: state === 'unready' ? 'False' : 'True' }],
  },
});

/** A namespace with these pods, and a StatefulSet `set` that is to have so many. */
const namespaceOf = (pods: readonly KubeObject[], replicas: number): Reader => ({
  list: (ref) => (ref === resources.pods ? pods : []),
  get: (ref, _namespace, name) =>
    ref === resources.statefulSets && name === 'set'
      ? { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name, uid: 'set' }, spec: { replicas } }
      : undefined,
});

describe(weighBudget, () => {
  it.each([
    ['a number that must be available', { minAvailable: 2 }, 1, 2, 3],
    ['a share of what its controller is to have, rounded up', { minAvailable: '30%' }, 1, 2, 4],
    ['a number that may be missing', { maxUnavailable: 1 }, 0, 3, 4],
    ['a share that may be missing, rounded up', { maxUnavailable: '30%' }, 1, 2, 4],
    ['none', { maxUnavailable: 0 }, 0, 4, 4],
    ['more than there are', { minAvailable: 9 }, 0, 9, 3],
  ])('leaves from %s', (_what, spec, disruptionsAllowed, desiredHealthy, expectedPods) => {
    const reader = namespaceOf([pod('ready'), pod('ready'), pod('ready'), pod('done')], 4);
    expect(weighBudget(reader, budgetWith(spec))).toEqual({
      disruptionsAllowed,
      currentHealthy: 3,
      desiredHealthy,
      expectedPods,
    });
  });

  it('counts only pods that serve', () => {
    const reader = namespaceOf([pod('ready'), pod('unready'), pod('dying')], 3);
    expect(weighBudget(reader, budgetWith({ minAvailable: 1 }))).toMatchObject({ currentHealthy: 1, expectedPods: 3 });
  });

  it('allows nothing where there is nothing', () => {
    expect(weighBudget(namespaceOf([], 0), budgetWith({ minAvailable: 0 }))).toMatchObject({ disruptionsAllowed: 0 });
  });
});

describe(budgetStatus, () => {
  it('says since when evictions are allowed', () => {
    const weighed = { disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 };
    const first = budgetStatus(budgetWith({}), weighed, 'first');
    expect(first).toMatchObject({
      observedGeneration: 2,
      ...weighed,
      conditions: [
        { type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods', lastTransitionTime: 'first' },
      ],
    });
    const budget = { ...budgetWith({}), status: first };
    expect(budgetStatus(budget, weighed, 'second')['conditions'][0].lastTransitionTime).toBe('first');
    expect(budgetStatus(budget, { ...weighed, disruptionsAllowed: 0 }, 'second')['conditions']).toMatchObject([
      { status: 'False', reason: 'InsufficientPods', lastTransitionTime: 'second' },
    ]);
  });
});
