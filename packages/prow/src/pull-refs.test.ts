import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPullRefs, parsePullRefs } from './pull-refs.js';

describe(parsePullRefs, () => {
  it.each([
    ['main', { base_ref: 'main' }],
    ['main:a1', { base_ref: 'main', base_sha: 'a1' }],
    ['main:a1,7:b2', { base_ref: 'main', base_sha: 'a1', pulls: [{ number: 7, sha: 'b2' }] }],
    [
      'main:a1,7:b2,9:c3',
      {
        base_ref: 'main',
        base_sha: 'a1',
        pulls: [
          { number: 7, sha: 'b2' },
          { number: 9, sha: 'c3' },
        ],
      },
    ],
    [
      'main:a1,7:b2:refs/changes/00/7/1',
      { base_ref: 'main', base_sha: 'a1', pulls: [{ number: 7, sha: 'b2', ref: 'refs/changes/00/7/1' }] },
    ],
    ['main,34', { base_ref: 'main', pulls: [{ number: 34, sha: '' }] }],
  ])('reads %s', (text, refs) => {
    expect(parsePullRefs(text)).toEqual(refs);
  });

  it.each([
    '',
    ':a1',
    'main:a:b',
    'main,',
    'main,x:1',
    'main,-7:a',
    'main,7.5:a',
    'main,7:a:b:c',
    'main,99999999999999999999:a',
  ])('rejects %j', (text) => {
    expect(() => parsePullRefs(text)).toThrow(expect.objectContaining({ name: 'ProwError', code: 'INVALID_REFS' }));
  });
});

describe(formatPullRefs, () => {
  it('is read back as it was, for branches without comma and colon', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9._/-]{1,20}$/);
    const sha = fc.stringMatching(/^[0-9a-f]{40}$/);
    const pull = fc.record(
      { number: fc.nat(), sha: fc.oneof(sha, fc.constant('')), ref: name },
      { requiredKeys: ['number', 'sha'] },
    );
    const refs = fc.record(
      { base_ref: name, base_sha: sha, pulls: fc.array(pull, { minLength: 1, maxLength: 4 }) },
      { requiredKeys: ['base_ref'] },
    );
    fc.assert(
      fc.property(refs, (value) => {
        expect(parsePullRefs(formatPullRefs(value))).toEqual(value);
      }),
    );
  });

  it('never fails to read or to refuse any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9:,]{0,12}$/)), (text) => {
        try {
          parsePullRefs(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_REFS' });
        }
      }),
    );
  });
});
