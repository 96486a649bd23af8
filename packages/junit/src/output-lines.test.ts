import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineSplitter, createOutputTail } from './output-lines.js';

function split(chunks: readonly Uint8Array[], maxLineChars?: number): string[] {
  const lines: string[] = [];
  const splitter = createLineSplitter((line) => lines.push(line), maxLineChars === undefined ? {} : { maxLineChars });
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
}

describe(createLineSplitter, () => {
  it.each([
    ['a\nb\n', ['a', 'b']],
    ['a\r\n\r\nb', ['a', '', 'b']],
    ['', []],
    ['\n', ['']],
  ])('cuts %j', (text, lines) => {
    expect(split([Buffer.from(text)])).toEqual(lines);
  });

  it('gives the same lines however the bytes come', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 5 }), (text, size) => {
        const bytes = Buffer.from(text.replaceAll('\r', ''));
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
          bytes.subarray(at * size, (at + 1) * size),
        );
        expect(split(chunks)).toEqual(split([bytes]));
      }),
    );
  });

  it('replaces invalid UTF-8', () => {
    expect(split([Buffer.from([0x61, 0xff, 0x62, 0x0a, 0xc3])])).toEqual(['a\ufffdb', '\ufffd']);
  });

  it('hands a long line over in pieces and loses nothing', () => {
    expect(split([Buffer.from('abcdefgh\nij')], 3)).toEqual(['abc', 'def', 'gh', 'ij']);
    expect(split([Buffer.from('abcd'), Buffer.from('efg')], 3)).toEqual(['abc', 'def', 'g']);
  });
});

describe(createOutputTail, () => {
  it('keeps the last lines and says how many came before', () => {
    const tail = createOutputTail(2);
    for (const line of ['a', 'b', 'c', 'd']) tail.push(line);
    expect(tail.toString()).toBe('… 2 lines before\nc\nd');
  });

  it('drops colours and cuts long lines', () => {
    const tail = createOutputTail(5);
    tail.push('\u001b[1;31mred\u001b[0m \u001b]8;;http://x\u0007link\u001b]8;;\u0007');
    tail.push('x'.repeat(10_000));
    expect(tail.toString()).toBe(`red link\n${'x'.repeat(4_000)}…`);
  });

  it('is empty without lines', () => {
    expect(createOutputTail(5).toString()).toBe('');
    const none = createOutputTail(0);
    none.push('a');
    expect(none.toString()).toBe('… 1 lines before\n');
  });
});
