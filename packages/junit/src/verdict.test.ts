import { describe, expect, it } from 'vitest';
import { parseReport } from './report-reader.js';
import { statusOf } from './report.js';
import { verdictOf } from './verdict.js';

describe(statusOf, () => {
  it.each([
    ['passed', [], undefined],
    ['skipped', [], {}],
    ['failed', [{ kind: 'failure' }], {}],
    ['error', [{ kind: 'failure' }, { kind: 'error' }], undefined],
  ] as const)('is %s', (status, problems, skipped) => {
    expect(statusOf({ problems, ...(skipped === undefined ? {} : { skipped }) })).toBe(status);
  });
});

describe(verdictOf, () => {
  it('counts by the cases and says when the attributes do not agree', () => {
    const xml = `<testsuites failures="0" tests="4"><testsuite name="a" tests="7" errors="0">
      <testcase name="p"/><testcase name="s"><skipped/></testcase>
      <testsuite name="b"><testcase name="f"><failure>first line\n more</failure></testcase>
      <testcase name="e"><failure message="late"/><error message="broken" type="E">text</error></testcase></testsuite>
      </testsuite></testsuites>`;
    expect(verdictOf(parseReport(xml))).toEqual({
      passed: false,
      tests: 4,
      failures: 1,
      errors: 1,
      skipped: 1,
      flaky: 0,
      failed: [
        { suite: 'a.b', name: 'f', message: 'first line', text: 'first line\n more' },
        { suite: 'a.b', name: 'e', message: 'broken', text: 'text' },
      ],
      disagreements: ['the report says failures="0", its cases say 1', 'suite "a" says tests="7", its cases say 4'],
    });
  });

  it('passes with cases none of which failed', () => {
    expect(verdictOf(parseReport('<testsuite><testcase/></testsuite>'))).toMatchObject({ passed: true, tests: 1 });
  });

  it.each(['<testsuites/>', '<testsuite tests="5"/>'])('does not pass without a case: %s', (xml) => {
    expect(verdictOf(parseReport(xml)).passed).toBe(false);
  });

  it('sees an error in a nested testsuites element without any count', () => {
    const xml =
      '<testsuites><testsuites><testsuite><testcase><error/></testcase></testsuite></testsuites></testsuites>';
    expect(verdictOf(parseReport(xml))).toMatchObject({ passed: false, errors: 1, failed: [{ message: 'error' }] });
  });

  it('counts what passed at a later attempt as flaky', () => {
    const xml = '<testsuite><testcase name="x"><flakyError/></testcase></testsuite>';
    expect(verdictOf(parseReport(xml))).toMatchObject({ passed: true, flaky: 1 });
  });
});
