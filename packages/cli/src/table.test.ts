import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTable } from './table.js';
import { printable, textWidth, truncate } from './text-width.js';

describe(formatTable, () => {
  it('aligns columns', () => {
    const rows = [
      ['build', '12.3s', 'ok'],
      ['deploy', '4s', ''],
    ];
    expect(formatTable(rows, { header: ['TASK', 'TIME', ''], alignRight: [1] })).toBe(
      ['TASK     TIME', 'build   12.3s  ok', 'deploy     4s'].join('\n'),
    );
  });

  it('cuts the widest column first', () => {
    expect(formatTable([['name', 'x'.repeat(100), 'end']], { width: 20 })).toBe(`name  ${'x'.repeat(8)}…  end`);
  });

  it('is empty for no rows', () => {
    expect(formatTable([])).toBe('');
  });

  it('makes one line of each row, no wider than it may be', () => {
    const rows = fc.array(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 4 }));
    fc.assert(
      fc.property(rows, fc.integer({ min: 12, max: 100 }), (list, width) => {
        const text = formatTable(list, { width });
        if (list.length > 0) expect(text.split('\n')).toHaveLength(list.length);
        for (const line of text.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe(truncate, () => {
  it.each([
    ['short', 5, 'short'],
    ['longer', 5, 'long…'],
    ['漢字漢字', 8, '漢字漢字'],
    ['漢字漢字', 7, '漢字漢…'],
    ['é'.repeat(3), 2, 'é…'],
    ['x', 0, ''],
  ])('cuts %j to %d columns', (text, columns, cut) => {
    expect(truncate(text, columns)).toBe(cut);
  });
});

describe(printable, () => {
  it('makes one line without escape sequences', () => {
    expect(printable('\u001b[31mred\u001b[0m\tand\r\nmore\u0007 ')).toBe('red and more');
  });
});
