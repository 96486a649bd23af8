import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { branchesOverlap, runsOnBranch } from './branches.js';
import { checkProwConfig } from './check-config.js';
import { defaultTrigger } from './defaults.js';
import { compileRe2 } from './re2.js';
import { postsubmitRuns, presubmitRuns } from './should-run.js';

// Numbers are those of the conformance cases of the interoperability specification.

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-prow-config-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const container = { image: 'node:22', command: ['make'] };
const pod = { containers: [container] };
const presubmit = { name: 'x', spec: pod };
const periodic = { name: 'p', interval: '1h', spec: pod };
const two = { containers: [container, container] };

async function check(jobs: object, main?: object) {
  const [jobsPath, mainPath] = [join(folder, 'jobs.yaml'), join(folder, 'config.yaml')];
  await writeFile(jobsPath, stringify(jobs));
  if (main !== undefined) await writeFile(mainPath, stringify(main));
  return checkProwConfig({ ...(main && { configPath: mainPath }), jobConfigPaths: [jobsPath] });
}
async function codesOf(jobs: object, main?: object): Promise<readonly string[]> {
  return (await check(jobs, main)).problems.map(({ code }) => code);
}
const presubmits = (...jobs: readonly object[]) => ({ presubmits: { 'acme/widgets': jobs } });
const periodics = (...jobs: readonly object[]) => ({ periodics: jobs });
const withPod = (change: object, job: object = presubmit) => ({
  ...job,
  spec: { volumes: [{ name: 'v' }], containers: [{ ...container, ...change }] },
});
const question = { branch: 'main', changedFiles: [] };

describe('conformance', () => {
  it.each(['/test job', '/test job,', '/test x job y', 'hi\n/test job', '/test job\r\n'])(
    '47: the trigger of job matches %j',
    (comment) => {
      expect(compileRe2(defaultTrigger('job').trigger).test(comment)).toBe(true);
    },
  );

  it.each(['/testjob', '/test job-2', ' /test job', '/test job,x', '/test x\njob'])(
    '48: the trigger of job does not match %j',
    (comment) => {
      expect(compileRe2(defaultTrigger('job').trigger).test(comment)).toBe(false);
    },
  );

  it('49: branch patterns are not anchored, and skipping wins', () => {
    expect(runsOnBranch({ branches: ['main'] }, 'mainline')).toBe(true);
    expect(runsOnBranch({ skip_branches: ['^rel'], branches: ['rel-1'] }, 'rel-1')).toBe(false);
  });

  it('50: no changed file means no run; one that is not skipped means a run', async () => {
    expect(await presubmitRuns({ name: 'j', run_if_changed: String.raw`\.go$` }, question)).toBe(false);
    const job = { name: 'j', skip_if_only_changed: String.raw`\.md$` };
    expect(await presubmitRuns(job, { ...question, changedFiles: ['a.md', 'b.go'] })).toBe(true);
    expect(await presubmitRuns(job, { ...question, changedFiles: ['a.md'] })).toBe(false);
  });

  it('51: a postsubmit that does not always run and has no pattern does not run', async () => {
    expect(await postsubmitRuns({ name: 'j', always_run: false }, question)).toBe(false);
    expect(await postsubmitRuns({ name: 'j' }, question)).toBe(true);
  });

  it('52: a name may stand twice on branches that do not overlap', async () => {
    const [onA, onB] = [
      { ...presubmit, branches: ['a'] },
      { ...presubmit, branches: ['b'] },
    ];
    expect(await codesOf(presubmits(onA, onB))).toEqual([]);
    expect(await codesOf(presubmits(onA, { ...presubmit, skip_branches: ['b'] }))).toEqual(['DUP-JOB']);
    expect(branchesOverlap(onA, onB)).toBe(false);
  });

  it.each([{ cron: '0 6 * * *' }, { interval: '1d' }, { interval: undefined, cron: 'hello' }])(
    '53: refuses the schedule of a periodic with an interval and %j',
    async (change) => {
      expect(await codesOf(periodics({ ...periodic, ...change }))).toEqual(['SCHEDULE']);
    },
  );

  it('54: several containers are for decorated jobs', async () => {
    expect(await codesOf(presubmits({ ...presubmit, spec: two }))).toEqual(['POD-COUNT']);
    const named = { containers: ['a', 'b'].map((name) => ({ ...container, name })) };
    expect(await codesOf(presubmits({ ...presubmit, decorate: true, spec: named }))).toEqual([]);
  });

  it('55: variables are reserved by type', async () => {
    expect(await codesOf(presubmits(withPod({ env: [{ name: 'PULL_NUMBER', value: '1' }] })))).toEqual(['ENV']);
    const owner = { env: [{ name: 'REPO_OWNER', value: 'acme' }] };
    expect(await codesOf(periodics(withPod(owner, periodic)))).toEqual([]);
  });

  it.each([
    ['/logs', ['MOUNT']],
    ['/logs/extra', []],
  ])('56: judges a mount at %s', async (mountPath, codes) => {
    expect(await codesOf(presubmits(withPod({ volumeMounts: [{ name: 'v', mountPath }] })))).toEqual(codes);
  });

  it('57: a trigger needs its rerun command', async () => {
    expect(await codesOf(presubmits({ ...presubmit, trigger: '/go' }))).toEqual(['TRIGGER']);
    expect(await codesOf(presubmits({ ...presubmit, trigger: '/go', rerun_command: '/go' }))).toEqual([]);
  });

  it.each([
    [64, ['long-job-names']],
    [63, []],
  ])('58: a name of %i characters loads', async (length, names) => {
    const { problems, warnings } = await check(presubmits({ ...presubmit, decorate: true, name: 'a'.repeat(length) }));
    expect(problems).toEqual([]);
    expect(warnings.map(({ name }) => name)).toEqual(names);
  });

  it('59: a preset does not overwrite what a job sets', async () => {
    const presets = [{ env: [{ name: 'FOO', value: 'a' }] }];
    const job = withPod({ env: [{ name: 'FOO', value: 'b' }] });
    expect(await codesOf({ presets, ...presubmits(job) })).toEqual(['PRESET']);
  });

  it('60: look-ahead is no regular expression of Go', async () => {
    expect(await codesOf(presubmits({ ...presubmit, run_if_changed: 'a(?=b)' }))).toEqual(['REGEX']);
  });
});
