import { describe, expect, it } from 'vitest';
import { checkReports } from './check.js';
import { JunitError } from './errors.js';

const pass = '<testsuite name="s"><testcase name="c"/></testsuite>';
const fail = '<testsuite name="s"><testcase name="c"><failure message="no"/></testcase></testsuite>';

const check = (expected: readonly string[] | undefined, files: Record<string, string>) =>
  checkReports({ ...(expected === undefined ? {} : { expected }), files: new Map(Object.entries(files)) });

describe(checkReports, () => {
  it('passes when all that is expected is there and passes', () => {
    expect(check(['a.xml', 'b.xml'], { 'b.xml': pass, 'a.xml': pass })).toMatchObject({
      passed: true,
      problems: [],
      verdict: { passed: true, tests: 2 },
    });
  });

  it('names each problem with its file', () => {
    const { passed, verdict, problems } = check(['a.xml', 'b.xml', 'c.xml', 'd.xml', 'gone.xml'], {
      'a.xml': pass,
      'b.xml': ' \n',
      'c.xml': '<testsuite>',
      'd.xml': fail,
      'e.xml': pass,
    });
    expect(passed).toBe(false);
    expect(verdict).toMatchObject({ tests: 3, failed: [{ file: 'd.xml', suite: 's', name: 'c', message: 'no' }] });
    expect(problems).toEqual([
      { file: 'gone.xml', kind: 'missing', message: 'expected, but not there' },
      { file: 'b.xml', kind: 'empty', message: 'the file is empty' },
      { file: 'c.xml', kind: 'unparseable', message: expect.stringContaining('line 1, column 12') },
      { file: 'd.xml', kind: 'failing', message: '1 of 1 failed: s.c: no' },
      { file: 'e.xml', kind: 'unexpected', message: 'there, but not expected' },
    ]);
  });

  it('takes a report without cases for empty', () => {
    expect(check(undefined, { 'a.xml': '<testsuite tests="3"/>' }).problems).toEqual([
      { file: 'a.xml', kind: 'empty', message: 'the report has no test case' },
    ]);
  });

  it.each([
    ['failures', '<testsuites failures="2"><testsuite><testcase name="c"/></testsuite></testsuites>'],
    ['errors', '<testsuite errors="2"><testcase name="c"/></testsuite>'],
  ])('fails for %s that are only counted', (_what, xml) => {
    const message = 'its attributes count 2 failed, which no case shows';
    expect(check(undefined, { 'a.xml': xml }).problems).toEqual([{ file: 'a.xml', kind: 'failing', message }]);
  });

  it('does not pass without a file', () => {
    expect(check(undefined, {})).toMatchObject({ passed: false, problems: [{ kind: 'missing' }] });
    expect(check([], {}).passed).toBe(false);
    expect(check(['a.xml'], {})).toMatchObject({ passed: false, problems: [{ file: 'a.xml', kind: 'missing' }] });
  });

  it('takes what could not be read for unparseable', () => {
    const files = new Map([['a.xml', new JunitError('TOO_LARGE', 'larger than 5 bytes')]]);
    expect(checkReports({ files }).problems).toEqual([
      { file: 'a.xml', kind: 'unparseable', message: 'larger than 5 bytes' },
    ]);
  });
});
