import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatUri, joinUri, parseUri } from './uri.js';

const cwd = '/work/here';

describe(parseUri, () => {
  it.each([
    ['gs://ci-logs', { scheme: 'gs', bucket: 'ci-logs', object: '' }],
    ['gs://ci-logs/', { scheme: 'gs', bucket: 'ci-logs', object: '' }],
    ['gs://ci-logs/a//b/../c d#e?f%', { scheme: 'gs', bucket: 'ci-logs', object: 'a//b/../c d#e?f%' }],
    ['file:///tmp/a%20b', { scheme: 'file', path: '/tmp/a b' }],
    ['file:///tmp/dir/', { scheme: 'file', path: '/tmp/dir/' }],
    ['file://./_results', { scheme: 'file', path: '/work/here/_results' }],
    ['file://./_results/', { scheme: 'file', path: '/work/here/_results/' }],
    ['file://../x', { scheme: 'file', path: '/work/x' }],
    ['file://.', { scheme: 'file', path: '/work/here' }],
  ])('reads %s', (uri, parsed) => {
    expect(parseUri(uri, { cwd })).toEqual(parsed);
  });

  it.each([
    ['another scheme', 's3://ci-logs/a'],
    ['a plain path', '/tmp/a'],
    ['an empty text', ''],
    ['text before the scheme', 'see gs://ci-logs/a'],
    ['an empty bucket', 'gs:///a'],
    ['upper case in the bucket', 'gs://CI-logs/a'],
    ['a line break in the object', 'gs://ci-logs/a\nb'],
    ['another host', 'file://server/share'],
    ['a query', 'file:///tmp/a?b'],
    ['an encoded slash', 'file:///tmp/a%2Fb'],
  ])('rejects %s', (_why, uri) => {
    expect(() => parseUri(uri, { cwd })).toThrow(
      expect.objectContaining({ name: 'StorageError', code: 'INVALID_URI', uri, hint: expect.any(String) }),
    );
  });

  it('rejects a relative path without a folder to start from', () => {
    expect(() => parseUri('file://./a')).toThrow(expect.objectContaining({ code: 'INVALID_URI' }));
  });
});

describe(formatUri, () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[\r\n\0]/.test(text));

  it('is the inverse of parseUri', () => {
    fc.assert(
      fc.property(name, (object) => {
        const place = { scheme: 'gs', bucket: 'ci-logs', object } as const;
        expect(parseUri(formatUri(place))).toEqual(place);
      }),
    );
    fc.assert(
      fc.property(
        fc.array(
          name.filter((text) => !/^\.{1,2}$|[/\\]/.test(text)),
          { minLength: 1 },
        ),
        (segments) => {
          const place = { scheme: 'file', path: `/${segments.join('/')}` } as const;
          expect(parseUri(formatUri(place))).toEqual(place);
        },
      ),
    );
  });
});

describe(joinUri, () => {
  it.each([
    ['gs://b', ['a'], 'gs://b/a'],
    ['gs://b/', ['a', '', 'b/c/'], 'gs://b/a/b/c/'],
    ['gs://b/p', ['/a b', 'c%#'], 'gs://b/p/a b/c%#'],
    ['gs://b/p', ['..'], 'gs://b/p/..'],
    ['file:///tmp', ['a b', 'c#d'], 'file:///tmp/a%20b/c%23d'],
    ['file:///', ['a'], 'file:///a'],
    ['file://./_results', ['x', '..y', 'z..'], 'file://./_results/x/..y/z..'],
    ['gs://b/p', [], 'gs://b/p'],
  ])('puts below %s: %j', (base, parts, joined) => {
    expect(joinUri(base, ...parts)).toBe(joined);
  });

  it.each(['..', '../x', 'a/../b', 'a/..', '.', 'a\\..\\b'])('rejects %s below a folder', (part) => {
    expect(() => joinUri('file:///tmp', part)).toThrow(expect.objectContaining({ code: 'INVALID_URI' }));
  });
});
