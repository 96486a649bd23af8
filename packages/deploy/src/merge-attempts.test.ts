import type { TestCase, TestSuite } from '@seatrial/junit';
import { formatReport, parseReport, verdictOf } from '@seatrial/junit';
import { describe, expect, it } from 'vitest';
import { mergeAttempts } from './merge-attempts.js';

const passed = (name: string): TestCase => ({ name, className: 't', problems: [] });
const failed = (name: string, message: string): TestCase => ({
  name,
  className: 't',
  problems: [{ kind: 'failure', message }],
  systemOut: `log of ${message}`,
});
const suite = (...cases: TestCase[]): TestSuite => ({ name: 't', cases });

describe(mergeAttempts, () => {
  it('keeps every failed attempt of a case that passes at last, which makes it flaky', () => {
    const merged = mergeAttempts([suite(failed('a', 'one')), suite(failed('a', 'two')), suite(passed('a'))]);
    expect(merged.properties).toEqual({ attempts: '3', flaky: 'true' });
    expect(merged.cases).toEqual([
      {
        ...passed('a'),
        flaky: true,
        attempts: [
          { kind: 'failure', message: 'one', systemOut: 'log of one' },
          { kind: 'failure', message: 'two', systemOut: 'log of two' },
        ],
      },
    ]);
  });

  it('is a failure that was run again when the last attempt fails, too', () => {
    const merged = mergeAttempts([suite(failed('a', 'one')), suite(failed('a', 'two'))]);
    expect(merged.cases[0]).toMatchObject({ problems: [{ message: 'two' }], attempts: [{ message: 'one' }] });
    expect(merged.cases[0]).not.toHaveProperty('flaky');
    expect(merged.properties).toEqual({ attempts: '2' });
  });

  it('keeps a failure that only an earlier attempt came to', () => {
    const merged = mergeAttempts([suite(failed('helm test', 'no cluster')), suite(passed('a'))]);
    expect(merged.cases.map(({ name, flaky, problems }) => [name, flaky, problems.length])).toEqual([
      ['a', undefined, 0],
      ['helm test', true, 0],
    ]);
  });

  it('merges the reports that a program wrote, suite by suite', () => {
    const inner = (...cases: TestCase[]): TestSuite => ({ name: 't', cases: [], suites: [suite(...cases)] });
    const merged = mergeAttempts([inner(failed('a', 'one'), passed('b')), inner(passed('a'), passed('b'))]);
    expect(merged.suites?.[0]?.cases.map(({ flaky }) => flaky)).toEqual([true, undefined]);
  });

  it('is read by others as Surefire writes it', () => {
    const xml = formatReport({ suites: [mergeAttempts([suite(failed('a', 'one')), suite(passed('a'))])] });
    expect(xml).toContain('<flakyFailure message="one"');
    expect(verdictOf(parseReport(xml))).toMatchObject({ passed: true, flaky: 1 });
  });

  it('leaves a single attempt as it is', () => {
    const only = suite(passed('a'));
    expect(mergeAttempts([only])).toBe(only);
  });
});
