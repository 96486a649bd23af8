import { describe, expect, it } from 'vitest';
import { familiarName, findReference, isLoopback } from './reference.js';

const digest = `sha256:${'a'.repeat(64)}`;

describe(findReference, () => {
  it.each([
    ['node', 'docker.io', 'library/node', 'latest', undefined],
    ['node:22-slim', 'docker.io', 'library/node', '22-slim', undefined],
    ['kubeflow/tf-job:v1', 'docker.io', 'kubeflow/tf-job', 'v1', undefined],
    ['127.0.0.1:5000/a/b:v1', '127.0.0.1:5000', 'a/b', 'v1', undefined],
    ['localhost/a', 'localhost', 'a', 'latest', undefined],
    ['registry:5000/a', 'registry:5000', 'a', 'latest', undefined],
    [`gcr.io/p/a@${digest}`, 'gcr.io', 'p/a', undefined, digest],
    [`gcr.io/p/a:t@${digest}`, 'gcr.io', 'p/a', 't', digest],
  ])('reads %s', (text, host, repository, tag, expected) => {
    expect(findReference(text)).toEqual({ host, repository, tag, digest: expected });
  });

  it.each(['', ':v1', 'Upper', 'a:', 'a//b', 'a@sha256:12', 'a b', '127.0.0.1:5000/A', '../x', `a:${'t'.repeat(129)}`])(
    'finds none in %j',
    (text) => {
      expect(findReference(text)).toBeUndefined();
    },
  );
});

describe(familiarName, () => {
  it.each(['node', 'kubeflow/tf-job', 'gcr.io/p/a'])('gives back %s', (name) => {
    const reference = findReference(name);
    expect(reference && familiarName(reference)).toBe(name);
  });
});

describe(isLoopback, () => {
  it.each([
    ['127.0.0.1:5000', true],
    ['localhost:80', true],
    ['docker.io', false],
    ['127.0.0.1.example.com', false],
    ['10.0.0.1:5000', false],
  ])('%s: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});
