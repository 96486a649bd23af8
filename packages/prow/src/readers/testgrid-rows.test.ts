import { describe, expect, it } from 'vitest';
import { parseJunitDocument } from './junit-document.js';
import { testgridHeader, testgridColumn } from './testgrid-column.js';
import { explainOverall } from './testgrid-overall.js';
import { testgridPodWithoutInfo } from './testgrid-pod.js';
import { testgridRows } from './testgrid-rows.js';

const files = (...bodies: readonly string[]) =>
  bodies.map((body) => parseJunitDocument(`<testsuite><testcase name="c">${body}</testcase></testsuite>`));

describe(testgridRows, () => {
  it.each([
    ['error before failure', '<failure message="f"/><error message="e">t</error>', 'e\nt'],
    ['the last failure', '<failure message="f"/><failure message="g"/>', 'g'],
    ['standard error before standard output', '<system-out>o</system-out><system-err>e</system-err>', 'e'],
  ])('takes as message %s', (_what, body, message) => {
    expect(testgridRows(files(body)).get('c')?.message).toBe(message);
  });

  it('says so when it cuts a character in two', () => {
    const body = `<failure message="${'x'.repeat(69)}ä${'x'.repeat(100)}"/>`;
    expect(testgridRows(files(body)).get('c')?.message).toBe(`invalid utf8: ${'x'.repeat(69)}?...${'x'.repeat(70)}`);
  });

  it('makes metrics of times and of properties that are numbers', () => {
    const [file] = [
      parseJunitDocument(
        '<testsuite><testcase name="c" time="30"><properties><property name="rps" value="10"/><property name="rps" value="20"/><property name="os" value="linux"/></properties></testcase></testsuite>',
      ),
    ];
    expect(testgridRows([file]).get('c')?.metrics).toEqual({ rps: 15, 'test-duration-minutes': 0.5 });
  });

  it('gives each of one name a row where they are not merged, 20 at most', () => {
    const rows = testgridRows(files(...Array.from({ length: 25 }, () => '')), { disableMergedStatus: true });
    expect([...rows.keys()].slice(0, 3)).toEqual(['c', 'c [1]', 'c [2]']);
    expect(rows.size).toBe(21);
    expect(rows.get('c [overflow]')?.result).toBe('FAIL');
    expect(testgridRows(files(...Array.from({ length: 20 }, () => '')), { disableMergedStatus: true }).size).toBe(20);
  });

  it('counts what passed of rows that only failed, or only passed', () => {
    expect(testgridRows(files('<failure/>', '<error/>')).get('c')).toMatchObject({ result: 'FAIL', icon: '0/2' });
    expect(testgridRows(files('', '<skipped message="m"/>')).get('c')).toMatchObject({
      result: 'PASS_WITH_SKIPS',
      icon: '2/2',
      message: '2/2 runs passed: m',
    });
  });
});

describe(explainOverall, () => {
  const failed = { result: 'FAIL', icon: '', message: '' } as const;
  it('marks a run that failed though no test did', () => {
    expect(explainOverall(failed, [])).toEqual({
      result: 'FAIL',
      icon: 'F',
      message: 'failed outside of test results',
    });
    expect(explainOverall(failed, [failed])).toBe(failed);
  });
});

describe(testgridColumn, () => {
  const day = 24 * 60 * 60;
  it.each([
    ['no started.json', undefined, 'placeholder'],
    ['a time of 0', { timestamp: 0 }, 'placeholder'],
    ['a file that cannot be decoded', 'undecodable', 'undecodable'],
    ['a run of 7 days ago', { timestamp: 3 * day }, 'shown'],
    ['a run of longer ago', { timestamp: 3 * day - 1 }, 'too-old'],
  ] as const)('of %s', (_what, started, state) => {
    expect(testgridColumn(started, { nowMs: 10 * day * 1_000 })).toBe(state);
  });
});

describe(testgridHeader, () => {
  it('takes metadata, for Commit else the version, and nothing while the run is on', () => {
    const run = { started: { 'repo-commit': '0123456789ab' }, finished: { metadata: { os: 'linux', list: ['a'] } } };
    const header = (name: string, result: 'PASS' | 'RUNNING' = 'PASS') => testgridHeader(name, run, { result });
    expect([header('os'), header('Commit'), header('list'), header('other', 'RUNNING')]).toEqual([
      'linux',
      '012345678',
      'missing',
      '',
    ]);
  });
});

describe(testgridPodWithoutInfo, () => {
  it.each([
    ['within an hour of the end', { timestamp: 1_000 }, 4_600, 'RUNNING'],
    ['later', { timestamp: 1_000 }, 4_601, 'PASS_WITH_SKIPS'],
    ['within a day of the start', undefined, 86_500, 'RUNNING'],
  ])('waits for podinfo.json %s', (_what, finished, nowSeconds, result) => {
    const cell = testgridPodWithoutInfo({ started: { timestamp: 100 }, finished }, { nowMs: nowSeconds * 1_000 });
    expect(cell.result).toBe(result);
  });
});
