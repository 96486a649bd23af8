import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mergeReports } from './merge.js';
import { parseReport } from './report-reader.js';
import { formatReport } from './report-writer.js';
import { readVerdict } from './verdict-reader.js';
import { verdictOf } from './verdict.js';

const folder = new URL('./__fixtures__/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');
const names = readdirSync(folder).filter((name) => name.endsWith('.xml'));

const said: [name: string, counts: readonly number[], flaky: number, failed: readonly string[]][] = [
  ['bazel.xml', [1, 0, 1, 0], 0, ['calc/calc_test: calc/calc_test: exited with error code 1']],
  [
    'ginkgo.xml',
    [5, 1, 1, 2],
    0,
    ['Operator Suite: [It] TFJob cleans up: Expected', 'Operator Suite: [It] TFJob survives: nil map'],
  ],
  ['googletest.xml', [5, 1, 0, 3], 0, ['Calc: Fails: gt/t.cc:3']],
  [
    'gotestsum.xml',
    [11, 7, 0, 1],
    0,
    [
      'example.com/calc: TestTable/two: Failed',
      'example.com/calc: TestTable: Failed',
      'example.com/calc: TestFlaky: Failed',
      'example.com/calc: TestTable/two: Failed',
      'example.com/calc: TestTable: Failed',
      'example.com/calc: TestTable/two: Failed',
      'example.com/calc: TestTable: Failed',
    ],
  ],
  ['helm-unittest.xml', [2, 1, 0, 0], 0, ['deployment: sets the replicas: Failed']],
  [
    'jest.xml',
    [6, 2, 1, 1],
    0,
    [
      'calc: calc fails: Error: expect(received).toBe(expected) // Object.is equality',
      'broken.test.js: broken.test.js: ● Test suite failed to run',
      'broken.test.js: broken.test.js: {}',
    ],
  ],
  ['node-test.xml', [5, 1, 0, 2], 0, ['calc: fails: 1 == 2']],
  [
    'playwright.xml',
    [4, 1, 0, 1],
    0,
    ['pw/a.spec.js: calc › fails: expect(received).toBe(expected) // Object.is equality'],
  ],
  [
    'pytest.xml',
    [7, 2, 1, 2],
    0,
    [
      'pytest: test_fails: AssertionError: not <equal> #x1B[0m',
      'pytest: test_error: failed on setup with "RuntimeError: set-up"',
      'pytest: test_param[2]: assert 2 == 1',
    ],
  ],
  [
    'surefire.xml',
    [5, 1, 1, 1],
    1,
    [
      'com.example.CalcTest: fails: expected:<2> but was:<1>',
      'com.example.CalcTest: crashes: java.lang.NullPointerException',
    ],
  ],
  ['vitest.xml', [5, 1, 0, 2], 0, ['a.test.ts: calc > fails "so" & <so>: expected { a: 1 } to deeply equal { a: 2 }']],
];

describe('reports as tools write them', () => {
  it('are all in the table', () => {
    expect(said.map(([name]) => name).sort()).toEqual(names.sort());
  });

  it.each(said)('%s is read', async (name, [tests, failures, errors, skipped], flaky, failed) => {
    const verdict = await readVerdict(read(name));
    expect(verdict).toMatchObject({ passed: false, tests, failures, errors, skipped, flaky });
    expect(verdict.failed.map((one) => `${one.suite}: ${one.name}: ${one.message}`)).toEqual(failed);
  });

  it.each(names)('%s says the same when it is read as a whole', async (name) => {
    expect(verdictOf(parseReport(read(name)))).toEqual(await readVerdict(read(name)));
  });

  it.each(names)('%s is the same report after it was written, and after it was merged', async (name) => {
    const report = parseReport(read(name));
    const { suites } = parseReport(formatReport(report));
    expect(suites.map(({ cases }) => cases)).toEqual(report.suites.map(({ cases }) => cases));
    const { xml } = await mergeReports([{ file: name, xml: read(name) }]);
    expect(parseReport(xml).suites).toEqual(report.suites);
  });
});
