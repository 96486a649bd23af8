import { describe, expect, it } from 'vitest';
import { commitState, statusDescription } from './commit-status.js';

// Numbers are those of the conformance cases of the interoperability specification.

const sha = '1'.repeat(40);

describe('conformance', () => {
  it('67: a short description', () => {
    const description = statusDescription('Job succeeded.', sha);
    expect(description).toBe(`Job succeeded.${'\u2001'.repeat(20)} BaseSHA:${sha}`);
    expect([Buffer.byteLength(description), description.length]).toEqual([123, 83]);
  });

  it('68: a long description, with and without SHA', () => {
    const long = 'x'.repeat(200);
    expect(statusDescription(long, sha)).toBe(`${'x'.repeat(43)} ... ${'x'.repeat(43)} BaseSHA:${sha}`);
    expect(statusDescription(long)).toBe(`${'x'.repeat(67)} ... ${'x'.repeat(67)}`);
  });

  it('69: states', () => {
    expect([commitState('aborted'), commitState('scheduling')]).toEqual(['failure', undefined]);
  });
});
