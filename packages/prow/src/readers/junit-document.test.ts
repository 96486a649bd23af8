import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJunitDocument } from './junit-document.js';

describe(parseJunitDocument, () => {
  it('reads every part of a case', () => {
    const xml = `<?xml version="1.0" encoding="UTF-8"?><testsuites><testsuite name="s" tests=" 1 ">
      <testcase name="n" classname="k" time="1.5e1"><error message="e">1</error><failure>2</failure><failure message="f"/>
      <skipped>3</skipped><system-out>o</system-out><system-err><![CDATA[<e>]]></system-err>
      <properties><property name="p" value="v"/></properties></testcase></testsuite></testsuites>`;
    expect(parseJunitDocument(Buffer.from(xml))).toEqual([
      {
        name: 's',
        suites: [],
        cases: [
          {
            name: 'n',
            className: 'k',
            timeSeconds: 15,
            errors: [{ message: 'e', text: '1' }],
            failures: [
              { message: '', text: '2' },
              { message: 'f', text: '' },
            ],
            skipped: [{ message: '', text: '3' }],
            systemOut: 'o',
            systemErr: '<e>',
            properties: [{ name: 'p', value: 'v' }],
          },
        ],
      },
    ]);
  });

  it.each([
    ['nothing but text', 'hello', 0],
    ['a second root, which is not read', '<testsuite/><html>', 1],
    ['a case directly below testsuites, which is lost', '<testsuites><testcase name="c"/></testsuites>', 0],
    ['a name space', '<j:testsuite xmlns:j="urn:j"/>', 1],
    ['an empty number', '<testsuite tests="" time=""/>', 1],
  ])('accepts %s', (_what, xml, suites) => {
    expect(parseJunitDocument(xml)).toHaveLength(suites);
  });

  it.each([
    ['another root', '<html/>', /root element is <html>/],
    ['text that ends too early', '<testsuite><testcase>', /line 1, column/],
    ['a control character', '<testsuite>\u0001</testsuite>', /line 1, column/],
    ['an undeclared entity', '<testsuite>&nbsp;</testsuite>', /line 1, column/],
    ['a count that is none', '<testsuite failures="1.0"/>', /failures is not an integer: "1\.0"/],
    ['another encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><testsuite/>', /ISO-8859-1 is not UTF-8/],
  ])('rejects %s', (_what, xml, message) => {
    expect(() => parseJunitDocument(xml)).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
    expect(() => parseJunitDocument(xml)).toThrow(message);
  });

  it('rejects bytes that are not UTF-8', () => {
    expect(() => parseJunitDocument(Uint8Array.of(0x3c, 0xff))).toThrow('junit file is malformed: not UTF-8');
  });

  it('ends with suites or MALFORMED, whatever it is given', () => {
    const piece = fc.constantFrom('<testsuite>', '</testsuite>', '<testcase time="1"/>', '<a', '&lt;', '>', 'x', ']]>');
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string())), (pieces) => {
        try {
          expect(Array.isArray(parseJunitDocument(pieces.join('')))).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ name: 'ProwError', code: 'MALFORMED' });
        }
      }),
    );
  });
});
