import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBoundary, readMultipart } from './multipart.js';

describe(parseBoundary, () => {
  it.each([
    ['multipart/related; boundary=abc', 'abc'],
    ['multipart/related; boundary="a b"', 'a b'],
    ["multipart/related; boundary='===============1=='", '===============1=='],
  ])('reads %s', (header, boundary) => {
    expect(parseBoundary(header)).toBe(boundary);
  });

  it('rejects a type without one', () => {
    expect(() => parseBoundary('multipart/related')).toThrow(expect.objectContaining({ status: 400 }));
  });
});

const bodyOf = (eol: string, data: Buffer) => {
  const lines = ['--b', 'Content-Type: application/json', 'MIME-Version: 1.0', '', '{"name":"a"}'];
  const head = [...lines, '--b', 'Content-Type: text/x-log', '', ''].join(eol);
  return Buffer.concat([Buffer.from(head), data, Buffer.from(`${eol}--b--${eol}`)]);
};

describe(readMultipart, () => {
  it.each([
    ['a carriage return and a line feed', '\r\n'],
    ['a line feed, as gcloud does', '\n'],
  ])('takes lines that end in %s, however the body is cut', async (_how, eol) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 30 }), async (data, size) => {
        const body = bodyOf(eol, Buffer.from(data));
        const pieces = Array.from({ length: Math.ceil(body.length / size) }, (_, at) =>
          body.subarray(at * size, (at + 1) * size),
        );
        const upload = await readMultipart(Readable.from(pieces, { objectMode: false }), 'b');
        expect(upload).toMatchObject({ metadata: { name: 'a' }, contentType: 'text/x-log' });
        expect(await buffer(upload.data)).toEqual(Buffer.from(data));
      }),
    );
  });

  it('takes parts without headers', async () => {
    const upload = await readMultipart(Readable.from([Buffer.from('--b\r\n\r\n{}\r\n--b\r\n\r\nx\r\n--b--')]), 'b');
    expect(upload).toMatchObject({ metadata: {}, contentType: undefined });
    expect(String(await buffer(upload.data))).toBe('x');
  });
});
