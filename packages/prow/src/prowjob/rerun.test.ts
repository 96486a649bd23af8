import { describe, expect, it } from 'vitest';
import { baseSha, config, headSha, periodic, postsubmit, presubmit } from './__fixtures__/configured-jobs.js';
import { createProwJob } from './create-prow-job.js';
import type { ProwJob } from './prow-job.js';
import { rerunLatest, rerunProwJob } from './rerun.js';

const refs = { org: 'acme', repo: 'widgets', base_ref: 'main', base_sha: baseSha };
const pulls = [{ number: 7, author: 'ada', sha: headSha }];
const options = { newId: () => 'new', startTimeMs: Date.parse('2026-08-02T00:00:00Z') };
const first = { newId: () => 'old', startTimeMs: Date.parse('2026-08-01T00:00:00Z') };

/** As the cluster gives it back when it ended. */
function ended(job: ProwJob, labels: Record<string, string> = {}): ProwJob {
  return {
    ...job,
    metadata: {
      ...job.metadata,
      namespace: 'prow',
      uid: 'u',
      resourceVersion: '9',
      creationTimestamp: '2026-08-01T00:00:00Z',
      labels: { ...job.metadata.labels, 'prow.k8s.io/build-id': '1', ...labels },
      annotations: { ...job.metadata.annotations, 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    },
    status: {
      state: 'failure',
      startTime: '2026-08-01T00:00:00Z',
      pendingTime: '2026-08-01T00:00:01Z',
      completionTime: '2026-08-01T00:01:00Z',
      build_id: '1',
      pod_name: 'old',
      url: 'https://prow.test/1',
      description: 'Job failed.',
      prev_report_states: { 'github-reporter': 'failure' },
    },
  };
}

describe(rerunProwJob, () => {
  it('keeps spec, labels and annotations, and nothing that happened', () => {
    const job = createProwJob(presubmit, { ...first, refs: { ...refs, pulls } });
    expect(rerunProwJob(ended(job, { 'event-GUID': 'g' }), options)).toEqual({
      ...job,
      metadata: { ...job.metadata, name: 'new', labels: { ...job.metadata.labels, 'event-GUID': 'g' } },
      status: { startTime: '2026-08-02T00:00:00Z', state: 'triggered' },
    });
  });
});

describe(rerunLatest, () => {
  it("takes the config's job and of the old one only refs and the components' labels", () => {
    const old = ended(createProwJob(presubmit, { ...first, refs: { ...refs, pulls } }), {
      'event-GUID': 'g',
      'created-by-tide': 'true',
      'prow.k8s.io/gerrit-revision': 'r',
      team: 'old',
    });
    const job = { ...presubmit.job, labels: { team: 'new' }, context: 'unit' };
    const made = rerunLatest(old, { ...config, jobs: [{ ...presubmit, job }] }, options);
    expect(made).toEqual(
      createProwJob(
        {
          ...presubmit,
          job: {
            ...job,
            labels: { team: 'new', 'event-GUID': 'g', 'created-by-tide': 'true', 'prow.k8s.io/gerrit-revision': 'r' },
          },
        },
        { ...options, refs: { ...refs, pulls } },
      ),
    );
  });

  it.each([
    ['postsubmit', createProwJob(postsubmit, { ...first, refs })],
    ['periodic', createProwJob(periodic, first)],
  ])('finds a %s again', (type, job) => {
    expect(rerunLatest(ended(job), config, options)).toMatchObject({
      spec: { ...job.spec, type },
      status: { state: 'triggered' },
    });
  });

  it('makes a batch of a presubmit again', () => {
    const batch = createProwJob(presubmit, { ...first, refs: { ...refs, pulls }, batch: true });
    const { spec } = rerunLatest(ended(batch), config, options);
    expect(spec).toEqual(batch.spec);
    expect(spec.type).toBe('batch');
    expect(spec).not.toHaveProperty('report');
    expect(spec).not.toHaveProperty('rerun_command');
  });

  it('takes of jobs of one name the one that runs on the branch', () => {
    const job = (branch: string) => ({
      ...postsubmit,
      job: { ...postsubmit.job, branches: [branch], context: branch },
    });
    const old = createProwJob(postsubmit, { ...first, refs });
    const made = rerunLatest(old, { ...config, jobs: [job('dev'), job('main')] }, options);
    expect(made.spec.context).toBe('main');
  });

  it('does not take a job of another repository', () => {
    const old = createProwJob(presubmit, { ...first, refs: { ...refs, repo: 'gadgets', pulls } });
    expect(() => rerunLatest(old, config, options)).toThrow(
      expect.objectContaining({
        code: 'UNKNOWN_JOB',
        message: 'there is no presubmit "pull-widgets-unit" of acme/gadgets in the config any more',
        hint: expect.stringContaining('--mode latest'),
      }),
    );
  });
});
