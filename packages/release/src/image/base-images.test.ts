import { describe, expect, it } from 'vitest';
import { baseImages } from './base-images.js';

describe(baseImages, () => {
  it.each([
    ['FROM scratch', []],
    ['FROM gcr.io/team/base:1', ['gcr.io/team/base:1']],
    ['from --platform=linux/amd64 a:1 as build\nFROM build\nCOPY --from=build /x /', ['a:1']],
    ['FROM a:1\nCOPY --from=0 /x /\nCOPY --from=b.example/c:2 /y /', ['a:1', 'b.example/c:2']],
    ['ARG BASE="a:1"\nFROM ${BASE}', ['a:1']],
    ['ARG TAG\nFROM a:$TAG', ['a:9']],
    ['ARG UNSET\nFROM ${UNSET}', []],
    ['FROM ${UNSET:-a:3}', ['a:3']],
    ['FROM \\\n  a:1', ['a:1']],
    ['RUN echo FROM b', []],
  ])('of %j are %j', (text, images) => expect(baseImages(text, { TAG: '9' })).toEqual(images));
});
