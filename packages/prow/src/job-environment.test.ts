import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatJobEnvironment } from './environment-variables.js';
import { isProwEnvironment, parseJobEnvironment } from './job-environment.js';

const base = '1'.repeat(40);
const head = '2'.repeat(40);
const spec = {
  type: 'presubmit',
  job: 'pull-widgets-unit',
  buildid: '1700000000000000001',
  prowjobid: '6f0c',
  refs: {
    org: 'acme',
    repo: 'widgets',
    base_ref: 'main',
    base_sha: base,
    pulls: [{ number: 7, author: 'ada', sha: head }],
  },
};
const variables = {
  JOB_NAME: 'pull-widgets-unit',
  JOB_TYPE: 'presubmit',
  BUILD_ID: '1700000000000000001',
  REPO_OWNER: 'acme',
  REPO_NAME: 'widgets',
  PULL_BASE_REF: 'main',
  PULL_BASE_SHA: base,
  PULL_REFS: `main:${base},7:${head}`,
  PULL_NUMBER: '7',
  PULL_PULL_SHA: head,
};
const withSpec = (changes: object, env: object = {}) => ({ ...env, JOB_SPEC: JSON.stringify({ ...spec, ...changes }) });

describe(parseJobEnvironment, () => {
  it('reads JOB_SPEC', () => {
    expect(parseJobEnvironment({ ...withSpec({}), ARTIFACTS: '/logs/artifacts' })).toEqual({
      type: 'presubmit',
      job: 'pull-widgets-unit',
      buildId: '1700000000000000001',
      prowJobId: '6f0c',
      refs: spec.refs,
      decorated: false,
      artifactsDir: '/logs/artifacts',
      warnings: [],
    });
  });

  it('reads the single variables', () => {
    expect(parseJobEnvironment(variables)).toEqual({
      type: 'presubmit',
      job: 'pull-widgets-unit',
      buildId: '1700000000000000001',
      refs: { ...spec.refs, pulls: [{ number: 7, sha: head }] },
      decorated: false,
      warnings: [],
    });
  });

  it('lets JOB_SPEC win, variables fill its gaps, and tells where they contradict', () => {
    const job = parseJobEnvironment(
      withSpec(
        { prowjobid: '', refs: { ...spec.refs, base_sha: '' } },
        {
          ...variables,
          JOB_NAME: 'other',
          BUILD_ID: '2',
          BUILD_NUMBER: '3',
          PROW_JOB_ID: 'id',
          PULL_PULL_SHA: 'x',
          PULL_TITLE: 't',
        },
      ),
    );
    expect(job).toMatchObject({
      job: 'pull-widgets-unit',
      buildId: '1700000000000000001',
      prowJobId: 'id',
      refs: { base_sha: base, pulls: [{ sha: head, title: 't' }] },
    });
    expect(job.warnings).toEqual([
      'job: JOB_SPEC.job is "pull-widgets-unit", JOB_NAME is "other"',
      'build id: JOB_SPEC.buildid is "1700000000000000001", BUILD_ID is "2"',
      'build id: JOB_SPEC.buildid is "1700000000000000001", BUILD_NUMBER is "3"',
      `pull SHA: JOB_SPEC pull is "${head}", PULL_PULL_SHA is "x"`,
      `refs: JOB_SPEC.refs is "main,7:${head}", PULL_REFS is "main:${base},7:${head}"`,
    ]);
  });

  it('makes contradictions errors in strict mode', () => {
    const env = withSpec({}, { JOB_NAME: 'other' });
    expect(() => parseJobEnvironment(env, { strict: true })).toThrow(
      expect.objectContaining({ code: 'INVALID_ENVIRONMENT', message: expect.stringContaining('JOB_NAME is "other"') }),
    );
  });

  it.each([
    [{ ...variables, JOB_TYPE: '' }, 'presubmit'],
    [{ ...variables, JOB_TYPE: undefined, PULL_NUMBER: '', PULL_PULL_SHA: '', PULL_REFS: 'main:a,1:b,2:c' }, 'batch'],
    [{ ...variables, JOB_TYPE: undefined, PULL_NUMBER: '', PULL_PULL_SHA: '', PULL_REFS: 'main:a,1:b' }, 'postsubmit'],
    [{ JOB_NAME: 'j', BUILD_ID: '1', REPO_OWNER: 'a', REPO_NAME: 'b' }, 'postsubmit'],
    [{ JOB_NAME: 'j', BUILD_ID: '1' }, 'periodic'],
  ])('infers the type where none is given: case %#', (env, type) => {
    expect(parseJobEnvironment({ ...env, ...(type === 'postsubmit' ? { PULL_BASE_SHA: '' } : {}) }).type).toBe(type);
  });

  it('takes empty refs, as old Prow wrote them, and nulls for none', () => {
    const periodic = { type: 'periodic', refs: {}, extra_refs: null, decoration_config: null };
    expect(parseJobEnvironment(withSpec(periodic))).not.toHaveProperty('refs');
  });

  it('keeps fields it does not know', () => {
    const refs = { ...spec.refs, pulls: [{ ...spec.refs.pulls[0], future: [1] }], clone_depth: 1 };
    expect(parseJobEnvironment(withSpec({ refs, future: {} })).refs).toEqual(refs);
  });

  it('knows a decorated job', () => {
    expect(parseJobEnvironment(withSpec({ decoration_config: { timeout: '2h' } })).decorated).toBe(true);
  });

  it.each<[string, Record<string, string | undefined>, RegExp]>([
    ['a JOB_SPEC of a wrong type', { JOB_SPEC: '{"buildid":5}' }, /JOB_SPEC is malformed: buildid: /],
    ['a JOB_SPEC that is a list', { JOB_SPEC: '[]' }, /JOB_SPEC is malformed: the whole: /],
    [
      'a pull number of a wrong type',
      withSpec({ refs: { ...spec.refs, pulls: [{ number: '7' }] } }),
      /refs\.pulls\.0\.number/,
    ],
    ['an unknown type', withSpec({ type: 'cron' }), /unknown job type "cron"/],
    ['a presubmit without refs', withSpec({ refs: undefined }), /presubmit needs refs\.pulls\[0\]/],
    ['a presubmit without pulls', withSpec({ refs: { ...spec.refs, pulls: [] } }), /presubmit needs refs\.pulls\[0\]/],
    ['a postsubmit without refs', withSpec({ type: 'postsubmit', refs: undefined }), /postsubmit needs refs/],
    ['a batch without refs', withSpec({ type: 'batch', refs: undefined }), /batch needs refs/],
    ['refs without repository', { ...variables, REPO_NAME: '' }, /presubmit needs refs\.org and refs\.repo/],
    ['no job name', { ...variables, JOB_NAME: '' }, /the job has no name/],
    ['a job name with a slash', { ...variables, JOB_NAME: 'a/b' }, /not a job name: "a\/b"/],
    ['a job name that leads upwards', { ...variables, JOB_NAME: '..' }, /not a job name: "\.\."/],
    ['no build id', { ...variables, BUILD_ID: undefined }, /the job has no build id/],
    ['a build id with letters', { ...variables, BUILD_ID: '12a' }, /not a build id: "12a"/],
    ['a build id of 2^64', { ...variables, BUILD_ID: String(2n ** 64n) }, /not a build id/],
    [
      'pull 0',
      { ...variables, PULL_NUMBER: '0', PULL_REFS: `main:${base},0:${head}` },
      /not the number of a pull request: 0/,
    ],
    [
      'a pull number that is none',
      { ...variables, PULL_REFS: '', PULL_NUMBER: 'x' },
      /PULL_NUMBER is not a number: "x"/,
    ],
    ['malformed PULL_REFS', { ...variables, PULL_REFS: 'main:a:b' }, /PULL_REFS is malformed/],
  ])('rejects %s', (_what, env, message) => {
    expect(() => parseJobEnvironment(env)).toThrow(
      expect.objectContaining({
        name: 'ProwError',
        code: 'INVALID_ENVIRONMENT',
        message: expect.stringMatching(message),
      }),
    );
  });

  it('accepts the largest build id', () => {
    expect(parseJobEnvironment({ ...variables, BUILD_ID: String(2n ** 64n - 1n) }).buildId).toBe(
      '18446744073709551615',
    );
  });

  it('reads back what is written for any job', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/);
    const sha = fc.stringMatching(/^[0-9a-f]{40}$/);
    const pull = fc.record({ number: fc.integer({ min: 1 }), sha, title: fc.string({ minLength: 1 }) });
    const refs = fc.record({ org: name, repo: name, base_ref: name, base_sha: sha });
    const job = fc
      .record({
        job: name,
        buildId: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
        prowJobId: name,
        refs,
        pull,
      })
      .chain(({ refs: baseRefs, pull: onePull, ...facts }) =>
        fc.constantFrom(
          { ...facts, type: 'periodic' as const },
          { ...facts, type: 'postsubmit' as const, refs: baseRefs },
          { ...facts, type: 'presubmit' as const, refs: { ...baseRefs, pulls: [onePull] } },
          { ...facts, type: 'batch' as const, refs: { ...baseRefs, pulls: [onePull, onePull] } },
        ),
      );
    fc.assert(
      fc.property(job, (info) => {
        const whole = { ...info, decorated: false, warnings: [] };
        expect(parseJobEnvironment(formatJobEnvironment(whole))).toEqual(whole);
      }),
    );
  });
});

describe(isProwEnvironment, () => {
  it.each([
    [{ JOB_SPEC: '{}' }, true],
    [{ JOB_NAME: 'j' }, true],
    [{ JOB_NAME: '', CI: 'true' }, false],
  ])('%j: %s', (env, expected) => {
    expect(isProwEnvironment(env)).toBe(expected);
  });
});
