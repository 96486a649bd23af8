import { describe, expect, it } from 'vitest';
import { presubmitsOfComment } from './comment-commands.js';
import { defaultTrigger } from './defaults.js';

const named = (name: string, more: object = {}) => ({ name, context: name, ...defaultTrigger(name), ...more });
const jobs = [
  named('always', { always_run: true }),
  named('changes', { run_if_changed: String.raw`\.go$` }),
  named('manual'),
  named('optional', { optional: true }),
  named('release', { branches: ['^rel'] }),
];
async function started(comment: string, failedContexts: readonly string[] = [], allContexts = failedContexts) {
  const question = { comment, branch: 'main', changedFiles: ['a.md'], failedContexts, allContexts };
  return (await presubmitsOfComment(jobs, question)).map(({ name }) => name);
}

describe(presubmitsOfComment, () => {
  it.each([
    ['nothing', []],
    ['/test manual', ['manual']],
    ['/test changes', ['changes']], // asked for by name: its files do not matter
    ['/test release', []],
    ['/test manual\n/test optional', ['manual', 'optional']],
    ['/test all', ['always']],
    ['/test all,', ['always']],
    ['/ok-to-test', ['always']],
    [' /ok-to-test', []],
    ['/test-manual-required', ['manual']],
    ['/retest', ['always']],
  ])('starts for %j: %j', async (comment, names) => {
    expect(await started(comment)).toEqual(names);
  });

  it('retests what failed, and automatic jobs without a status', async () => {
    expect(await started('/retest', ['manual', 'optional'], ['manual', 'optional', 'always'])).toEqual([
      'manual',
      'optional',
    ]);
    expect(await started('/retest-required', ['manual', 'optional'])).toEqual(['always', 'manual']);
    expect(await started('/retest', [], ['always', 'manual'])).toEqual([]);
  });

  it('asks for the changed files only where a job goes by them', async () => {
    const changedFiles = () => expect.unreachable('no job goes by files');
    const question = { comment: '/test manual', branch: 'main', changedFiles, failedContexts: [], allContexts: [] };
    expect(await presubmitsOfComment(jobs, question)).toHaveLength(1);
  });
});
