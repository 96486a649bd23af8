import { describe, expect, it } from 'vitest';
import { parseHistory, parseRelease, parseReleaseList } from './release.js';

const release = (fields: object) =>
  JSON.stringify({ name: 'op', namespace: 'ns', version: 1, info: { status: 'deployed' }, ...fields });
const line = (fields: object) =>
  JSON.stringify([{ name: 'op', namespace: 'ns', revision: '3', status: 'failed', chart: 'op-0.1.0', ...fields }]);

describe('what helm prints', () => {
  it('is read with revisions as numbers, written as text in lists', () => {
    expect(parseRelease(release({}))).toMatchObject({ name: 'op', revision: 1, status: 'deployed' });
    expect(parseReleaseList(line({}))).toMatchObject([{ name: 'op', revision: 3, status: 'failed' }]);
  });

  it.each([0, -1, 1.5, '', 'x', '1x', null, undefined, 1e300])('is refused with the revision %j', (revision) => {
    const refused = expect.objectContaining({
      code: 'UNREADABLE_OUTPUT',
      message: expect.stringContaining('revision'),
    });
    expect(() => parseRelease(release({ version: revision }))).toThrow(refused);
    expect(() => parseReleaseList(line({ revision }))).toThrow(refused);
    expect(() => parseHistory(line({ revision }))).toThrow(refused);
  });

  it.each(['', 'DEPLOYED', 'done', 5, undefined])('is refused with the status %j', (status) => {
    const refused = expect.objectContaining({ code: 'UNREADABLE_OUTPUT', message: expect.stringContaining('status') });
    expect(() => parseRelease(release({ info: { status } }))).toThrow(refused);
    expect(() => parseReleaseList(line({ status }))).toThrow(refused);
    expect(() => parseHistory(line({ status }))).toThrow(refused);
  });

  it('is refused with a phase that no hook has', () => {
    const hooks = [{ name: 'a', last_run: { phase: 'Finished' } }];
    expect(() => parseRelease(release({ hooks }))).toThrow(expect.objectContaining({ code: 'UNREADABLE_OUTPUT' }));
  });
});
