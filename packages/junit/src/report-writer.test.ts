import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { parseReport } from './report-reader.js';
import { formatReport } from './report-writer.js';
import type { Attempt, Problem, TestCase, TestReport, TestSuite } from './report.js';

describe(formatReport, () => {
  it('writes counts, times and all that a case can have', () => {
    const report: TestReport = {
      suites: [
        {
          name: 'e2e',
          timestamp: '2026-01-02T03:04:05Z',
          properties: { provider: 'sandbox' },
          cases: [
            { name: 'passes', className: 'c', durationSeconds: 1.5, problems: [] },
            {
              name: 'fails',
              durationSeconds: 1234.5,
              problems: [{ kind: 'failure', message: 'a\nb', type: 'T', text: 'x < y ]]> z' }],
            },
            { name: 'skips', problems: [], skipped: { message: 'no gpu' } },
          ],
          suites: [{ name: 'inner', cases: [{ name: 'crashes', problems: [{ kind: 'error' }] }] }],
        },
      ],
    };
    expect(formatReport(report)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="4" failures="1" errors="1" skipped="1" time="1236">
  <testsuite name="e2e" tests="4" failures="1" errors="1" skipped="1" time="1236" timestamp="2026-01-02T03:04:05Z">
    <properties>
      <property name="provider" value="sandbox"/>
    </properties>
    <testcase name="passes" classname="c" time="1.5"/>
    <testcase name="fails" time="1234.5">
      <failure message="a&#10;b" type="T"><![CDATA[x < y ]]]]><![CDATA[> z]]></failure>
    </testcase>
    <testcase name="skips">
      <skipped message="no gpu"/>
    </testcase>
    <testsuite name="inner" tests="1" failures="0" errors="1" skipped="0">
      <testcase name="crashes">
        <error/>
      </testcase>
    </testsuite>
  </testsuite>
</testsuites>
`);
  });

  it('replaces what XML cannot hold', () => {
    const nasty = 'a\u0000b\u001b[31mc\ud800d\udc00e\ufffef\uffffg\u{1f600}';
    const xml = formatReport({ suites: [{ name: nasty, cases: [], systemOut: nasty }] });
    const clean = 'a\ufffdb\ufffd[31mc\ufffdd\ufffde\ufffdf\ufffdg\u{1f600}';
    expect(parseReport(xml).suites[0]).toMatchObject({ name: clean, systemOut: clean });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1])('writes %s seconds as 0', (durationSeconds) => {
    const xml = formatReport({ suites: [{ name: 's', cases: [{ name: 'c', durationSeconds, problems: [] }] }] });
    expect(xml).toContain('<testcase name="c" time="0"/>');
  });

  it('is well-formed whatever the strings are', () => {
    const anyString = fc.string({ unit: 'binary', maxLength: 40 });
    const wild = fc.oneof(
      anyString,
      fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
      fc.constantFrom(']]>', '\r\n', '<![CDATA[', '&amp;', '\ud83d', ']]]]>>'),
    );
    fc.assert(
      fc.property(wild, wild, wild, (a, b, c) => {
        const problems: Problem[] = [{ kind: 'failure', message: a, type: b, text: c }];
        const xml = formatReport({
          suites: [{ name: a, hostname: b, cases: [{ name: c, problems, systemOut: a }], properties: { [b]: c } }],
        });
        expect(strictlyRead(xml)).toBe(true);
        expect(formatReport(parseReport(xml))).toBe(xml);
      }),
      { numRuns: 150 },
    );
  });

  it('is the inverse of parseReport', () => {
    fc.assert(
      fc.property(reports, (report) => {
        expect(parseReport(formatReport(report))).toEqual(report);
      }),
      { numRuns: 100 },
    );
  });
});

function strictlyRead(xml: string): boolean {
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(xml).close();
  return true;
}

// Strings that XML 1.0 can hold, with what is awkward in it.
const legal = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0x20, max: 0xd7ff }).map((code) => String.fromCodePoint(code)),
      fc.integer({ min: 0x10000, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
      fc.constantFrom('\n', '\r', '\t', '\r\n', ']]>', '<', '&', '"', "'", ' ', '&amp;'),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join('').replace(/[\ufffe\uffff]/g, ''));
const seconds = fc.integer({ min: 0, max: 10 ** 10 }).map((micros) => micros / 1e6);
const text = legal.filter((value) => value !== '');
const properties = fc.dictionary(text, legal, { minKeys: 1, maxKeys: 3 });

function record<T>(required: { [K in keyof T]: fc.Arbitrary<T[K]> }, keys: (keyof T)[]): fc.Arbitrary<T> {
  return fc.record(required, { requiredKeys: keys }) as fc.Arbitrary<T>;
}

const problem = record<Problem>(
  { kind: fc.constantFrom('failure', 'error'), message: legal, type: legal, text } as never,
  ['kind'],
);
const attempt = record<Attempt>(
  {
    kind: fc.constantFrom('failure', 'error'),
    message: legal,
    type: legal,
    text,
    systemOut: legal,
    systemErr: legal,
  } as never,
  ['kind'],
);
const testCase: fc.Arbitrary<TestCase> = record<TestCase>(
  {
    name: legal,
    problems: fc.array(problem, { maxLength: 3 }),
    className: legal,
    durationSeconds: seconds,
    skipped: fc.record({ message: legal, text }, { requiredKeys: [] }),
    systemOut: legal,
    systemErr: legal,
    properties,
    flaky: fc.constant(true),
    attempts: fc.array(attempt, { minLength: 1, maxLength: 2 }),
    file: legal,
    line: legal,
  } as never,
  ['name', 'problems'],
).map((one) => {
  const { flaky, ...rest } = one;
  return flaky === true && one.problems.length === 0 ? one : rest;
});
const { suite } = fc.letrec<{ suite: TestSuite }>((tie) => ({
  suite: record<TestSuite>(
    {
      name: legal,
      cases: fc.array(testCase, { maxLength: 3 }),
      durationSeconds: seconds,
      timestamp: legal,
      hostname: legal,
      suites: fc.array(tie('suite'), { minLength: 1, maxLength: 2, depthIdentifier: 'suite' }),
      properties,
      systemOut: legal,
      systemErr: legal,
    } as never,
    ['name', 'cases', 'durationSeconds'],
  ),
}));
const reports: fc.Arbitrary<TestReport> = record<TestReport>(
  { name: text, suites: fc.array(suite, { maxLength: 3 }) } as never,
  ['suites'],
);
