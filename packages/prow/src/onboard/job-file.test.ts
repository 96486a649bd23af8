import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createJobConfigs } from './job-configs.js';
import { addJobs } from './job-file.js';

const settings = {
  org: 'acme',
  repo: 'widgets',
  name: 'widgets',
  image: 'acme/ci:v1',
  args: ['--provider', 'gke'],
  branch: 'release-1.2',
  cluster: 'build',
  cron: '0 3 * * *',
  dashboard: 'acme-widgets',
};
const jobs = createJobConfigs(settings);
const target = 'jobs/new.yaml';
const whole = addJobs(jobs, [], target).text;

describe(createJobConfigs, () => {
  it('makes decorated trials of pull requests, of a branch, and of its nights', () => {
    const spec = {
      containers: [{ image: 'acme/ci:v1', command: ['seatrial', 'e2e'], args: ['--provider', 'gke'] }],
    };
    const common = { cluster: 'build', decorate: true, spec, annotations: { 'testgrid-dashboards': 'acme-widgets' } };
    expect(parse(whole)).toMatchObject({
      presubmits: { 'acme/widgets': [{ name: 'pull-widgets-e2e', always_run: true, ...common }] },
      postsubmits: { 'acme/widgets': [{ name: 'ci-widgets-e2e', branches: [String.raw`^release-1\.2$`], ...common }] },
      periodics: [
        {
          name: 'ci-widgets-e2e-nightly',
          cron: '0 3 * * *',
          extra_refs: [{ org: 'acme', repo: 'widgets', base_ref: 'release-1.2' }],
          ...common,
        },
      ],
    });
  });
});

describe(addJobs, () => {
  it('leaves jobs of other names, comments and blank lines as they are', () => {
    const text = `# All of acme.
presubmits:
  acme/widgets:
  # unit tests
  - name: pull-widgets-unit   # fast

    always_run: true
  acme/gears: []

periodics: # nights
  - name: nightly
    interval: 1h
`;
    const { text: after, added } = addJobs(jobs, [{ path: target, text }], target);
    expect(added.map(({ state }) => state)).toEqual(['added', 'added', 'added']);
    const kept = after.split('\n');
    for (const line of text.trimEnd().split('\n')) expect(kept.splice(0, kept.indexOf(line) + 1)).toContain(line);
    const read = parse(after) as Record<string, Record<string, { name: string }[]>>;
    expect(read['presubmits']?.['acme/widgets']?.map(({ name }) => name)).toEqual([
      'pull-widgets-unit',
      'pull-widgets-e2e',
    ]);
    expect(after.indexOf('pull-widgets-e2e')).toBeLessThan(after.indexOf('acme/gears'));
  });

  it('changes nothing the second time', () => {
    const again = addJobs(jobs, [{ path: target, text: whole }], target);
    expect(again.text).toBe(whole);
    expect(again.added).toEqual([
      { name: 'pull-widgets-e2e', state: 'already', place: `${target}:3` },
      { name: 'ci-widgets-e2e', state: 'already', place: expect.stringMatching(/:\d+$/) },
      { name: 'ci-widgets-e2e-nightly', state: 'already', place: expect.stringMatching(/:\d+$/) },
    ]);
  });

  it('keeps its own job as somebody edited it, wherever it is', () => {
    const path = 'jobs/other.yaml';
    const text = whole.replace('max_concurrency: 5', 'max_concurrency: 7');
    const { text: after, added } = addJobs(jobs, [{ path, text }], target);
    expect([after, added[0]]).toEqual(['', { name: 'pull-widgets-e2e', state: 'kept', place: `${path}:3` }]);
  });

  it.each([
    ['of another kind', 'periodics:\n- name: x\n- name: pull-widgets-e2e\n  spec: {}\n', 3],
    ['of another repository', 'presubmits:\n  other/widgets:\n  - name: pull-widgets-e2e\n', 3],
    [
      'that runs something else',
      'presubmits:\n  acme/widgets:\n  - name: pull-widgets-e2e\n    spec: {containers: [{command: [make]}]}\n',
      3,
    ],
    [
      'of the nights of another repository',
      whole.replace(/presubmits[\s\S]*(?=periodics)/, '').replace('org: acme', 'org: other'),
      2,
    ],
  ])('refuses a job of the same name %s, naming file and line', (_what, text, line) => {
    expect(() => addJobs(jobs, [{ path: 'jobs/other.yaml', text }], target)).toThrow(
      expect.objectContaining({
        code: 'INVALID_CONFIG',
        message: expect.stringMatching(new RegExp(`^jobs/other.yaml:${line}: there is another job `)),
        hint: expect.stringContaining('--name'),
      }),
    );
  });

  it('does not read files that hold none of the names', () => {
    const broken = { path: 'jobs/template.yaml', text: 'a: [' };
    expect(addJobs(jobs, [broken], target).text).toBe(whole);
    expect(() => addJobs(jobs, [{ ...broken, text: 'pull-widgets-e2e: [' }], target)).toThrow('jobs/template.yaml:1: ');
  });
});
