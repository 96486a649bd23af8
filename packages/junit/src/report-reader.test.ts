import { describe, expect, it } from 'vitest';
import { parseReport, readReport } from './report-reader.js';
import { verdictOf } from './verdict.js';
import { repairXml } from './xml-text.js';

const only = (xml: string) => parseReport(xml).suites[0]?.cases[0];

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe(parseReport, () => {
  it('reads a lone testsuite', () => {
    expect(
      parseReport('<testsuite name="unit"><testcase name="adds" classname="math" time="0.25"/></testsuite>'),
    ).toEqual({
      suites: [{ name: 'unit', cases: [{ name: 'adds', className: 'math', durationSeconds: 0.25, problems: [] }] }],
    });
  });

  it('reads nested suites in document order', () => {
    const xml = `<testsuites name="all"><testsuite name="a"><testsuite name="b"><testcase name="1"/></testsuite>
      <testcase name="2"/></testsuite><testsuite name="c"/></testsuites>`;
    expect(parseReport(xml)).toEqual({
      name: 'all',
      suites: [
        {
          name: 'a',
          cases: [{ name: '2', problems: [] }],
          suites: [{ name: 'b', cases: [{ name: '1', problems: [] }] }],
        },
        { name: 'c', cases: [] },
      ],
    });
  });

  it('keeps every problem of a case, errors and failures apart', () => {
    const xml = `<testsuite><testcase name="x"><failure message="a" type="T">one</failure><error>two</error>
      <failure/></testcase></testsuite>`;
    expect(only(xml)?.problems).toEqual([
      { kind: 'failure', message: 'a', type: 'T', text: 'one' },
      { kind: 'error', text: 'two' },
      { kind: 'failure' },
    ]);
  });

  it.each([
    ['without a message', '<skipped/>', {}],
    ['with a message', '<skipped message="no gpu"/>', { message: 'no gpu' }],
    ['with text', '<skipped>why</skipped>', { text: 'why' }],
  ])('reads a skip %s', (_how, element, skipped) => {
    expect(only(`<testsuite><testcase name="x">${element}</testcase></testsuite>`)?.skipped).toEqual(skipped);
  });

  it('takes a disabled test of googletest for skipped', () => {
    const xml = '<testsuite name="S"><testcase name="DISABLED_x" status="notrun" result="suppressed"/></testsuite>';
    expect(only(xml)?.skipped).toEqual({ message: 'not run' });
  });

  it('reads properties, of the element and of its text, and output of both streams', () => {
    const xml = `<testsuite><properties><property name="go" value="1.22"/></properties><testcase name="x">
      <properties><property name="__proto__" value="p"/><property name="t">text</property></properties>
      <system-out>a</system-out><system-out><![CDATA[<b>]]></system-out><system-err>e</system-err></testcase>
      <system-out/></testsuite>`;
    const [suite] = parseReport(xml).suites;
    expect(suite?.properties).toEqual({ go: '1.22' });
    expect(suite?.systemOut).toBe('');
    expect(Object.entries(suite?.cases[0]?.properties ?? {})).toEqual([
      ['__proto__', 'p'],
      ['t', 'text'],
    ]);
    expect(suite?.cases[0]).toMatchObject({ systemOut: 'a\n<b>', systemErr: 'e' });
  });

  it('reads the attempts of Surefire and marks a case that passed later as flaky', () => {
    const xml = `<testsuite><testcase name="x"><flakyFailure message="m" type="T"><stackTrace><![CDATA[at X]]></stackTrace>
      <system-out>o</system-out></flakyFailure></testcase>
      <testcase name="y"><failure/><rerunError message="again">text</rerunError></testcase></testsuite>`;
    const cases = parseReport(xml).suites[0]?.cases;
    expect(cases?.[0]).toMatchObject({
      flaky: true,
      attempts: [{ kind: 'failure', message: 'm', type: 'T', text: 'at X', systemOut: 'o' }],
    });
    expect(cases?.[1]).toEqual({
      name: 'y',
      problems: [{ kind: 'failure' }],
      attempts: [{ kind: 'error', message: 'again', text: 'text' }],
    });
  });

  it('takes a failure outside of any case for a case without a name', () => {
    const report = parseReport('<testsuite name="s"><error message="set-up"/></testsuite>');
    expect(verdictOf(report)).toMatchObject({ passed: false, failed: [{ suite: 's', name: '', message: 'set-up' }] });
  });

  it('keeps cases that are directly below testsuites', () => {
    expect(parseReport('<testsuites><testcase name="x"/></testsuites>').suites).toEqual([
      { name: '', cases: [{ name: 'x', problems: [] }] },
    ]);
  });

  it('decodes entities and character references, skips a byte order mark, comments and namespaces', () => {
    const xml = `\ufeff<?xml version="1.0"?><!-- c --><j:testsuite xmlns:j="u" name="a&amp;b">
      <j:testcase name="l1&#10;l2 &#x1F600;"/></j:testsuite>`;
    expect(parseReport(xml).suites[0]).toMatchObject({ name: 'a&b', cases: [{ name: 'l1\nl2 \u{1f600}' }] });
  });

  it('keeps counts only where they do not agree with the cases', () => {
    const agreeing =
      '<testsuite tests="2" failures="1"><testcase name="a"/><testcase name="b"><failure/></testcase></testsuite>';
    const wrong = '<testsuites tests="9"><testsuite errors="3" tests="1"><testcase name="a"/></testsuite></testsuites>';
    expect(parseReport(agreeing).suites[0]).not.toHaveProperty('declared');
    expect(parseReport(wrong)).toMatchObject({ declared: { tests: 9 }, suites: [{ declared: { errors: 3 } }] });
  });

  it.each([
    ['nothing', '', 1, 'root'],
    ['text', 'hello', 1, ''],
    ['another root', '<html/>', 1, '<html>'],
    ['a truncated document', '<testsuite>\n<testcase name="a"', 2, ''],
    ['an element that is not closed', '<testsuite>\n<testcase name="a">\n</testsuite>', 3, ''],
    ['a second root', '<testsuite/>\n<testsuite/>', 2, ''],
    ['a control character', '<testsuite>\n\u001b</testsuite>', 2, 'disallowed character'],
    ['an attribute twice', '<testsuite name="a" name="b"/>', 1, 'duplicate'],
    ['an undeclared entity', '<testsuite name="&nbsp;"/>', 1, 'undefined entity'],
    ['an entity bomb', '<!DOCTYPE t [<!ENTITY a "aa">]>\n<testsuite name="&a;"/>', 2, 'undefined entity'],
    ['a case inside output', '<testsuite><system-out><testcase name="x"/></system-out></testsuite>', 1, '<testcase>'],
    [
      'a case inside a case',
      '<testsuite><testcase name="x"><testcase name="y"/></testcase></testsuite>',
      1,
      '<testcase>',
    ],
  ])('rejects %s with its place', (_what, xml, line, word) => {
    expect(() => parseReport(xml)).toThrow(
      expect.objectContaining({
        name: 'JunitError',
        code: 'MALFORMED',
        line,
        column: expect.any(Number),
        message: expect.stringContaining(word),
      }),
    );
  });

  it.each(['<testsuite name="\u001b[31m"/>', '<testsuite>\u0000</testsuite>', '<testsuite name="&#27;"/>'])(
    'says how to mend %j',
    (xml) => {
      const hint = expect.stringContaining('seatrial-junit merge --repair');
      expect(() => parseReport(xml)).toThrow(expect.objectContaining({ code: 'MALFORMED', hint }));
      expect(parseReport(repairXml(xml)).suites).toHaveLength(1);
    },
  );

  it('takes a document that says XML 1.1 for XML 1.0, as other readers do', () => {
    const xml = '<?xml version="1.1"?><testsuite name="&#27;"/>';
    expect(() => parseReport(xml)).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
  });

  it('reads as deep and as much as allowed, and no more', () => {
    const nested = (depth: number) => `${'<testsuite>'.repeat(depth)}${'</testsuite>'.repeat(depth)}`;
    expect(parseReport(nested(100)).suites).toHaveLength(1);
    expect(() => parseReport(nested(101))).toThrow(expect.objectContaining({ code: 'TOO_DEEP', line: 1 }));
    expect(() => parseReport(nested(10_000))).toThrow(expect.objectContaining({ code: 'TOO_DEEP' }));
    const xml = '<testsuite/>';
    expect(parseReport(xml, { maxBytes: xml.length }).suites).toHaveLength(1);
    expect(() => parseReport(xml, { maxBytes: xml.length - 1 })).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE' }),
    );
  });
});

describe(readReport, () => {
  const xml =
    '<?xml version="1.0" encoding="UTF-8"?>\r\n<testsuite name="\u{1f600}é"><testcase name="x"><failure>a\r\nb</failure></testcase></testsuite>';

  it.each([1, 2, 3, 7, 1000])('gives the same in chunks of %i bytes as in one', async (size) => {
    expect(await readReport(chunksOf(Buffer.from(xml), size))).toEqual(parseReport(xml));
  });

  it.each([
    ['UTF-16 with a mark', Buffer.from('\ufeff<testsuite name="ü"/>', 'utf16le')],
    ['UTF-16 without a mark', Buffer.from('<?xml version="1.0"?><testsuite name="ü"/>', 'utf16le')],
    ['a declared Latin-1', Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><testsuite name="ü"/>', 'latin1')],
    ['UTF-8 with a mark', Buffer.from('\ufeff<testsuite name="ü"/>')],
  ])('decodes %s', async (_encoding, bytes) => {
    expect((await readReport(chunksOf(bytes, 5))).suites[0]?.name).toBe('ü');
  });

  it('takes text as it is', async () => {
    async function* text() {
      yield '<testsuite ';
      yield 'name="a"/>';
    }
    expect(await readReport(text())).toEqual({ suites: [{ name: 'a', cases: [] }] });
  });

  it.each([
    [
      'bytes that are not UTF-8',
      Buffer.from([...Buffer.from('<testsuite name="'), 0xff, ...Buffer.from('"/>')]),
      'UTF-8',
    ],
    ['a truncated character', Buffer.from('<testsuite name="é').subarray(0, -1), 'UTF-8'],
    ['an unknown encoding', Buffer.from('<?xml version="1.0" encoding="EBCDIC-9"?><testsuite/>'), 'EBCDIC-9'],
    ['binary data', Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 7919) % 256)), 'not'],
  ])('rejects %s', async (_what, bytes, word) => {
    await expect(readReport(chunksOf(bytes, 100))).rejects.toThrow(
      expect.objectContaining({ code: 'MALFORMED', message: expect.stringContaining(word) }),
    );
  });

  it('stops reading at the limit', async () => {
    let read = 0;
    async function* endless() {
      yield Buffer.from('<testsuite><system-out>');
      for (;;) {
        read += 1;
        yield Buffer.alloc(1000, 'a');
      }
    }
    await expect(readReport(endless(), { maxBytes: 10_000 })).rejects.toThrow(
      expect.objectContaining({ code: 'TOO_LARGE' }),
    );
    expect(read).toBeLessThan(12);
  });
});
