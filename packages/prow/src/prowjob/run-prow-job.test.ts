import { randomUUID } from 'node:crypto';
import { systemClock } from '@seatrial/cli';
import type { Sandbox } from '@seatrial/sandbox';
import { startSandbox } from '@seatrial/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { presubmit, baseSha, headSha } from './__fixtures__/configured-jobs.js';
import type { OpenCluster } from './__fixtures__/open-cluster.js';
import { openCluster } from './__fixtures__/open-cluster.js';
import { createProwJob } from './create-prow-job.js';
import { formatTime } from './prow-job.js';
import type { RunOptions } from './run-prow-job.js';
import { runProwJob } from './run-prow-job.js';

const refs = {
  org: 'acme',
  repo: 'widgets',
  base_ref: 'main',
  base_sha: baseSha,
  pulls: [{ number: 7, author: 'ada', sha: headSha }],
};
const newJob = () => createProwJob(presubmit, { refs, newId: randomUUID, startTimeMs: Date.now() });
const completionTime = formatTime(Date.now());

const realKubeconfig = process.env['SEATRIAL_TEST_KUBECONFIG'];

describe('runProwJob in the sandbox', () => {
  let sandbox: Sandbox;
  afterAll(() => sandbox.close()); // before the tests' own, as they run in reverse
  behaves(async () => {
    sandbox = await startSandbox({ docker: 'off', defaultCluster: true });
    return sandbox.env['KUBECONFIG'] ?? '';
  });
});

describe.skipIf(realKubeconfig === undefined)(
  'runProwJob in the real cluster of SEATRIAL_TEST_KUBECONFIG (skipped where it is not set)',
  () => behaves(async () => realKubeconfig ?? ''),
);

function behaves(start: () => Promise<string>): void {
  let open: OpenCluster;
  beforeAll(async () => {
    open = await openCluster(await start());
  });
  afterAll(() => open[Symbol.asyncDispose]());

  const run = (options: RunOptions = {}, job = newJob()) =>
    runProwJob({ cluster: open.cluster, clock: systemClock }, job, options);

  it('tells each state and ends with the last', async () => {
    const job = newJob();
    const { name } = job.metadata;
    const states: string[] = [];
    const ended = await run(
      {
        onCreated: ({ status }) => {
          states.push(status.state);
          void open.setStatus(name, { state: 'pending', description: 'Job is running.' });
        },
        onChange: ({ state }) => {
          states.push(state);
          if (state === 'pending') void open.setStatus(name, { state: 'success', completionTime, build_id: '7' });
        },
      },
      job,
    );
    expect(states).toEqual(['triggered', 'pending', 'success']);
    expect(ended.status).toMatchObject({ state: 'success', completionTime, build_id: '7' });
    expect(ended.spec).toEqual(job.spec);
    expect(ended.metadata.labels).toEqual(job.metadata.labels);
  });

  it.each(['failure', 'error', 'aborted'] as const)('ends with %s', async (state) => {
    const job = newJob();
    const { status } = await run(
      { onCreated: ({ metadata }) => void open.setStatus(metadata.name, { state, completionTime }) },
      job,
    );
    expect(status.state).toBe(state);
  });

  it('fails when the job is deleted', async () => {
    const left: string[] = [];
    const running = run({
      onCreated: ({ metadata }) => void open.request({ method: 'DELETE', path: open.pathOf(metadata.name) }),
      onLeft: ({ metadata }) => left.push(metadata.name),
    });
    await expect(running).rejects.toMatchObject({ code: 'TRIGGER', infrastructure: false });
    expect(left).toEqual([]);
  });

  it('leaves the job to itself when it is aborted', async () => {
    const job = newJob();
    const stop = new AbortController();
    const left: string[] = [];
    const running = run(
      {
        signal: stop.signal,
        onCreated: ({ metadata }) => void open.setStatus(metadata.name, { state: 'pending' }),
        onChange: () => stop.abort(new Error('stopped')),
        onLeft: ({ metadata }) => left.push(metadata.name),
      },
      job,
    );
    await expect(running).rejects.toThrow('stopped');
    expect(left).toEqual([job.metadata.name]);
    expect((await open.cluster.get(job.metadata.name)).status.state).toBe('pending');
  });

  it('tells of a job that may be there when it is aborted while creating it', async () => {
    const job = newJob();
    const stop = new AbortController();
    const left: string[] = [];
    const onLeft: RunOptions['onLeft'] = ({ metadata }) => left.push(`${metadata.namespace}/${metadata.name}`);
    const running = run({ signal: stop.signal, onLeft }, job);
    stop.abort(new Error('stopped'));
    await expect(running).rejects.toThrow('stopped');
    expect(left).toEqual([`${open.cluster.namespace}/${job.metadata.name}`]);
  });

  it('says what state the job was in when the time was up', async () => {
    await expect(run({ timeoutMs: 50 })).rejects.toMatchObject({
      code: 'TRIGGER',
      infrastructure: true,
      message: expect.stringContaining('has not ended within 0.05 s: it is triggered'),
      hint: expect.stringContaining('kubectl get prowjob'),
    });
  });

  it('says where there is no such job', async () => {
    await expect(open.cluster.get('none')).rejects.toMatchObject({ httpStatus: 404, infrastructure: false });
  });

  it.each([
    ['no spec.job', { spec: { type: 'periodic' } }, 'spec.job'],
    ['no spec.type', { spec: { job: 'a' } }, 'spec.type'],
    ['an unknown type', { spec: { type: 'nightly', job: 'a' } }, 'spec.type'],
    ['no status', { status: undefined }, 'status'],
    ['no state', { status: {} }, 'status.state'],
    ['an unknown state', { status: { state: 'done' } }, 'status.state'],
    ['a success without its time', { status: { state: 'success' } }, 'anyOf'],
    ['an error without its time', { status: { state: 'error' } }, 'anyOf'],
  ])('refuses an object with %s', async (_what, changes, field) => {
    await expect(open.cluster.create({ ...newJob(), ...changes } as never)).rejects.toMatchObject({
      httpStatus: 422,
      message: expect.stringContaining(field),
    });
  });

  it('takes an aborted job without its time, and fields it does not know', async () => {
    const job = newJob();
    const status = { state: 'aborted', news: { kept: true } } as const;
    const created = await open.cluster.create({ ...job, spec: { ...job.spec, news: 1 }, status });
    expect(created.status).toEqual(status);
    expect(created.spec['news']).toBe(1);
  });

  it('shows what kubectl get prints', async () => {
    const { spec } = (await open.request({
      method: 'GET',
      path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/prowjobs.prow.k8s.io',
    })) as { spec: { versions: [{ additionalPrinterColumns: { name: string }[] }] } };
    expect(spec.versions[0].additionalPrinterColumns.map(({ name }) => name)).toEqual([
      ...['Job', 'BuildId', 'Type', 'Org', 'Repo', 'Pulls', 'StartTime', 'CompletionTime', 'State'],
    ]);
  });
}
