import { parse } from 'yaml';

/** A single value of YAML, as this package sets them. */
export type ScalarValue = string | number | boolean;

/** How a scalar is written. */
export type ScalarStyle = 'plain' | 'single' | 'double';

// Narrower than YAML allows, so that it holds in block and flow context alike.
const plainText = /^[A-Za-z0-9_./](?:[A-Za-z0-9_./@+ -]|:(?=\S))*$/;
/** Characters that need an escape in double quotes and that JSON does not give one. */
const unprintable = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/**
 * Writes a scalar on one line, in the style wished for where that keeps the value: text stays text for readers of YAML 1.1
 * (helm) and 1.2 alike, so `yes`, `1.10`, `012` and `1e5` are quoted.
 */
export function formatScalar(value: ScalarValue, style: ScalarStyle = 'plain'): string {
  if (typeof value !== 'string') return String(value);
  if (style === 'plain' && isPlainText(value)) return value;
  const escaped = JSON.stringify(value).replace(
    unprintable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const needsEscape = escaped.slice(1, -1).replaceAll('\\"', '"').replaceAll('\\\\', '\\') !== value;
  if (style === 'single' && !needsEscape) return `'${value.replaceAll("'", "''")}'`;
  return escaped;
}

/** Bare words that are no text to one of the versions. @see https://yaml.org/type/bool.html */
const words = /^(?:y|yes|n|no|true|false|on|off|null)$/i;

/** Whether a reader of either version takes the bare characters as this very text. */
function isPlainText(value: string): boolean {
  if (!plainText.test(value) || value.endsWith(' ') || value.length > 1_000) return false;
  // What starts with a letter is a text but for some words: no time and no number does (`e0` is one to some readers).
  if (/^[A-DF-Za-df-z]/.test(value) && !/ /.test(value)) return !words.test(value);
  // Base 60 numbers and binary ones with underscores are numbers in 1.1, in Go's reader too.
  if (/^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(value) || /^0[xob]?[0-9a-f_]+$/i.test(value))
    return false;
  return parsesAs(value, '1.1') && parsesAs(value, '1.2');
}

function parsesAs(value: string, version: '1.1' | '1.2'): boolean {
  try {
    return parse(value, { version, logLevel: 'silent' }) === value;
  } catch {
    return false; // not a scalar of its own at all: quoted, then
  }
}
