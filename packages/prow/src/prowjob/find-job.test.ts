import { describe, expect, it } from 'vitest';
import type { ConfiguredJob } from '../config/job-config.js';
import { config, periodic, postsubmit, presubmit } from './__fixtures__/configured-jobs.js';
import { findJob, splitRepo } from './find-job.js';

const named = <T extends ConfiguredJob>(one: T, changes: object = {}): ConfiguredJob => ({
  ...one,
  ...changes,
  job: { ...one.job, name: 'same' },
});
const find = (...jobs: ConfiguredJob[]) => findJob({ ...config, jobs }, 'same');

describe(findJob, () => {
  it('takes presubmits first, then postsubmits, then periodics', () => {
    expect(find(named(periodic), named(postsubmit), named(presubmit)).type).toBe('presubmit');
    expect(find(named(periodic), named(postsubmit)).type).toBe('postsubmit');
  });

  it('goes through repositories by name, and within one by the order of the files', () => {
    const first = named(presubmit, { repo: 'acme/a', position: { file: 'z', line: 1, column: 1 } });
    const second = named(presubmit, { repo: 'acme/a', position: { file: 'a', line: 1, column: 1 } });
    expect(find(named(presubmit, { repo: 'acme/b' }), first, second)).toBe(first);
  });

  it.each([
    ['pull-widgets', 'Did you mean pull-widgets-unit?'],
    ['other', 'Name a job of --config-path or --job-config-path.'],
  ])('fails for %s with a hint', (name, hint) => {
    expect(() => findJob(config, name)).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_JOB', message: expect.stringContaining(`"${name}"`), hint }),
    );
  });

  it('says that a config has no jobs', () => {
    expect(() => find()).toThrow(expect.objectContaining({ hint: expect.stringContaining('--job-config-path') }));
  });
});

describe(splitRepo, () => {
  it.each([
    ['acme/widgets', 'acme', 'widgets'],
    ['https://x-review.googlesource.com/a/b', 'https://x-review.googlesource.com', 'a/b'],
  ])('splits %s', (name, org, repo) => {
    expect(splitRepo(name)).toEqual({ org, repo });
  });

  it.each(['acme', 'acme/', '/widgets', ''])('refuses %j', (name) => {
    expect(() => splitRepo(name)).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }));
  });
});
