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

  it('runs by the clocks of its time zone and says when that was', async () => {
    const clock = new ManualClock();
    await using cluster = await startTestCluster({ clock });
    const spec = { schedule: '45 10 * * *', timeZone: 'Europe/Berlin', jobTemplate: { spec: { template } } };
    cluster.create(cronJobs, 'CronJob', 'batch/v1', 'tick', { spec });
    await clock.advance(20 * 60_000);
    const [job] = cluster.api.list(jobs);
    expect(job?.metadata.annotations).toMatchObject({
      'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-11-22T10:45:00+01:00',
    });
    expect(() =>
      cluster.create(cronJobs, 'CronJob', 'batch/v1', 'b', { spec: { ...spec, timeZone: 'Mars/Base' } }),
    ).toThrow('spec.timeZone: Invalid value: "Mars/Base": unknown time zone Mars/Base');
  });

  it('that forbids concurrency makes the Job that was due as soon as the one before has ended', async () => {
    const clock = new ManualClock();
    await using cluster = await startTestCluster({ clock });
    const slow = { ...template, metadata: { annotations: { 'sandbox.seatrial.dev/duration': '6m' } } };
    const spec = { schedule: '*/5 * * * *', concurrencyPolicy: 'Forbid', jobTemplate: { spec: { template: slow } } };
    cluster.create(cronJobs, 'CronJob', 'batch/v1', 'tick', { spec });
    await clock.advance(5 * 60_000);
    const [first] = cluster.api.list(jobs);
    await cluster.until(jobs, first?.metadata.name ?? '', ({ status }) => status?.['ready'] === 1);
    await clock.advance(5 * 60_000);
    expect(cluster.api.list(jobs)).toHaveLength(1);
    expect(cluster.events('tick').at(-1)).toBe(
      'JobAlreadyActive Not starting job because prior execution is running and concurrency policy is Forbid',
    );
    await clock.advance(2 * 60_000);
    await cluster.until(jobs, first?.metadata.name ?? '', (object) => endedCondition(object) !== undefined);
    await cluster.until(cronJobs, 'tick', ({ status }) => status?.['lastScheduleTime'] === '2026-11-22T09:40:00Z');
    expect(cluster.api.list(jobs)).toHaveLength(2);
    expect(cluster.events('tick')).toContain(
      `SawCompletedJob Saw completed job: ${first?.metadata.name}, condition: Complete`,
    );
  });
});
