import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { mergeReports } from './merge.js';
import { parseReport } from './report-reader.js';
import { readVerdict } from './verdict-reader.js';

const merge = async (xmls: readonly string[], options = {}) =>
  mergeReports(
    xmls.map((xml, at) => ({ file: `${at + 1}.xml`, xml })),
    options,
  );

/** What a strict reader sees below the root. */
function eventsOf(xml: string): readonly unknown[] {
  const events: unknown[] = [];
  const parser = new SaxesParser();
  let depth = 0;
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    depth += 1;
    if (depth > 1) events.push(['open', name, Object.entries(attributes)]);
  });
  parser.on('closetag', ({ name }) => {
    if (depth > 1) events.push(['close', name]);
    depth -= 1;
  });
  parser.on('text', (text) => {
    if (depth > 1) events.push(['text', text]);
  });
  parser.on('cdata', (text) => events.push(['cdata', text]));
  parser.on('comment', (text) => events.push(['comment', text]));
  parser.write(xml).close();
  return events;
}

const attributeText = fc.constantFrom(
  '',
  'a',
  '&amp;&#10;',
  '&lt;b&gt; > ',
  'l\nm\tn',
  '&#x1F600;é',
  "'",
  'true',
  '0012',
);
const word = fc.constantFrom('name', 'classname', 'x:y', 'custom', 'time', 'toString', 'valueOf');
const attributes = fc
  .uniqueArray(fc.tuple(word, attributeText, fc.boolean()), { selector: ([name]) => name })
  .map((list) =>
    list
      .map(([name, value, isSingle]) =>
        isSingle && !value.includes("'") ? ` ${name}='${value}"'` : ` ${name}="${value}"`,
      )
      .join(''),
  );
const inner = fc.constantFrom(
  '',
  ' ',
  '\n  ',
  'text &amp; more &#13;',
  ']] > ]>',
  '007',
  '<![CDATA[]]>',
  '<![CDATA[<b>&amp; ]] ]]]>',
  '<!-- a - b -->',
  '<empty/>',
  '<toString a="1"> </toString>',
  '<hasOwnProperty/>',
);
const tag = fc.constantFrom('testcase', 'system-out', 'properties', 'unknown', 'x:other', 'constructorArgs');
const element = fc
  .tuple(tag, attributes, fc.array(inner, { maxLength: 4 }))
  .map(([name, list, content]) => `<${name}${list}>${content.join('')}</${name}>`);
const suite = fc
  .tuple(attributes, fc.array(fc.oneof(element, inner), { maxLength: 6 }))
  .map(([list, content]) => `<testsuite${list}>${content.join('')}</testsuite>`);

describe(mergeReports, () => {
  it('keeps suites in order and all that is in them, as it was written', async () => {
    const a = `<?xml version="1.0"?><!-- made by a -->
<testsuites name="all" time="1.5" id="7"><testsuite name="s" package='p"q' weird="1">
  <!-- why --><testcase name="1&#10;" owner="me"><custom a="b">x<![CDATA[<y>]]></custom></testcase>
  <properties><property name="p" value="1"/><property name="p" value="2"/></properties></testsuite></testsuites>`;
    const b = '<testsuite name="s" time="2"><testcase name="2"><failure/></testcase></testsuite>';
    const { xml, notes } = await merge([a, b]);
    expect(xml).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="all" id="7" tests="2" failures="1" errors="0" skipped="0" time="3.5">
  <!-- made by a -->
  <testsuite name="s" package="p&quot;q" weird="1">
  <!-- why --><testcase name="1&#10;" owner="me"><custom a="b">x<![CDATA[<y>]]></custom></testcase>
  <properties><property name="p" value="1"/><property name="p" value="2"/></properties></testsuite>
  <testsuite name="s" time="2"><testcase name="2"><failure/></testcase></testsuite>
</testsuites>
`);
    expect(notes).toEqual([]);
  });

  it('shows a strict reader what it saw before, whatever is in the suites', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(suite, { minLength: 1, maxLength: 3 }), async (suites) => {
        const whole = `<testsuites>${suites.join('')}</testsuites>`;
        const { xml } = await merge(suites);
        expect(eventsOf(xml)).toEqual(eventsOf(whole));
        expect((await merge([whole])).xml).toBe(xml);
        expect((await merge([xml])).xml).toBe(xml);
      }),
      { numRuns: 150 },
    );
  });

  it('keeps duplicate cases: a pass does not cover a failure', async () => {
    const pass = '<testsuite name="s"><testcase name="c"/></testsuite>';
    const fail = '<testsuite name="s"><testcase name="c"><failure/></testcase></testsuite>';
    expect(await readVerdict((await merge([pass, fail])).xml)).toMatchObject({ passed: false, tests: 2, failures: 1 });
  });

  it('adds counts up, and leaves out what roots do not agree on, saying so', async () => {
    const { xml, notes } = await merge([
      '<testsuites name="a" disabled="1" tests="99" time="1,000.5"/>',
      '<testsuites name="b" disabled="2"><testsuite time="0.5"/></testsuites>',
    ]);
    expect(xml).toContain('<testsuites disabled="3" tests="0" failures="0" errors="0" skipped="0" time="1001">');
    expect(notes).toEqual(['the root\'s attribute name is left out: 1.xml has "a", 2.xml has "b"']);
  });

  it('gives cases directly below the root a suite, and elements the namespaces of their root', async () => {
    const { xml } = await merge(['<j:testsuites xmlns:j="u"><j:testcase name="c"/><j:testsuite/></j:testsuites>']);
    expect(xml).toContain('  <testsuite name="" xmlns:j="u"><j:testcase name="c"/></testsuite>\n');
    expect(xml).toContain('  <j:testsuite xmlns:j="u"/>\n');
  });

  it('keeps elements and attributes named like what all objects have', async () => {
    const suite = '<testsuite __proto__="a"><constructor/><__proto__>b</__proto__></testsuite>';
    expect((await merge([suite])).xml).toContain(`  ${suite}\n`);
  });

  it.each([
    ['a truncated document', '<testsuite><testcase>', 'MALFORMED', '2.xml: not a JUnit report: line 1, column 22'],
    ['two roots', '<testsuite/><testsuite/>', 'MALFORMED', '2.xml: not a JUnit report: line 1'],
    ['a control character', '<testsuite name="\u001b"/>', 'MALFORMED', '2.xml: not a JUnit report: line 1'],
    ['what is nested too deep', `${'<testsuite>'.repeat(10_000)}`, 'TOO_DEEP', '2.xml: not read'],
  ])('rejects %s and names the file', async (_what, xml, code, message) => {
    await expect(merge(['<testsuite/>', xml])).rejects.toThrow(
      expect.objectContaining({ code, file: '2.xml', message: expect.stringContaining(message) }),
    );
  });

  it('rejects to merge nothing', async () => {
    await expect(merge([])).rejects.toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });

  it('replaces what XML cannot hold where it is asked to repair', async () => {
    const xml = `<testsuite name="a\u001b&#27;&#xFFFE;&#65;\ud800"><testcase name="c"><system-out><![CDATA[&#27;\u0000]]></system-out>
      <!-- &#0; --></testcase></testsuite>`;
    const { xml: merged } = await merge([xml], { repair: true });
    expect(parseReport(merged).suites[0]).toMatchObject({
      name: 'a\ufffd\ufffd\ufffdA\ufffd',
      cases: [{ systemOut: '&#27;\ufffd' }],
    });
    expect(merged).toContain('<!-- &#0; -->');
  });
});
