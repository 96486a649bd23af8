import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseReport } from './report-reader.js';
import { readVerdict } from './verdict-reader.js';
import { verdictOf } from './verdict.js';

async function* piecesOf(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const text = fc.constantFrom(
  '',
  ' ',
  '\n\n at x',
  'a&amp;b',
  '<![CDATA[<c> ]] ]]>',
  'long '.repeat(30),
  '<!-- no -->é',
);
const name = fc.constantFrom('', 'a', 'b.c', '&#10;', '\u{1f600}');
const count = fc.constantFrom('', ' tests="1"', ' failures="2" errors="1"', ' skipped="0" tests="1,000"', ' tests="x"');
const inCase = fc.oneof(
  fc
    .tuple(fc.constantFrom('failure', 'error'), fc.constantFrom('', ' message="m"', ' message=" " type="T"'), text)
    .map(([tag, attributes, inner]) => `<${tag}${attributes}>${inner}</${tag}>`),
  fc.constantFrom('<skipped/>', '<skipped message="why"/>', '<flakyFailure>x</flakyFailure>', '<rerunError/>'),
  text.map((inner) => `<system-out>${inner}</system-out>`),
  fc.constant('<properties><property name="a" value="b"/></properties>'),
  fc.constant('<other><deep>text</deep></other>'),
);
const status = fc.constantFrom('', ' status="notrun"', ' flaky="true"', ' status="run"');
const testCase = fc
  .tuple(name, status, fc.array(inCase, { maxLength: 3 }))
  .map(([called, attributes, inner]) => `<testcase name="${called}"${attributes}>${inner.join('')}</testcase>`);
const ownCase = fc.oneof(
  testCase,
  text.map((one) => `<failure>${one}</failure>`),
);

function suiteOf(depth: number): fc.Arbitrary<string> {
  const inner = depth === 0 ? fc.constant([]) : fc.array(suiteOf(depth - 1), { maxLength: 2 });
  return fc
    .tuple(fc.constantFrom('testsuite', 'testsuites'), name, count, fc.array(ownCase, { maxLength: 3 }), inner)
    .map(([tag, called, counts, cases, suites]) => {
      return `<${tag} name="${called}"${counts}>\n${cases.join('\n')}${suites.join('')}</${tag}>`;
    });
}

describe(readVerdict, () => {
  it('says what verdictOf says of the whole report, whatever the pieces and limits are', async () => {
    const limits = fc.record({
      maxFailed: fc.integer({ min: 0, max: 3 }),
      maxTextChars: fc.integer({ min: 0, max: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(
        suiteOf(2),
        fc.integer({ min: 1, max: 50 }),
        fc.option(limits, { nil: {} }),
        async (xml, size, options) => {
          const expected = verdictOf(parseReport(xml), options);
          expect(await readVerdict(piecesOf(xml, size), options)).toEqual(expected);
          expect(await readVerdict(xml, options)).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('has failed cases in document order, also of cases after an inner suite', async () => {
    const failing = (called: string) => `<testcase name="${called}"><failure/></testcase>`;
    const xml = `<testsuite><testsuite name="in">${failing('a')}</testsuite>${failing('b')}</testsuite>`;
    expect((await readVerdict(xml)).failed.map((failed) => failed.name)).toEqual(['a', 'b']);
  });

  it('keeps as many failed cases and as much of their texts as asked for, and says how much more there is', async () => {
    const failing = `<testcase name="c"><failure message="${'m'.repeat(2_000)}">${'\u{1f600}'.repeat(30)}</failure></testcase>`;
    const xml = `<testsuite>${failing.repeat(5)}</testsuite>`;
    const verdict = await readVerdict(xml, { maxFailed: 2, maxTextChars: 11 });
    expect(verdict).toMatchObject({ passed: false, failures: 5, moreFailed: 3 });
    expect(verdict.failed).toEqual(
      Array(2).fill({
        suite: '',
        name: 'c',
        message: `${'m'.repeat(1_000)}…`,
        text: `${'\u{1f600}'.repeat(5)}\n… 49 more characters`,
      }),
    );
  });

  it('keeps as many disagreements as failed cases, the outermost first', async () => {
    const xml = `<testsuites tests="9">${'<testsuite name="s" tests="2"><testcase/></testsuite>'.repeat(4)}</testsuites>`;
    expect(await readVerdict(xml, { maxFailed: 2 })).toMatchObject({ tests: 4, moreDisagreements: 3 });
    expect((await readVerdict(xml)).disagreements[0]).toBe('the report says tests="9", its cases say 4');
  });

  it.each([
    ['skipped="1" disabled="1"', []],
    ['skipped="2" disabled="1"', []],
    ['skipped="3" disabled="1"', ['suite "" says skipped="3", its cases say 2']],
  ])('takes what is disabled for skipped: %s', async (attributes, disagreements) => {
    const xml = `<testsuite ${attributes}><testcase><skipped/></testcase><testcase status="notrun"/></testsuite>`;
    expect((await readVerdict(xml)).disagreements).toEqual(disagreements);
  });

  it('says how many failures are only counted', async () => {
    const xml = '<testsuites failures="2"><testsuite errors="1" failures="3"><testcase/></testsuite></testsuites>';
    expect(await readVerdict(xml)).toMatchObject({ passed: true, declaredFailures: 4 });
  });

  it.each([
    '',
    '<html/>',
    '<testsuite>',
    '<testsuite><testcase><testcase/></testcase></testsuite>',
    '<testsuite/><a/>',
  ])('rejects what readReport rejects: %s', async (xml) => {
    const error = expect.objectContaining({ code: 'MALFORMED', line: 1 });
    await expect(readVerdict(piecesOf(xml, 4))).rejects.toThrow(error);
    expect(() => parseReport(xml)).toThrow(error);
  });
});
