import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attributeOf, contentOf, parseDocument } from './document.js';
import { parseReport } from './report-reader.js';
import { escapeAttribute, escapeText, repairXml } from './xml-text.js';

describe(parseDocument, () => {
  it.each([
    ['a &lt;b&gt; &amp;amp; &quot;&apos;', 'a <b> &amp; "\''],
    ['&#10;&#x1F600;&#x41;', '\n\u{1f600}A'],
    ['a\r\nb\tc\nd', 'a b c d'],
  ])('reads the attribute %j', (raw, text) => {
    expect(attributeOf(parseDocument(`<testsuite name="${raw}"/>`).root, 'name')).toBe(text);
  });
});

describe(escapeAttribute, () => {
  it('keeps all that XML can hold, as does escapeText', () => {
    const legal = fc.string({ unit: 'grapheme-composite' }).filter((text) => repairXml(text) === text);
    fc.assert(
      fc.property(legal, (text) => {
        const xml = `<testsuite name="${escapeAttribute(text)}"><a/>${escapeText(text)}</testsuite>`;
        const { root } = parseDocument(xml);
        expect(attributeOf(root, 'name')).toBe(text);
        expect(contentOf(root)[1]?.text ?? '').toBe(text);
      }),
    );
  });
});

describe(repairXml, () => {
  it.each([
    ['what is well-formed', '<a b="&#9;&amp;&#x10FFFF;">&#xD7FF;</a>', '<a b="&#9;&amp;&#x10FFFF;">&#xD7FF;</a>'],
    ['sections that only look wrong', '<![CDATA[&#0;]]><!-- &#0; -->', '<![CDATA[&#0;]]><!-- &#0; -->'],
  ])('leaves %s', (_what, xml, repaired) => {
    expect(repairXml(xml)).toBe(repaired);
  });

  it.each(['&#0;', '&#x1b;', '&#xD800;', '&#xFFFF;', '&#1114112;', '&#99999999999999999999;', '\u0007', '\udc00'])(
    'replaces %j',
    (bad) => {
      expect(repairXml(`<a>${bad}</a>`)).toBe('<a>\ufffd</a>');
    },
  );

  it('makes any text in a report one that can be read', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = text.replace(/[&<>]/g, '');
        expect(
          parseReport(repairXml(`<testsuite><system-out>${escaped}</system-out></testsuite>`)).suites,
        ).toHaveLength(1);
      }),
    );
  });
});
