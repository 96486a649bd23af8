import fc from 'fast-check';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { findAll, piecesOf } from './ansi.js';

describe(piecesOf, () => {
  it('gives colours classes of the page', () => {
    expect(piecesOf('a \u001b[1;31mred\u001b[0m b')).toEqual([
      { text: 'a ', className: '' },
      { text: 'red', className: 'ansi-red ansi-bold' },
      { text: ' b', className: '' },
    ]);
  });

  it('never makes text into markup', () => {
    const [piece] = piecesOf('\u001b[31m<img src=x onerror=alert(1)>');
    expect(piece?.text).toBe('<img src=x onerror=alert(1)>');
  });

  it('drops everything else that a terminal would do', () => {
    const line = '\u001b]0;title\u0007\u001b[2K\u001b[1Ga\u001b[38;5;208mb\u001b[0mc';
    expect(
      piecesOf(line)
        .map(({ text }) => text)
        .join(''),
    ).toBe('abc');
  });

  it('keeps the text of whatever line with colours', () => {
    const code = fc.constantFrom('\u001b[0m', '\u001b[31m', '\u001b[1;44m', '\u001b[38;5;9m', '\u001b[97m');
    fc.assert(
      fc.property(fc.array(fc.oneof(code, fc.string())), (parts) => {
        const line = parts
          .join('')
          .replaceAll('\n', '')
          // eslint-disable-next-line no-control-regex -- an escape that begins no colour is left out
          .replace(/\u001b(?!\[[\d;]*m)/g, '');
        expect(
          piecesOf(line)
            .map(({ text }) => text)
            .join(''),
        ).toBe(stripVTControlCharacters(line));
      }),
    );
  });
});

describe(findAll, () => {
  it('finds a text in whatever case', () => {
    expect(findAll('Error: ERROR', 'error')).toEqual([
      [0, 5],
      [7, 12],
    ]);
    expect(findAll('abc', '')).toEqual([]);
  });
});
