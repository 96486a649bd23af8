import { describe, expect, it } from 'vitest';
import { describeArtifact } from './artifact-types.js';

// Numbers are those of the conformance cases of the interoperability specification.

describe('conformance', () => {
  it('23: an artifact with a hash in its name, compressed', () => {
    expect(describeArtifact('a#b/c.txt.gz')).toEqual({
      name: 'a%23b/c.txt',
      contentType: 'text/plain; charset=utf-8',
      contentEncoding: 'gzip',
    });
  });
});
