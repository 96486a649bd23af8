import { describe, expect, it } from 'vitest';
import { parseReference } from './reference.js';

const digest = `sha256:${'a'.repeat(64)}`;

describe(parseReference, () => {
  it.each([
    ['127.0.0.1:5000/team/app:v1', { name: '127.0.0.1:5000/team/app', tag: 'v1' }],
    ['app', { name: 'app' }],
    [`gcr.io/a/b@${digest}`, { name: 'gcr.io/a/b', digest }],
    [`[::1]:5000/a:v1@${digest}`, { name: '[::1]:5000/a', tag: 'v1', digest }],
    ['localhost:5000/a', { name: 'localhost:5000/a' }],
  ])('reads %s', (text, parsed) => expect(parseReference(text)).toEqual(parsed));

  it.each(['', 'Team/App:v1', 'a:', 'a@sha256:12', 'a b', 'a:v1:v2', '/a', 'a//b', 'https://gcr.io/a:v1'])(
    'rejects %j',
    (text) => {
      expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    },
  );
});
