import { formatSeconds } from './duration.js';
import type { Attempt, Problem, TestCase, TestReport, TestSuite } from './report.js';
import { casesOf, countCases } from './report.js';
import { escapeAttribute, formatText } from './xml-text.js';

type AttributeValue = string | number | undefined;

/**
 * Writes a report as XML 1.0, UTF-8, with a `testsuites` root and a line feed at the end.
 *
 * Always well-formed: what XML cannot hold is replaced by U+FFFD, line ends in attributes are escaped, `]]>` is split.
 * Counts are those of the cases (of a suite: with the suites below it), times are seconds with a dot. A suite without
 * `durationSeconds` gets the sum of its cases. `parseReport` gives back what was written.
 */
export function formatReport(report: TestReport): string {
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>'];
  const durationSeconds = sum(report.suites.map(durationOf));
  lines.push(openTag('testsuites', { name: report.name, ...formatCounts(report.suites), time: durationSeconds }));
  for (const suite of report.suites) pushSuite(lines, suite, '  ');
  lines.push('</testsuites>', '');
  return lines.join('\n');
}

function pushSuite(lines: string[], suite: TestSuite, indent: string): void {
  const { name, timestamp, hostname } = suite;
  const attributes = { name, ...formatCounts([suite]), time: durationOf(suite), timestamp, hostname };
  lines.push(`${indent}${openTag('testsuite', attributes)}`);
  const inner = `${indent}  `;
  pushProperties(lines, suite.properties, inner);
  for (const testCase of suite.cases) pushCase(lines, testCase, inner);
  for (const below of suite.suites ?? []) pushSuite(lines, below, inner);
  pushOutputs(lines, suite, inner);
  lines.push(`${indent}</testsuite>`);
}

function pushCase(lines: string[], testCase: TestCase, indent: string): void {
  const { name, className, durationSeconds, file, line, problems, skipped, attempts = [], flaky } = testCase;
  const isFlaky = flaky === true && problems.length === 0;
  const attributes = {
    name,
    classname: className,
    time: durationSeconds,
    file,
    line,
    // Attempts say it already.
    flaky: isFlaky && attempts.length === 0 ? 'true' : undefined,
  };
  const inner: string[] = [];
  pushProperties(inner, testCase.properties, `${indent}  `);
  if (skipped !== undefined) {
    inner.push(`${indent}  ${element('skipped', { message: skipped.message }, skipped.text)}`);
  }
  for (const problem of problems) inner.push(`${indent}  ${formatProblem(problem)}`);
  for (const attempt of attempts) {
    pushAttempt(
      inner,
      `${isFlaky ? 'flaky' : 'rerun'}${attempt.kind === 'error' ? 'Error' : 'Failure'}`,
      attempt,
      indent,
    );
  }
  pushOutputs(inner, testCase, `${indent}  `);
  if (inner.length === 0) {
    lines.push(`${indent}${element('testcase', attributes, undefined)}`);
    return;
  }
  lines.push(`${indent}${openTag('testcase', attributes)}`);
  for (const text of inner) lines.push(text);
  lines.push(`${indent}</testcase>`);
}

function formatProblem({ kind, message, type, text }: Problem): string {
  return element(kind, { message, type }, text);
}

function pushAttempt(lines: string[], name: string, attempt: Attempt, indent: string): void {
  const { message, type, text, systemOut, systemErr } = attempt;
  const outputs: string[] = [];
  pushOutputs(outputs, { systemOut, systemErr }, '');
  // Without line ends in between: the text of a plain attempt is the element's own.
  const stack = text === undefined ? '' : element('stackTrace', {}, text);
  const inner = `${stack}${outputs.join('')}`;
  const open = openTag(name, { message, type });
  lines.push(`${indent}  ${inner === '' ? selfClosed(open) : `${open}${inner}</${name}>`}`);
}

function pushProperties(lines: string[], properties: TestSuite['properties'], indent: string): void {
  const entries = Object.entries(properties ?? {});
  if (entries.length === 0) return;
  lines.push(`${indent}<properties>`);
  for (const [name, value] of entries) lines.push(`${indent}  ${element('property', { name, value }, undefined)}`);
  lines.push(`${indent}</properties>`);
}

function pushOutputs(lines: string[], owner: Pick<Attempt, 'systemOut' | 'systemErr'>, indent: string): void {
  const { systemOut, systemErr } = owner;
  if (systemOut !== undefined) lines.push(`${indent}<system-out>${formatText(systemOut)}</system-out>`);
  if (systemErr !== undefined) lines.push(`${indent}<system-err>${formatText(systemErr)}</system-err>`);
}

function element(name: string, attributes: Readonly<Record<string, AttributeValue>>, text: string | undefined): string {
  const open = openTag(name, attributes);
  return text === undefined || text === '' ? selfClosed(open) : `${open}${formatText(text)}</${name}>`;
}

function openTag(name: string, attributes: Readonly<Record<string, AttributeValue>>): string {
  let tag = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    tag += ` ${key}="${escapeAttribute(key === 'time' ? formatSeconds(Number(value)) : String(value))}"`;
  }
  return `${tag}>`;
}

function selfClosed(open: string): string {
  return `${open.slice(0, -1)}/>`;
}

function formatCounts(suites: readonly TestSuite[]): Record<string, number> {
  const { tests, failures, errors, skipped } = countCases([...casesOf(suites)].map(({ testCase }) => testCase));
  return { tests, failures, errors, skipped };
}

/** Seconds of a suite: its own, else the sum of all inside; `undefined` where no time is known. */
function durationOf(suite: TestSuite): number | undefined {
  return (
    suite.durationSeconds ??
    sum([...suite.cases.map(({ durationSeconds }) => durationSeconds), ...(suite.suites ?? []).map(durationOf)])
  );
}

function sum(seconds: readonly (number | undefined)[]): number | undefined {
  const known = seconds.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, value) => total + value, 0);
}
