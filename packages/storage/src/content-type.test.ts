import { describe, expect, it } from 'vitest';
import { contentTypeOf } from './content-type.js';

describe(contentTypeOf, () => {
  it.each([
    ['started.json', 'application/json'],
    ['build-log.txt', 'text/plain; charset=utf-8'],
    ['logs/pod.log', 'text/plain; charset=utf-8'],
    ['index.html', 'text/html; charset=utf-8'],
    ['logo.PNG', 'image/png'],
    ['chart.d/LICENSE', 'application/octet-stream'],
    ['', 'application/octet-stream'],
  ])('of %s is %s', (name, type) => {
    expect(contentTypeOf(name)).toBe(type);
  });
});
