import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baseShaOf, commitState, commitStatus, statusDescription } from './commit-status.js';
import type { ReportedJob } from './commit-status.js';

const [base, head] = ['1'.repeat(40), '2'.repeat(40)];
const job: ReportedJob = {
  type: 'presubmit',
  context: 'unit',
  report: true,
  refs: { org: 'acme', repo: 'widgets', base_ref: 'main', base_sha: base, pulls: [{ number: 7, sha: head }] },
  state: 'success',
  description: 'Job succeeded.',
  url: 'https://prow.example/view/gs/ci-logs/1',
};

describe(commitStatus, () => {
  it('is of the commit of the pull request', () => {
    expect(commitStatus(job)).toEqual({
      sha: head,
      state: 'success',
      context: 'unit',
      description: statusDescription('Job succeeded.', base),
      target_url: 'https://prow.example/view/gs/ci-logs/1',
    });
  });

  it('is of the base in a postsubmit, and has no link where there is none', () => {
    const refs = { org: 'acme', repo: 'widgets', base_ref: 'main', base_sha: base };
    const status = commitStatus({ ...job, type: 'postsubmit', refs, url: '' });
    expect(status).toMatchObject({ sha: base });
    expect(status).not.toHaveProperty('target_url');
  });

  const pulls = [
    { number: 7, sha: head },
    { number: 8, sha: base },
  ];
  it.each([
    ['a periodic', { ...job, type: 'periodic' }],
    ['a job that reports nothing', { ...job, report: false }],
    ['more than one pull request', { ...job, refs: { org: 'acme', repo: 'widgets', base_sha: base, pulls } }],
    ['a job that is being scheduled', { ...job, state: 'scheduling' }],
    ['a job of no commit', { ...job, refs: undefined }],
  ] as const)('is not written of %s', (_what, reported) => {
    expect(commitStatus(reported)).toBeUndefined();
  });

  it('is not written of types that are not to be reported', () => {
    expect(commitStatus(job, { jobTypes: ['postsubmit'] })).toBeUndefined();
    expect(commitStatus(job, { jobTypes: ['presubmit'] })).toBeDefined();
  });
});

describe(commitState, () => {
  it.each([
    ['triggered', 'pending'],
    ['pending', 'pending'],
    ['success', 'success'],
    ['failure', 'failure'],
    ['error', 'error'],
  ] as const)('of %s', (state, expected) => {
    expect(commitState(state)).toBe(expected);
  });
});

describe(baseShaOf, () => {
  it('gives back what a description was made with, within the limit of GitHub', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        fc.pre(!text.includes('BaseSHA:') && !text.includes('Basesha:'));
        const description = statusDescription(text, base);
        expect(baseShaOf(description)).toBe(base);
        expect(description.length).toBeLessThanOrEqual(140);
      }),
    );
  });

  it.each([
    ['the old delimiter', `ok Basesha:${base}`, base],
    ['fewer characters', 'ok BaseSHA:123', undefined],
    ['two delimiters', `ok BaseSHA:${base} BaseSHA:${base}`, undefined],
    ['no delimiter', 'ok', undefined],
  ])('with %s', (_what, description, expected) => {
    expect(baseShaOf(description)).toBe(expected);
  });
});
