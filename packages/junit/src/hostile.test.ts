import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { mergeReports } from './merge.js';
import { parseReport, readReport } from './report-reader.js';
import { readVerdict } from './verdict-reader.js';

const MIB = 1024 * 1024;
const SIZE_BYTES = 8e6;

/** Bytes of `before`, of `piece` again and again until it is `sizeBytes`, and of `after`. None is held. */
async function* stream(before: string, piece: string, sizeBytes: number, after = ''): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(piece.repeat(Math.ceil((64 * 1024) / piece.length)));
  yield new TextEncoder().encode(before);
  for (let sent = 0; sent < sizeBytes; sent += bytes.length) yield bytes;
  yield new TextEncoder().encode(after);
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heldMib(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / MIB;
}

/** How much more is held when all but the last piece has gone by, in MiB. */
async function* watched(chunks: AsyncIterable<Uint8Array>, grown: { mib: number }): AsyncGenerator<Uint8Array> {
  const before = heldMib();
  let sent = 0;
  for await (const chunk of chunks) {
    yield chunk;
    sent += chunk.length;
    if (sent >= SIZE_BYTES && grown.mib === 0) grown.mib = heldMib() - before;
  }
}

const readers = [
  ['the verdict', (xml: string) => readVerdict(xml)],
  ['the model', async (xml: string) => parseReport(xml)],
  ['a merge', (xml: string) => mergeReports([{ file: 'a.xml', xml }])],
] as const;

const bomb = `<?xml version="1.0"?><!DOCTYPE t [<!ENTITY a0 "ha">${Array.from(
  { length: 30 },
  (_, at) => `<!ENTITY a${at + 1} "&a${at};&a${at};">`,
).join('')}]><testsuite name="&a30;"/>`;

describe.each(readers)('%s of hostile input', (_name, read) => {
  it.each([
    ['an entity bomb', bomb, 'MALFORMED', 'undefined entity'],
    [
      'an external entity',
      '<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuite name="&x;"/>',
      'MALFORMED',
      'entity',
    ],
    ['10,000 nested suites', '<testsuite>'.repeat(10_000) + '</testsuite>'.repeat(10_000), 'TOO_DEEP', '100 deep'],
    ['10,000 nested elements nobody knows', `<testsuite>${'<x>'.repeat(10_000)}`, 'TOO_DEEP', '100 deep'],
    ['an attribute of 11 MB', `<testsuite name="${'a'.repeat(11_000_000)}"/>`, 'TOO_LARGE', 'attribute'],
    ['an element that never ends', `<testsuite ${'a'.repeat(1000)}`, 'MALFORMED', 'unexpected end'],
  ])('is an error for %s', async (_what, xml, code, word) => {
    const error = expect.objectContaining({ name: 'JunitError', code, message: expect.stringContaining(word) });
    await expect(read(xml)).rejects.toThrow(error);
  });
});

describe.each([
  ['readVerdict', readVerdict],
  ['readReport', readReport],
] as const)('%s of hostile streams', (_name, read) => {
  it('stops a stream of 1 GB at the limit', async () => {
    let pieces = 0;
    async function* counted() {
      for await (const chunk of stream('<testsuite><system-out>', 'endless ', 1e9)) {
        pieces += 1;
        yield chunk;
      }
    }
    await expect(read(counted(), { maxBytes: 4e6 })).rejects.toThrow(
      expect.objectContaining({ code: 'TOO_LARGE', hint: expect.any(String) }),
    );
    expect(pieces).toBeLessThan(70);
  });

  it.each([
    ['an attribute', '<testsuite name="'],
    ['a name', '<testsuite'],
    ['a reference', '<testsuite>&'],
  ])('stops at %s that does not end', async (_what, before) => {
    await expect(read(stream(before, 'a', 1e9))).rejects.toThrow(
      expect.objectContaining({ code: 'TOO_LARGE', message: expect.stringContaining('attribute or name'), line: 1 }),
    );
  });

  it.each([
    ['zeros', new Uint8Array(10_000)],
    ['a gzip file', Uint8Array.from({ length: 10_000 }, (_, at) => [0x1f, 0x8b, 0x08, 0][at] ?? (at * 7919) % 256)],
    ['an ELF file', Uint8Array.from({ length: 10_000 }, (_, at) => [0x7f, 0x45, 0x4c, 0x46][at] ?? (at * 31) % 256)],
  ])('is an error for %s', async (_what, bytes) => {
    async function* binary() {
      yield bytes;
    }
    await expect(read(binary())).rejects.toThrow(expect.objectContaining({ code: 'MALFORMED', line: 1 }));
  });
});

describe('memory of a verdict', () => {
  it.each([
    [
      'output in a CDATA section',
      '<testsuite><testcase name="c"/><system-out><![CDATA[',
      'log <line> ]]\n',
      ']]></system-out></testsuite>',
    ],
    [
      'output with references',
      '<testsuite><testcase name="c"/><system-out>',
      'log &lt;line> é\n',
      '</system-out></testsuite>',
    ],
    ['a comment', '<testsuite><testcase name="c"/><!--', ' a comment - of length ', '--></testsuite>'],
    [
      'the text of a failure',
      '<testsuite><testcase name="c"><failure>',
      'at a place\n',
      '</failure></testcase></testsuite>',
    ],
    [
      'failing cases',
      '<testsuite>',
      '<testcase name="a case that fails"><failure message="because">at x</failure></testcase>',
      '</testsuite>',
    ],
    ['wrong counts', '<testsuites>', '<testsuite name="s" tests="7"><testcase name="c"/></testsuite>', '</testsuites>'],
    ['white space', '<testsuite><testcase name="c"/>', ' \n', '</testsuite>'],
  ])('does not grow with %s', async (_what, before, piece, after) => {
    const grown = { mib: 0 };
    const verdict = await readVerdict(watched(stream(before, piece, SIZE_BYTES, after), grown));
    expect(verdict.tests).toBeGreaterThan(0);
    expect(grown.mib).not.toBe(0);
    expect(grown.mib).toBeLessThan(4);
  });
});
