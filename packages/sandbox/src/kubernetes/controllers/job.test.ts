import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../clock.js';
import type { Fields, KubeApi, KubeObject } from '../kube-api.js';
import { createTestApi, ManualClock, settle, startTestCluster } from '../nodes/testing.js';
import type { TestCluster } from '../nodes/testing.js';
import { startControllers } from './controllers.js';
import { endedCondition } from './job-status.js';
import { isPodActive } from './pod-state.js';
import { resources } from './resources.js';

const { jobs, pods } = resources;

const template = (spec: Fields = {}, annotations: Record<string, string> = {}): Fields => ({
  metadata: { annotations },
  spec: {
    containers: [{ name: 'main', image: 'app:1' }],
    terminationGracePeriodSeconds: 1,
    restartPolicy: 'Never',
    ...spec,
  },
});

/** As the condition reads: `Type=Status Reason: Message`. */
const conditionsOf = ({ status }: KubeObject): string[] =>
  ((status?.['conditions'] ?? []) as Fields[]).map(
    ({ type, status: value, reason, message }) => `${type}=${value} ${reason}: ${message}`,
  );
const isEnded = (job: KubeObject): boolean => endedCondition(job) !== undefined;

describe('a Job', () => {
  const createJob = (
    cluster: TestCluster,
    name: string,
    spec: Fields,
    annotations: Record<string, string> = {},
  ): KubeObject =>
    cluster.create(jobs, 'Job', 'batch/v1', name, {
      spec: {
        template: template(spec['podSpec'], annotations),
        ...spec,
        podSpec: undefined,
      },
    });

  it('is complete after its completions', async () => {
    await using cluster = await startTestCluster();
    createJob(cluster, 'ok', { completions: 3, parallelism: 2 });
    const job = await cluster.until(jobs, 'ok', isEnded);
    expect(job.status).toMatchObject({
      succeeded: 3,
      startTime: expect.any(String),
      completionTime: expect.any(String),
    });
    expect(conditionsOf(job)).toEqual([
      'SuccessCriteriaMet=True CompletionsReached: Reached expected number of succeeded pods',
      'Complete=True CompletionsReached: Reached expected number of succeeded pods',
    ]);
    expect(job.status).not.toHaveProperty('active');
    expect(cluster.events('ok').filter((text) => text.startsWith('SuccessfulCreate'))).toHaveLength(3);
    expect(cluster.events('ok').at(-1)).toBe('Completed Job completed');
  });

  it('fails past its back-off limit', async () => {
    await using cluster = await startTestCluster();
    createJob(cluster, 'bad', { backoffLimit: 1 }, { 'sandbox.seatrial.dev/exit-code': '3' });
    const job = await cluster.until(jobs, 'bad', isEnded);
    expect(conditionsOf(job)).toEqual([
      'FailureTarget=True BackoffLimitExceeded: Job has reached the specified backoff limit',
      'Failed=True BackoffLimitExceeded: Job has reached the specified backoff limit',
    ]);
    expect(job.status).toMatchObject({ failed: 2 });
    expect(job.status).not.toHaveProperty('completionTime');
    expect(cluster.api.list(pods)).toHaveLength(2);
  });

  it('waits 10, then 20 seconds for the third and fourth pod', async () => {
    const clock = new ManualClock();
    await using cluster = await startTestCluster({ clock });
    createJob(cluster, 'slow', { backoffLimit: 4 }, { 'sandbox.seatrial.dev/exit-code': '3' });
    await cluster.until(jobs, 'slow', ({ status }) => status?.['failed'] === 2);
    await clock.advance(9_000);
    expect(cluster.api.list(pods)).toHaveLength(2);
    await clock.advance(1_000);
    await cluster.until(jobs, 'slow', ({ status }) => status?.['failed'] === 3);
    await clock.advance(19_000);
    expect(cluster.api.list(pods)).toHaveLength(3);
    await clock.advance(1_000);
    await cluster.until(jobs, 'slow', ({ status }) => status?.['failed'] === 4);
  });

  it('fails at its deadline and deletes its pods', async () => {
    const clock = new ManualClock();
    await using cluster = await startTestCluster({ clock });
    createJob(cluster, 'late', { activeDeadlineSeconds: 2 }, { 'sandbox.seatrial.dev/duration': '1h' });
    await cluster.until(jobs, 'late', ({ status }) => status?.['active'] === 1);
    const [pod] = cluster.api.list(pods);
    await cluster.until(pods, pod?.metadata.name ?? '', ({ status }) => status?.['phase'] === 'Running');
    await clock.advance(2_000);
    const job = await cluster.until(jobs, 'late', isEnded);
    expect(conditionsOf(job)).toEqual([
      'FailureTarget=True DeadlineExceeded: Job was active longer than specified deadline',
      'Failed=True DeadlineExceeded: Job was active longer than specified deadline',
    ]);
    expect(job.status).toMatchObject({ failed: 1 });
    await cluster.untilGone(pods, pod?.metadata.name ?? '');
  });

  it('counts restarts in place', async () => {
    await using cluster = await startTestCluster();
    createJob(
      cluster,
      'inplace',
      { backoffLimit: 0, podSpec: { restartPolicy: 'OnFailure' } },
      { 'sandbox.seatrial.dev/exit-code': '1' },
    );
    const job = await cluster.until(jobs, 'inplace', isEnded);
    expect(conditionsOf(job)[0]).toContain('BackoffLimitExceeded');
    expect(job.status).toMatchObject({ failed: 1 });
  });

  it('gives each pod its index', async () => {
    await using cluster = await startTestCluster();
    createJob(cluster, 'many', { completions: 3, parallelism: 3, completionMode: 'Indexed' });
    const job = await cluster.until(jobs, 'many', isEnded);
    expect(job.status).toMatchObject({ succeeded: 3, completedIndexes: '0-2' });
    const indexes = cluster.api
      .list(pods)
      .map(({ metadata }) => metadata.annotations?.['batch.kubernetes.io/job-completion-index']);
    expect(indexes.sort()).toEqual(['0', '1', '2']);
  });

  it('is deleted with its pods some time after its end', async () => {
    const clock = new ManualClock();
    await using cluster = await startTestCluster({ clock });
    createJob(cluster, 'ttl', { ttlSecondsAfterFinished: 60 });
    await cluster.until(jobs, 'ttl', isEnded);
    await clock.advance(60_000);
    await cluster.untilGone(jobs, 'ttl');
    expect(cluster.api.list(pods)).toEqual([]);
  });
});

/** A cluster without nodes: its pods end as a test says. */
function startJobs(): { api: KubeApi; clock: ManualClock; job: () => KubeObject; stop: () => void } & PodControls {
  const clock = new ManualClock();
  const api = createTestApi(clock);
  const stop = startControllers({ api, clock, newId: randomUUID, logger: silentLogger });
  const list = (): readonly KubeObject[] => api.list(pods, { namespace: 'test' });
  return {
    api,
    clock,
    stop,
    job: () => api.get(jobs, 'test', 'work') as KubeObject,
    active: () =>
      list()
        .filter(isPodActive)
        .sort((a, b) => Number(indexOf(a)) - Number(indexOf(b))),
    async create(spec) {
      const metadata = { name: 'work', namespace: 'test' };
      api.create(jobs, { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { template: template(), ...spec } });
      await settle();
    },
    async end(pod, phase, { exitCode = phase === 'Failed' ? 1 : 0, conditions = [] } = {}) {
      const terminated = { exitCode, finishedAt: new Date(clock.now()).toISOString() };
      const status = { phase, conditions, containerStatuses: [{ name: 'main', state: { terminated } }] };
      const edit = (draft: KubeObject): void => void (draft.status = status);
      api.modify(pods, 'test', pod?.metadata.name ?? '', edit, { subresource: 'status', manager: 'kubelet' });
      await settle();
    },
  };
}

interface PodControls {
  active(): KubeObject[];
  create(spec: Fields): Promise<void>;
  end(
    pod: KubeObject | undefined,
    phase: 'Succeeded' | 'Failed',
    how?: { exitCode?: number; conditions?: Fields[] },
  ): Promise<void>;
}

const indexOf = ({ metadata }: KubeObject): string | undefined =>
  metadata.annotations?.['batch.kubernetes.io/job-completion-index'];

describe('a Job with a pod failure policy', () => {
  const podFailurePolicy = {
    rules: [
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] },
      { action: 'FailJob', onExitCodes: { containerName: 'main', operator: 'In', values: [42] } },
    ],
  };

  it('fails at once by an exit code, and says by which', async () => {
    const cluster = startJobs();
    await cluster.create({ backoffLimit: 6, podFailurePolicy });
    const [pod] = cluster.active();
    await cluster.end(pod, 'Failed', { exitCode: 42 });
    const message = `Container main for pod test/${pod?.metadata.name} failed with exit code 42 matching FailJob rule at index 1`;
    expect(conditionsOf(cluster.job())).toEqual([
      `FailureTarget=True PodFailurePolicy: ${message}`,
      `Failed=True PodFailurePolicy: ${message}`,
    ]);
    expect(cluster.job().status).toMatchObject({ failed: 1 });
    cluster.stop();
  });

  it('does not count what it ignores, and counts any other failure', async () => {
    const cluster = startJobs();
    await cluster.create({ backoffLimit: 0, podFailurePolicy });
    const conditions = [{ type: 'DisruptionTarget', status: 'True' }];
    await cluster.end(cluster.active()[0], 'Failed', { conditions });
    expect(cluster.job().status).not.toHaveProperty('failed');
    expect(isEnded(cluster.job())).toBe(false);
    await cluster.end(cluster.active()[0], 'Failed', { exitCode: 3 });
    expect(conditionsOf(cluster.job()).at(-1)).toContain('Failed=True BackoffLimitExceeded');
    cluster.stop();
  });
});

describe('a Job with a back-off limit for each index', () => {
  const spec = { completions: 3, parallelism: 3, completionMode: 'Indexed', backoffLimitPerIndex: 1 };

  it('goes on with the other indexes and fails once all have ended', async () => {
    const cluster = startJobs();
    await cluster.create(spec);
    const failing = (): KubeObject | undefined => cluster.active().find((pod) => indexOf(pod) === '1');
    await cluster.end(failing(), 'Failed');
    expect(failing()?.metadata.annotations).toMatchObject({ 'batch.kubernetes.io/job-index-failure-count': '1' });
    await cluster.end(failing(), 'Failed');
    expect(failing()).toBeUndefined();
    expect(cluster.job().status).toMatchObject({ failedIndexes: '1', active: 2 });
    for (const pod of cluster.active()) await cluster.end(pod, 'Succeeded');
    expect(cluster.job().status).toMatchObject({
      failedIndexes: '1',
      completedIndexes: '0,2',
      succeeded: 2,
      failed: 2,
    });
    expect(conditionsOf(cluster.job()).at(-1)).toBe('Failed=True FailedIndexes: Job has failed indexes');
    cluster.stop();
  });

  it('fails when more of them have failed than may', async () => {
    const cluster = startJobs();
    await cluster.create({ ...spec, backoffLimitPerIndex: 0, maxFailedIndexes: 1 });
    for (const pod of cluster.active().slice(0, 2)) await cluster.end(pod, 'Failed');
    expect(conditionsOf(cluster.job())[0]).toBe(
      'FailureTarget=True MaxFailedIndexesExceeded: Job has exceeded the specified maximal number of failed indexes',
    );
    cluster.stop();
  });

  it('gives up an index by its failure policy', async () => {
    const cluster = startJobs();
    const rules = [{ action: 'FailIndex', onExitCodes: { operator: 'NotIn', values: [1] } }];
    await cluster.create({ ...spec, backoffLimitPerIndex: 5, podFailurePolicy: { rules } });
    await cluster.end(cluster.active()[0], 'Failed', { exitCode: 2 });
    await cluster.end(cluster.active()[0], 'Failed', { exitCode: 1 });
    expect(cluster.job().status).toMatchObject({ failedIndexes: '0', failed: 2 });
    cluster.stop();
  });
});

describe('a Job with a success policy', () => {
  it('is complete with the indexes it names, and removes the pods of the others', async () => {
    const cluster = startJobs();
    const rules = [{ succeededIndexes: '0,2', succeededCount: 1 }];
    await cluster.create({ completions: 3, parallelism: 3, completionMode: 'Indexed', successPolicy: { rules } });
    await cluster.end(
      cluster.active().find((pod) => indexOf(pod) === '1'),
      'Succeeded',
    );
    expect(conditionsOf(cluster.job())).toEqual([]);
    await cluster.end(
      cluster.active().find((pod) => indexOf(pod) === '2'),
      'Succeeded',
    );
    await settle();
    expect(conditionsOf(cluster.job())).toEqual([
      'SuccessCriteriaMet=True SuccessPolicy: Matched rules at index 0',
      'Complete=True SuccessPolicy: Matched rules at index 0',
    ]);
    expect(cluster.active()).toEqual([]);
    cluster.stop();
  });
});

describe('the policies of a Job', () => {
  it.each<[string, Fields]>([
    ['spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode', { backoffLimitPerIndex: 1 }],
    [
      'spec.completions: Required value: when completion mode is Indexed',
      { completionMode: 'Indexed', parallelism: 1 },
    ],
    [
      'spec.podFailurePolicy.rules[0].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
      { podFailurePolicy: { rules: [{ action: 'FailIndex', onExitCodes: { operator: 'In', values: [1] } }] } },
    ],
    [
      'spec.template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is',
      { template: template({ restartPolicy: 'OnFailure' }), podFailurePolicy: { rules: [] } },
    ],
  ])('are refused with %s', async (message, spec) => {
    const cluster = startJobs();
    await expect(cluster.create(spec)).rejects.toThrow(message);
    cluster.stop();
  });
});

describe('the labels of a Job', () => {
  it('are those of its pods where it has none, and again when they are taken away', async () => {
    const cluster = startJobs();
    await cluster.create({});
    const labels = cluster.job().spec?.['template'].metadata.labels as Record<string, string>;
    expect(cluster.job().metadata.labels).toEqual(labels);
    const setLabels = (own: Record<string, string>): KubeObject =>
      cluster.api.modify(jobs, 'test', 'work', (draft) => void (draft.metadata.labels = own)) as KubeObject;
    expect(setLabels({ a: 'b' }).metadata.labels).toEqual({ a: 'b' });
    expect(setLabels({}).metadata.labels).toEqual(labels);
    cluster.stop();
  });
});

describe('the pods of a Job', () => {
  it('count when they are not there any longer', async () => {
    const cluster = startJobs();
    await cluster.create({ completions: 2, parallelism: 1 });
    const [pod] = cluster.active();
    await cluster.end(pod, 'Succeeded');
    cluster.api.delete(pods, 'test', pod?.metadata.name ?? '');
    await settle();
    expect(cluster.job().status).toMatchObject({ succeeded: 1, active: 1 });
    await cluster.end(cluster.active()[0], 'Succeeded');
    expect(cluster.job().status).toMatchObject({ succeeded: 2 });
    cluster.stop();
  });

  it('are removed while it is suspended, and are no failures', async () => {
    const cluster = startJobs();
    await cluster.create({ completions: 2, parallelism: 2, backoffLimit: 0 });
    const suspend = async (value: boolean): Promise<void> => {
      cluster.api.modify(jobs, 'test', 'work', (draft) => void ((draft.spec ?? {})['suspend'] = value));
      await settle();
    };
    await suspend(true);
    expect(cluster.active()).toEqual([]);
    expect(conditionsOf(cluster.job())).toEqual(['Suspended=True JobSuspended: Job suspended']);
    expect(cluster.job().status).not.toHaveProperty('startTime');
    await suspend(false);
    expect(conditionsOf(cluster.job())).toEqual(['Suspended=False JobResumed: Job resumed']);
    expect(cluster.job().status).toMatchObject({ active: 2 });
    cluster.stop();
  });

  it('are left to another controller where one is named', async () => {
    const cluster = startJobs();
    await cluster.create({ managedBy: 'example.com/queue' });
    expect(cluster.active()).toEqual([]);
    cluster.stop();
  });
});
