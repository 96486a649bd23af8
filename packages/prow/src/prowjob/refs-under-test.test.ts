import { describe, expect, it } from 'vitest';
import { ProwError } from '../errors.js';
import { baseSha, headSha, periodic, postsubmit, presubmit } from './__fixtures__/configured-jobs.js';
import type { KnownRefs } from './refs-under-test.js';
import { completeRefs } from './refs-under-test.js';

const pull = {
  number: 7,
  title: 'Fix',
  author: 'ada',
  head: { sha: headSha, ref: 'fix' },
  base: { sha: 'b'.repeat(40), ref: 'main' },
  link: '',
};

/** Completes refs and records each question and look-up. */
async function complete(job: Parameters<typeof completeRefs>[1], known: KnownRefs, answer = '') {
  const calls: string[] = [];
  const refs = await completeRefs(
    {
      ask: async (question, flag) => {
        calls.push(`${question}(${flag})`);
        return answer;
      },
      source: {
        getPull: async ({ org, repo, number }) => {
          calls.push(`pull ${org}/${repo} ${number}`);
          return { ...pull, number };
        },
        getRefSha: async ({ org, repo, ref }) => {
          calls.push(`ref ${org}/${repo} ${ref}`);
          return baseSha;
        },
      },
    },
    job,
    known,
  );
  return { refs, calls };
}

const base = { org: 'acme', repo: 'widgets', base_ref: 'main', base_sha: pull.base.sha };

describe(completeRefs, () => {
  it('looks up nothing for a presubmit that is told all', async () => {
    const known = { baseRef: 'dev', baseSha, pullNumber: 7, pullSha: 'c', pullAuthor: 'wim', pullHeadRef: 'w' };
    expect(await complete(presubmit, known)).toEqual({
      refs: {
        ...base,
        base_ref: 'dev',
        base_sha: baseSha,
        pulls: [{ number: 7, author: 'wim', sha: 'c', head_ref: 'w' }],
      },
      calls: [],
    });
  });

  it('asks GitHub once for all that is missing of a pull request', async () => {
    expect(await complete(presubmit, { pullNumber: 7 })).toEqual({
      refs: { ...base, pulls: [{ number: 7, author: 'ada', sha: headSha }] },
      calls: ['pull acme/widgets 7'],
    });
  });

  it('asks for the number of a presubmit without one', async () => {
    const { refs, calls } = await complete(presubmit, { pullNumber: 0 }, '12');
    expect(refs?.pulls).toEqual([{ number: 12, author: 'ada', sha: headSha }]);
    expect(calls).toEqual(['PR Number: (--pull-number)', 'pull acme/widgets 12']);
  });

  it('keeps what is known and looks up the rest', async () => {
    const { refs } = await complete(presubmit, { pullNumber: 7, pullSha: 'c', baseRef: 'dev' });
    expect(refs).toEqual({ ...base, base_ref: 'dev', pulls: [{ number: 7, author: 'ada', sha: 'c' }] });
  });

  it('asks for the branch of a postsubmit and looks up its commit', async () => {
    expect(await complete(postsubmit, {}, 'release/1.2')).toEqual({
      refs: { ...base, base_ref: 'release/1.2', base_sha: baseSha },
      calls: ['Base ref (e.g. master): (--base-ref)', 'ref acme/widgets heads/release/1.2'],
    });
  });

  it('takes the base of a pull request for a postsubmit that names one', async () => {
    expect(await complete(postsubmit, { pullNumber: 7 })).toEqual({ refs: base, calls: ['pull acme/widgets 7'] });
  });

  it('has no refs for a periodic, whatever is known', async () => {
    expect(await complete(periodic, { pullNumber: 7, baseRef: 'main' })).toEqual({ refs: undefined, calls: [] });
  });

  it.each(['', '0', '-1', '1.5', 'seven', '99999999999999999999'])('refuses the number %j', async (answer) => {
    const error = await complete(presubmit, {}, answer).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProwError);
    expect(error).toMatchObject({ code: 'INVALID_FLAG', message: expect.stringContaining(JSON.stringify(answer)) });
  });

  it('refuses an empty branch', async () => {
    await expect(complete(postsubmit, {}, '')).rejects.toMatchObject({ code: 'INVALID_FLAG' });
  });
});
