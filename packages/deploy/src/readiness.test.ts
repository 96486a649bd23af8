import { describe, expect, it } from 'vitest';
import { readinessOf } from './readiness.js';

type Part = Record<string, unknown>;
const object = (apiVersion: string, kind: string, status: unknown, spec: Part = {}, metadata: Part = {}) => ({
  apiVersion,
  kind,
  metadata: { name: 'x', generation: 2, ...metadata },
  spec,
  status,
});
const seen = { observedGeneration: 2 };
const condition = (type: string, status: string, reason = 'Why', message = 'because') => ({
  type,
  status,
  reason,
  message,
});
const deployment = (status: unknown, spec: Part = { replicas: 2 }) => object('apps/v1', 'Deployment', status, spec);
const full = { ...seen, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };
const set = (status: unknown, spec: Part = {}) => object('apps/v1', 'StatefulSet', status, { replicas: 3, ...spec });
const daemon = (status: unknown, spec: Part = {}) => object('apps/v1', 'DaemonSet', status, spec);
const job = (status: unknown) => object('batch/v1', 'Job', status, { completions: 2 });
const pod = (status: unknown) => object('v1', 'Pod', status);
const custom = (status: unknown) => object('kubeflow.org/v1', 'TFJob', status);

describe(readinessOf, () => {
  it.each([
    ['a Deployment', deployment(full)],
    ['a Deployment of nothing', deployment(seen, { replicas: 0 })],
    ['a StatefulSet', set({ ...seen, readyReplicas: 3, updatedReplicas: 3 })],
    [
      'a StatefulSet with a partition',
      set({ ...seen, readyReplicas: 3, updatedReplicas: 1 }, { updateStrategy: { rollingUpdate: { partition: 2 } } }),
    ],
    [
      'a StatefulSet that is updated by hand',
      set({ ...seen, readyReplicas: 3 }, { updateStrategy: { type: 'OnDelete' } }),
    ],
    [
      'a DaemonSet',
      daemon({ ...seen, desiredNumberScheduled: 1, updatedNumberScheduled: 1, numberReady: 1, numberAvailable: 1 }),
    ],
    ['a DaemonSet that fits no node', daemon({ ...seen, desiredNumberScheduled: 0 })],
    ['a Job', job({ conditions: [condition('Complete', 'True')] })],
    ['a running Pod', pod({ phase: 'Running', conditions: [condition('Ready', 'True')] })],
    ['a Pod that is done', pod({ phase: 'Succeeded', conditions: [condition('Ready', 'False')] })],
    ['a claim', object('v1', 'PersistentVolumeClaim', { phase: 'Bound' })],
    ['a Service', object('v1', 'Service', { loadBalancer: {} }, { type: 'ClusterIP' })],
    [
      'a load balancer',
      object('v1', 'Service', { loadBalancer: { ingress: [{ ip: '1' }] } }, { type: 'LoadBalancer' }),
    ],
    [
      'a definition',
      object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { conditions: [condition('Established', 'True')] }),
    ],
    ['a ConfigMap', object('v1', 'ConfigMap', undefined)],
    ['a custom resource', custom({ conditions: [condition('Ready', 'True')] })],
  ])('calls %s ready', (_what, one) => {
    expect(readinessOf(one)).toEqual({ state: 'ready', why: '' });
  });

  it.each([
    [
      'R12: a status of an older generation',
      deployment({ ...full, observedGeneration: 1 }),
      'its controller has seen generation 1 of 2',
    ],
    ['R12: status null', deployment(null), '0 of 2 replicas available; its controller has not seen it yet'],
    [
      'R12: a custom resource without conditions',
      custom({ conditions: null }),
      'it has no condition Ready or Available',
    ],
    ['O15: a custom resource without status', custom(undefined), 'it has no condition Ready or Available'],
    ['a Deployment with too few', deployment({ ...full, availableReplicas: 1 }), '1 of 2 replicas available'],
    [
      'a Deployment that says why',
      deployment({ ...seen, conditions: [condition('Available', 'False', 'MinimumReplicasUnavailable', 'too few')] }),
      '0 of 2 replicas available; MinimumReplicasUnavailable: too few',
    ],
    [
      'a Deployment whose pods are refused',
      deployment({ ...seen, conditions: [condition('ReplicaFailure', 'True', 'FailedCreate', 'exceeded quota')] }),
      '0 of 2 replicas available; cannot create pods: FailedCreate: exceeded quota',
    ],
    ['a Deployment before its update', deployment({ ...full, updatedReplicas: 1 }), '1 of 2 replicas up to date'],
    ['a Deployment with old pods', deployment({ ...full, replicas: 3 }), '1 old replicas are still there'],
    ['a StatefulSet with too few', set({ ...seen, readyReplicas: 1, updatedReplicas: 3 }), '1 of 3 replicas ready'],
    [
      'a StatefulSet half updated',
      set({ ...seen, readyReplicas: 3, updatedReplicas: 1 }),
      '1 of 3 replicas up to date',
    ],
    ['a new DaemonSet', daemon({}), '0 of ? pods ready'],
    [
      'a DaemonSet half updated',
      daemon({ ...seen, desiredNumberScheduled: 2, updatedNumberScheduled: 1, numberReady: 2 }),
      '1 of 2 pods up to date',
    ],
    ['a Job at work', job({ succeeded: 1, failed: 2 }), '1 of 2 completions, 2 failed pods'],
    [
      'a Pod that is not ready',
      pod({ phase: 'Running', conditions: [condition('Ready', 'False', 'ContainersNotReady', 'main')] }),
      'phase Running: ContainersNotReady: main',
    ],
    ['a claim without a volume', object('v1', 'PersistentVolumeClaim', {}), 'not bound: phase Pending'],
    [
      'a load balancer without an address',
      object('v1', 'Service', { loadBalancer: {} }, { type: 'LoadBalancer' }),
      'its load balancer has no address yet',
    ],
    [
      'a definition',
      object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { conditions: null }),
      'is not established',
    ],
    [
      'what is being deleted',
      { ...deployment(full), metadata: { name: 'x', deletionTimestamp: '2026-01-01T00:00:00Z' } },
      'it is being deleted',
    ],
  ])('calls %s progressing', (_what, one, why) => {
    expect(readinessOf(one)).toEqual({ state: 'progressing', why });
  });

  it.each([
    [
      'a Deployment past its deadline',
      deployment({ ...seen, conditions: [condition('Progressing', 'False', 'ProgressDeadlineExceeded', 'timed out')] }),
      '0 of 2 replicas available; ProgressDeadlineExceeded: timed out',
    ],
    [
      'a Job at its limit',
      job({ conditions: [condition('Failed', 'True', 'BackoffLimitExceeded', 'limit')] }),
      'failed: BackoffLimitExceeded: limit',
    ],
    [
      'a failed Pod',
      pod({ phase: 'Failed', reason: 'Evicted', message: 'out of disk' }),
      'phase Failed; Evicted: out of disk',
    ],
    ['a claim that lost its volume', object('v1', 'PersistentVolumeClaim', { phase: 'Lost' }), 'lost its volume'],
    [
      'a definition whose names are taken',
      object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
        conditions: [condition('NamesAccepted', 'False', 'PluralConflict', 'taken')],
      }),
      'its names are not accepted: PluralConflict: taken',
    ],
    [
      'a custom resource that is stalled',
      custom({ conditions: [condition('Stalled', 'True')] }),
      'stalled: Why: because',
    ],
  ])('calls %s failed', (_what, one, why) => {
    expect(readinessOf(one)).toEqual({ state: 'failed', why });
  });
});
