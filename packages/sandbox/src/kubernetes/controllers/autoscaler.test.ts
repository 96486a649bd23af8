import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../clock.js';
import type { Fields, KubeApi, KubeObject } from '../kube-api.js';
import { createTestApi, ManualClock, settle } from '../nodes/testing.js';
import { startControllers } from './controllers.js';
import { resources } from './resources.js';

const { deployments, horizontalPodAutoscalers } = resources;
const labels = { app: 'web' };

function start(): { api: KubeApi; stop: () => void; scaler: () => KubeObject } {
  const clock = new ManualClock();
  const api = createTestApi(clock);
  const stop = startControllers({ api, clock, newId: randomUUID, logger: silentLogger });
  const spec = {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 2,
    maxReplicas: 4,
  };
  const metadata = { name: 'web', namespace: 'test' };
  api.create(horizontalPodAutoscalers, {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata,
    spec,
  });
  return { api, stop, scaler: () => api.get(horizontalPodAutoscalers, 'test', 'web') as KubeObject };
}

function createTarget(api: KubeApi, replicas: number): void {
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'app:1' }] } };
  const spec = { replicas, selector: { matchLabels: labels }, template };
  const metadata = { name: 'web', namespace: 'test' };
  api.create(deployments, { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec });
}

const conditionsOf = ({ status }: KubeObject): string[] =>
  ((status?.['conditions'] ?? []) as Fields[]).map(({ type, status: value, reason }) => `${type}=${value} ${reason}`);

describe('a HorizontalPodAutoscaler', () => {
  it('waits for its target, and then for metrics that nobody measures', async () => {
    const { api, stop, scaler } = start();
    await settle();
    expect(conditionsOf(scaler())).toEqual(['AbleToScale=False FailedGetScale']);
    expect(scaler().status?.['conditions'][0].message).toContain('deployments.apps "web" not found');
    createTarget(api, 3);
    await settle();
    expect(conditionsOf(scaler())).toEqual([
      'AbleToScale=True SucceededGetScale',
      'ScalingActive=False FailedGetResourceMetric',
    ]);
    expect(scaler().status).toMatchObject({ currentReplicas: 3, desiredReplicas: 0 });
    expect(api.get(deployments, 'test', 'web')?.spec).toMatchObject({ replicas: 3 });
    stop();
  });

  it.each([
    [1, 2, 'below Spec.MinReplicas'],
    [9, 4, 'above Spec.MaxReplicas'],
  ])('brings %i replicas to %i', async (replicas, wanted, why) => {
    const { api, stop, scaler } = start();
    createTarget(api, replicas);
    await settle();
    expect(api.get(deployments, 'test', 'web')?.spec).toMatchObject({ replicas: wanted });
    expect(scaler().status).toMatchObject({ desiredReplicas: wanted, lastScaleTime: expect.any(String) });
    const events = api.list(resources.events).map((event) => event['message'] as string);
    expect(events).toContain(`New size: ${wanted}; reason: Current number of replicas ${why}`);
    stop();
  });

  it('leaves alone what was scaled to zero', async () => {
    const { api, stop, scaler } = start();
    createTarget(api, 0);
    await settle();
    expect(conditionsOf(scaler())).toContain('ScalingActive=False ScalingDisabled');
    expect(api.get(deployments, 'test', 'web')?.spec).toMatchObject({ replicas: 0 });
    stop();
  });
});
