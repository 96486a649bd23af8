// Char of XML 1.0: https://www.w3.org/TR/xml/#charsets. With the `u` flag a lone surrogate matches \p{Cs}.
// eslint-disable-next-line no-control-regex -- those are what must not pass
const ILLEGAL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Replaces each character that XML 1.0 cannot hold, lone surrogates included, by U+FFFD. */
export function replaceIllegal(text: string): string {
  return text.replace(ILLEGAL, '\ufffd');
}

/** Escapes for an attribute in double quotes. Tabs and line ends are escaped too: a reader would turn them into spaces. */
export function escapeAttribute(text: string): string {
  return replaceIllegal(text).replace(/[&<>"\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}

/** Escapes for an element's content. A carriage return is escaped too: a reader would turn it into a line feed. */
export function escapeText(text: string): string {
  return replaceIllegal(text).replace(/[&<>\r]/g, (character) => ESCAPES[character] ?? character);
}

/** Writes element content: as it is, in CDATA where that spares many escapes, escaped where CDATA cannot hold it. */
export function formatText(text: string): string {
  const legal = replaceIllegal(text);
  if (!/[&<>\r]/.test(legal)) return legal;
  // A reader turns a bare carriage return into a line feed, and CDATA has no escapes.
  if (legal.includes('\r')) return escapeText(legal);
  return `<![CDATA[${legal.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}

const SECTION_OR_REFERENCE = /<!\[CDATA\[[^]*?\]\]>|<!--[^]*?-->|&#(?:x([\da-f]+)|(\d+));/gi;

/**
 * Replaces by U+FFFD what keeps a document from being well-formed XML 1.0 although its structure is: control and other
 * characters that XML cannot hold, and references to such (in CDATA sections and comments those are plain text).
 */
export function repairXml(xml: string): string {
  return replaceIllegal(xml).replace(SECTION_OR_REFERENCE, (found, hex?: string, digits?: string) => {
    const code = hex === undefined ? Number(digits) : Number.parseInt(hex, 16);
    if (Number.isNaN(code)) return found; // a section
    return code <= 0x10ffff && replaceIllegal(String.fromCodePoint(code)) !== '\ufffd' ? found : '\ufffd';
  });
}
