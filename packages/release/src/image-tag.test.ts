import { describe, expect, it } from 'vitest';
import { imageTag } from './image-tag.js';

const dateMs = Date.parse('2018-01-17T23:59:59.999Z');

describe(imageTag, () => {
  it('is day and commit for a clean tree', () => {
    expect(imageTag({ dateMs, shortSha: '04425d9' })).toBe('v20180117-04425d9');
  });

  it('takes 7 digits of commit and hash', () => {
    expect(imageTag({ dateMs, shortSha: '04425d9aa0', diffHash: 'e3b0c44298fc1c14' })).toBe(
      'v20180117-04425d9-dirty-e3b0c44',
    );
  });

  it.each([
    ['a commit too short', { shortSha: '04425d' }],
    ['a commit that is none', { shortSha: 'master!' }],
    ['a hash that is none', { shortSha: '04425d9', diffHash: '' }],
  ])('rejects %s', (_why, parts) => {
    expect(() => imageTag({ dateMs, ...parts })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});
