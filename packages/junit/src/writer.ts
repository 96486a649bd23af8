import { type Problem, statusOf, type TestCase, type TestReport, type TestSuite } from './report.js';
import { escapeAttribute, escapeText } from './xml-text.js';

/**
 * Writes a report: always well-formed XML 1.0. Counts and times are computed from the cases, so they agree with them;
 * numbers are written with a dot and without grouping, since readers refuse a file for less.
 */
export function formatReport(report: TestReport): string {
  const body = report.suites.map((suite) => formatSuite(suite, 1)).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes(totals(report.suites))}>\n${body}</testsuites>\n`;
}

type Totals = {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
  readonly time: string;
};

function totals(suites: readonly TestSuite[]): Totals {
  const sum = { tests: 0, failures: 0, errors: 0, skipped: 0 };
  let seconds = 0;
  const add = (suite: TestSuite): void => {
    for (const one of suite.cases) {
      const status = statusOf(one);
      sum.tests += 1;
      sum.failures += status === 'failed' ? 1 : 0;
      sum.errors += status === 'error' ? 1 : 0;
      sum.skipped += status === 'skipped' ? 1 : 0;
      seconds += one.durationSeconds ?? 0;
    }
    suite.suites?.forEach(add);
  };
  suites.forEach(add);
  return { ...sum, time: formatSeconds(seconds) };
}

function formatSuite(suite: TestSuite, depth: number): string {
  const pad = '  '.repeat(depth);
  return [
    `${pad}<testsuite${attributes({ name: suite.name, ...totals([suite]), timestamp: suite.timestamp })}>\n`,
    formatProperties(suite.properties, depth + 1),
    ...suite.cases.map((one) => formatCase(one, depth + 1)),
    ...(suite.suites ?? []).map((inner) => formatSuite(inner, depth + 1)),
    formatOutput('system-out', suite.systemOut, depth + 1),
    formatOutput('system-err', suite.systemErr, depth + 1),
    `${pad}</testsuite>\n`,
  ].join('');
}

function formatCase(one: TestCase, depth: number): string {
  const pad = '  '.repeat(depth);
  const time = one.durationSeconds === undefined ? undefined : formatSeconds(one.durationSeconds);
  const open = `${pad}<testcase${attributes({ name: one.name, classname: one.className, time, file: one.file })}`;
  const inner = [
    formatProperties(one.properties, depth + 1),
    ...(one.skipped === undefined ? [] : [formatElement('skipped', one.skipped, depth + 1)]),
    ...one.problems.map((problem) => formatElement(problem.kind, problem, depth + 1)),
    ...(one.flaky ?? []).map((problem) =>
      formatElement(problem.kind === 'error' ? 'flakyError' : 'flakyFailure', problem, depth + 1),
    ),
    formatOutput('system-out', one.systemOut, depth + 1),
    formatOutput('system-err', one.systemErr, depth + 1),
  ].join('');
  return inner === '' ? `${open}/>\n` : `${open}>\n${inner}${pad}</testcase>\n`;
}

function formatElement(name: string, { message, type, text }: Omit<Problem, 'kind'>, depth: number): string {
  const open = `${'  '.repeat(depth)}<${name}${attributes({ message, type })}`;
  return text === undefined ? `${open}/>\n` : `${open}>${escapeText(text)}</${name}>\n`;
}

function formatOutput(name: string, text: string | undefined, depth: number): string {
  return text === undefined ? '' : `${'  '.repeat(depth)}<${name}>${escapeText(text)}</${name}>\n`;
}

function formatProperties(properties: Readonly<Record<string, string>> | undefined, depth: number): string {
  const entries = Object.entries(properties ?? {});
  if (entries.length === 0) return '';
  const pad = '  '.repeat(depth);
  return `${pad}<properties>\n${entries.map(([name, value]) => `${pad}  <property${attributes({ name, value })}/>\n`).join('')}${pad}</properties>\n`;
}

function attributes(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .map(([name, value]) => (value === undefined ? '' : ` ${name}="${escapeAttribute(String(value))}"`))
    .join('');
}

/** Milliseconds are as fine as anybody reads; never an exponent. */
function formatSeconds(seconds: number): string {
  return Number.isFinite(seconds) && seconds > 0 ? seconds.toFixed(3) : '0.000';
}
