import { describe, expect, it } from 'vitest';
import { describeArtifact } from './artifact-types.js';

describe(describeArtifact, () => {
  it.each([
    ['core.gz', { name: 'core', contentType: 'application/gzip' }],
    ['a.bin.gzip', { name: 'a.bin', contentType: 'application/gzip' }],
    ['junit_e2e.xml.gzip', { name: 'junit_e2e.xml', contentType: 'text/xml; charset=utf-8', contentEncoding: 'gzip' }],
    ['a/b.json', { name: 'a/b.json', contentType: 'application/json' }],
    ['.json', { name: '.json', contentType: 'application/octet-stream' }],
    ['a.constructor', { name: 'a.constructor', contentType: 'application/octet-stream' }],
    ['a.tar.gz', { name: 'a.tar', contentType: 'application/gzip' }],
  ])('of %s', (path, expected) => {
    expect(describeArtifact(path)).toEqual(expected);
  });

  it('takes media types before those it knows', () => {
    const mediaTypes = { json: 'text/x-json', prom: 'text/plain' };
    expect(describeArtifact('a.json', { mediaTypes }).contentType).toBe('text/x-json');
    expect(describeArtifact('a.prom.gz', { mediaTypes })).toMatchObject({ name: 'a.prom', contentEncoding: 'gzip' });
  });
});
