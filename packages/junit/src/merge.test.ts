import { describe, expect, it } from 'vitest';
import { mergeReports } from './merge.js';
import { parseReport } from './report-reader.js';
import { verdictOf } from './verdict.js';

describe(mergeReports, () => {
  it('keeps suites in order and joins those of the same name, time and host', () => {
    const a =
      parseReport(`<testsuites name="all"><testsuite name="s" time="1"><testcase name="1"/><system-out>a</system-out>
      </testsuite><testsuite name="t"/></testsuites>`);
    const b =
      parseReport(`<testsuites name="all"><testsuite name="s" time="2"><testcase name="2"/><system-out>b</system-out>
      <testsuite name="in"/></testsuite><testsuite name="s" timestamp="later"/></testsuites>`);
    expect(mergeReports([a, b])).toEqual({
      name: 'all',
      suites: [
        {
          name: 's',
          durationSeconds: 3,
          cases: [
            { name: '1', problems: [] },
            { name: '2', problems: [] },
          ],
          suites: [{ name: 'in', cases: [] }],
          systemOut: 'a\nb',
        },
        { name: 't', cases: [] },
        { name: 's', timestamp: 'later', cases: [] },
      ],
    });
  });

  it('keeps duplicate cases: a pass does not cover a failure', () => {
    const pass = parseReport('<testsuite name="s"><testcase name="c"/></testsuite>');
    const fail = parseReport('<testsuite name="s"><testcase name="c"><failure/></testcase></testsuite>');
    expect(verdictOf(mergeReports([pass, fail]))).toMatchObject({ passed: false, tests: 2, failures: 1 });
  });

  it('leaves its input as it is', () => {
    const report = Object.freeze({ suites: Object.freeze([Object.freeze({ name: 's', cases: Object.freeze([]) })]) });
    expect(mergeReports([report, report])).toEqual({ suites: [{ name: 's', cases: [] }] });
  });

  it('merges nothing to a report without suites', () => {
    expect(mergeReports([])).toEqual({ suites: [] });
  });
});
