import { describe, expect, it } from 'vitest';
import type { Fields, KubeObject } from '../kube-api.js';
import { ManualClock, startTestCluster } from '../nodes/testing.js';
import { endedCondition } from './job-status.js';
import { resources } from './resources.js';

const { cronJobs, jobs } = resources;
const template: Fields = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'app:1' }] } };

describe('a CronJob', () => {
  it('makes a Job when it is due and keeps few of them', async () => {
    const clock = new ManualClock();
    await using cluster = await startTestCluster({ clock });
    cluster.create(cronJobs, 'CronJob', 'batch/v1', 'tick', {
      spec: {
        schedule: '*/5 * * * *',
        successfulJobsHistoryLimit: 1,
        jobTemplate: { spec: { template } },
      },
    });
    await clock.advance(5 * 60_000);
    const first = await new Promise<KubeObject>((resolve) => cluster.api.watch(jobs, ({ object }) => resolve(object)));
    expect(first.metadata.name).toMatch(/^tick-\d+$/);
    await cluster.until(jobs, first.metadata.name ?? '', (object) => endedCondition(object) !== undefined);
    await clock.advance(5 * 60_000);
    await cluster.untilGone(jobs, first.metadata.name ?? '');
    const cron = cluster.api.get(cronJobs, 'test', 'tick');
    expect(cron?.status).toMatchObject({ lastScheduleTime: '2026-11-22T09:40:00Z' });
  });
});
