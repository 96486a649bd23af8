import { describe, expect, it } from 'vitest';
import { parseFinished } from '../finished.js';
import { parseStarted } from '../started.js';
import { deckRun } from './deck.js';
import { gubernatorTests } from './gubernator.js';
import { parseJunitDocument } from './junit-document.js';
import { parseJunitFileName } from './junit-file-name.js';
import { spyglassTests } from './spyglass.js';
import { testgridVersion } from './testgrid-column.js';
import { explainOverall, testgridOverall } from './testgrid-overall.js';
import { testgridRows, truncateMessage } from './testgrid-rows.js';

// Numbers are those of the conformance cases of the interoperability specification.

const started = parseStarted('{"timestamp":100}');
const overall = (finished: string, malformed: readonly string[] = [], nowMs = 300_000) =>
  testgridOverall({ started, finished: parseFinished(finished), malformed }, { nowMs });
const suite = (...cases: readonly string[]) => parseJunitDocument(`<testsuite>${cases.join('')}</testsuite>`);
const row = (testCase: string) => [...testgridRows([suite(testCase)]).values()][0];
const testcase = (body: string, name = 'c') => `<testcase name="${name}">${body}</testcase>`;

describe('conformance', () => {
  it('25: a run that passed', () => {
    expect(overall('{"timestamp":250,"passed":true}')).toEqual({
      result: 'PASS',
      icon: '',
      message: '',
      metrics: { 'test-duration-minutes': 2.5 },
    });
  });

  it('26: passed is missing, result says success', () => {
    expect(overall('{"timestamp":250,"result":"SUCCESS"}')).toMatchObject({ result: 'PASS', icon: 'E' });
  });

  it('27: neither passed nor result; no time', () => {
    expect(overall('{"timestamp":250}')).toMatchObject({ result: 'FAIL', icon: '' });
    const day = 24 * 60 * 60;
    const noTime = (nowSeconds: number) => overall('{"passed":true}', [], nowSeconds * 1_000);
    expect(noTime(100 + day)).toMatchObject({ result: 'RUNNING', icon: 'R' });
    expect(noTime(101 + day)).toMatchObject({ result: 'FAIL', icon: 'T' });
    expect(overall('{"timestamp":0,"passed":true}')).toMatchObject({ result: 'FAIL', icon: 'T' });
  });

  it('28: a junit file of no bytes, and one that is none', () => {
    expect(parseJunitDocument(new Uint8Array())).toEqual([]);
    expect(() => parseJunitDocument('<html/>')).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
    const passed = '{"timestamp":250,"passed":true}';
    expect(overall(passed, [])).toMatchObject({ result: 'PASS' });
    expect(overall(passed, ['artifacts/junit.xml'])).toMatchObject({
      result: 'FAIL',
      icon: 'E',
      message: 'malformed: artifacts/junit.xml',
    });
  });

  it('29: a failing test in a run that passed', () => {
    const rows = testgridRows([suite(testcase('<failure/>'))]);
    expect(rows.get('c')).toEqual({ result: 'FAIL', icon: '', message: '' });
    expect(explainOverall(overall('{"timestamp":250,"passed":true}'), rows.values())).toMatchObject({ result: 'PASS' });
  });

  it('30: version', () => {
    expect(testgridVersion(parseStarted('{"repo-version":"v1.2-3+0123456789abcdef"}'))).toBe('012345678');
  });

  it('31: version of a run that has a revision only', () => {
    expect(testgridVersion(undefined, parseFinished('{"revision":"0123456789abcdef"}'))).toBe('missing');
  });

  it('32: commit in Deck while a run is pending', () => {
    const repos = { 'acme/widgets': `main:${'1'.repeat(40)},7:${'2'.repeat(40)}` };
    expect(deckRun({ started: { pull: '7', repos } })).toEqual({ commit: '2'.repeat(40), result: 'Pending' });
  });

  it.each([
    ['junit.xml', '', '', ''],
    ['test.xml', '', '', ''],
    ['junit_runner.xml', 'runner', '', ''],
    ['junit_01.xml', '01', '', ''],
    ['junit_core-os_01.xml', 'core-os', '', '01'],
    ['junit_ctx_20180102-1256_07.xml', 'ctx', '20180102-1256', '07'],
    ['junit_20180102-1256_07.xml', '20180102-1256', '', '07'],
    ['junit_a_b_c.xml', '_a_b_c', '', ''],
    ['junit_foo_bar.xml', '_foo_bar', '', ''],
    ['junit-foo.xml', '-foo', '', ''],
    ['junitfoo.xml', 'foo', '', ''],
    ['junit/y.xml', '/y', '', ''],
  ])('33: %s', (name, context, timestamp, thread) => {
    expect(parseJunitFileName(`artifacts/${name}`)).toEqual({ context, timestamp, thread });
  });

  it.each(['foo_junit.xml', 'Junit_a.xml', 'testsuite.xml'])('33: %s is no junit file', (name) => {
    expect(parseJunitFileName(`artifacts/${name}`)).toBeUndefined();
  });

  it('34: an error', () => {
    expect(row(testcase('<error/>'))?.result).toBe('FAIL');
    expect(spyglassTests(suite(testcase('<error/>')))).toEqual([{ name: 'c', status: 'failed' }]);
    expect(gubernatorTests(suite(testcase('<error/>')))).toEqual([{ name: 'c', status: 'passed' }]);
  });

  it('35: a skip without and with a reason', () => {
    expect(row(testcase('<skipped/>'))).toBeUndefined();
    expect(row(testcase('<skipped message="skipped"/>'))).toBeUndefined();
    expect(row(testcase('<skipped message="no gpu"/>'))).toEqual({
      result: 'PASS_WITH_SKIPS',
      icon: 'S',
      message: 'no gpu',
    });
  });

  it('36: a failure and a skip in one case', () => {
    expect(row(testcase('<failure/><skipped/>'))).toBeUndefined();
    expect(row(testcase('<failure/><skipped message="m"/>'))?.result).toBe('FAIL');
    for (const skipped of ['<skipped/>', '<skipped message="m"/>']) {
      const suites = suite(testcase(`<failure/>${skipped}`));
      expect(spyglassTests(suites)).toEqual([{ name: 'c', status: 'skipped' }]);
      expect(gubernatorTests(suites)).toEqual([{ name: 'c', status: 'skipped' }]);
    }
  });

  it('37: a test that passes in one file and fails in another', () => {
    const files = [suite(testcase('')), suite(testcase('<failure message="boom"/>'))];
    expect(testgridRows(files).get('c')).toEqual({ result: 'FLAKY', icon: '1/2', message: '1/2 runs passed: boom' });
    expect(files.flatMap((file) => spyglassTests(file).map(({ status }) => status))).toEqual(['passed', 'failed']);
  });

  it.each([
    '<testsuite time="1,234.5"/>',
    '<testsuites><testsuite><testcase time="1,234.5"/></testsuite></testsuites>',
    '<testsuite><testcase name="ok"/><testsuite><testcase time="1,234.5"/></testsuite></testsuite>',
  ])('38: %s', (xml) => {
    expect(() => parseJunitDocument(xml)).toThrow(/line 1, column \d+: time is not a number: "1,234\.5"/);
    expect(parseJunitDocument(xml.replace(',', ''))).toHaveLength(1);
  });

  it('39: messages of 139 and of 140 bytes', () => {
    expect(truncateMessage('x'.repeat(139))).toBe('x'.repeat(139));
    expect(truncateMessage('x'.repeat(140))).toBe(`${'x'.repeat(70)}...${'x'.repeat(70)}`);
    expect(Buffer.byteLength(truncateMessage('ä'.repeat(70)))).toBe(143);
  });

  it('40: names of nested suites', () => {
    const suites = parseJunitDocument(
      '<testsuite name="a"><testsuite name="b"><testcase name="c"/></testsuite></testsuite>',
    );
    expect([...testgridRows([suites]).keys()]).toEqual(['a.b.c']);
    expect(gubernatorTests(suites)).toEqual([{ name: 'b c', status: 'passed' }]);
  });
});
