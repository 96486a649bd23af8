// What XML 1.0 cannot hold, in any form: https://www.w3.org/TR/xml/#charsets
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const ILLEGAL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;
const REPLACEMENT = '\ufffd';

/** The text with every character that XML 1.0 cannot hold (lone surrogates too) replaced by U+FFFD. */
export function legalText(text: string): string {
  return text.replace(ILLEGAL, REPLACEMENT);
}

const ATTRIBUTE: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

/** For an attribute in double quotes. Line breaks are escaped: a reader would make blanks of them. */
export function escapeAttribute(text: string): string {
  return legalText(text).replace(/[&<>"\n\r\t]/g, (character) => ATTRIBUTE[character] ?? character);
}

/** For text between tags. */
export function escapeText(text: string): string {
  return legalText(text).replace(/[&<>\r]/g, (character) => ATTRIBUTE[character] ?? character);
}
