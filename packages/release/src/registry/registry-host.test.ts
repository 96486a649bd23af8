import { describe, expect, it } from 'vitest';
import { registryUrl, repositoryOf } from './registry-host.js';

describe(repositoryOf, () => {
  it.each([
    ['gcr.io/team/app:v1', 'gcr.io', 'team/app'],
    ['localhost/app', 'localhost', 'app'],
    ['localhost:5000/a/b', 'localhost:5000', 'a/b'],
    ['busybox', 'docker.io', 'library/busybox'],
    ['team/app:v1', 'docker.io', 'team/app'],
  ])('reads %s', (reference, registry, path) => expect(repositoryOf(reference)).toEqual({ registry, path }));
});

describe(registryUrl, () => {
  it.each([
    ['127.0.0.1:5000', [], 'http://127.0.0.1:5000/v2/'],
    ['localhost', [], 'http://localhost/v2/'],
    ['127.0.0.1.example.com', [], 'https://127.0.0.1.example.com/v2/'],
    ['registry.example:5000', [], 'https://registry.example:5000/v2/'],
    ['registry.example:5000', ['registry.example:5000'], 'http://registry.example:5000/v2/'],
    ['docker.io', [], 'https://registry-1.docker.io/v2/'],
  ])('%s with %j is %s', (registry, insecure, url) => expect(registryUrl(registry, insecure).href).toBe(url));

  it('rejects what is no host', () => {
    expect(() => registryUrl('a b')).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});
