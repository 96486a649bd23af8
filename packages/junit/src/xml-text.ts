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

/** Writes element content: as it is, in CDATA where that spares many escapes, escaped where CDATA cannot hold it. */
export function formatText(text: string): string {
  const legal = replaceIllegal(text);
  if (!/[&<>\r]/.test(legal)) return legal;
  // A reader turns a bare carriage return into a line feed, and CDATA has no escapes.
  if (legal.includes('\r')) return legal.replace(/[&<>\r]/g, (character) => ESCAPES[character] ?? character);
  return `<![CDATA[${legal.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}
