import { stripVTControlCharacters } from 'node:util';

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const CONTROL = /\p{Cc}/u;
const ZERO = /\p{M}|[\u200b-\u200f]|[\ufe00-\ufe0f]/u;

/** How many columns of a terminal a text takes. It must be one line without control characters. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

/** Cuts a text to so many columns, its last one an ellipsis where something was cut. */
export function truncate(text: string, columns: number): string {
  if (text.length <= columns && /^[\x20-\x7e]*$/.test(text)) return text;
  if (textWidth(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const character of text) {
    width += widthOf(character);
    if (width > columns - 1) break;
    kept += character;
  }
  return columns > 0 ? `${kept}…` : '';
}

/** One printable line of what may hold line breaks, tabs, escape sequences and other control characters. */
export function printable(text: string): string {
  if (!CONTROL.test(text)) return text.trimEnd();
  return stripVTControlCharacters(text)
    .replace(/\p{Cc}+/gu, ' ')
    .trimEnd();
}

function widthOf(character: string): number {
  if (character >= ' ' && character <= '~') return 1;
  return ZERO.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
}
