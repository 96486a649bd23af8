import { describe, expect, it } from 'vitest';
import { createRepository } from '../testing/repository.js';
import { publicUrl, readSourceFacts, sourceLabels } from './source-labels.js';

describe(publicUrl, () => {
  it.each([
    ['https://github.com/a/b.git', 'https://github.com/a/b'],
    ['https://x-access-token:secret@github.com/a/b', 'https://github.com/a/b'],
    ['git@github.com:a/b.git', 'https://github.com/a/b'],
    ['ssh://git@git.example:2222/a/b.git', 'https://git.example/a/b'],
    ['http://127.0.0.1:8080/a/b.git/', 'http://127.0.0.1:8080/a/b'],
    ['/home/x/b', undefined],
    ['file:///home/x/b', undefined],
    ['../b', undefined],
  ])('of %s is %s', (origin, url) => expect(publicUrl(origin)).toBe(url));
});

describe(readSourceFacts, () => {
  it('is the time of the commit, and the origin where there is one', async () => {
    const repo = await createRepository({ a: '' });
    const seconds = Number(await repo.git('log', '-1', '--format=%ct'));
    expect(await readSourceFacts(repo.dir)).toEqual({ committedMs: seconds * 1_000 });
    await repo.git('remote', 'add', 'origin', 'https://u:p@git.example/a/b.git');
    expect(await readSourceFacts(repo.dir)).toMatchObject({ url: 'https://git.example/a/b' });
  });
});

describe(sourceLabels, () => {
  it('tells revision, version, source and the time of the commit', () => {
    const source = { committedMs: Date.parse('2026-01-02T03:04:05Z'), url: 'https://git.example/a/b' };
    expect(sourceLabels({ commit: 'c', version: 'v1', source })).toEqual({
      'org.opencontainers.image.revision': 'c',
      'org.opencontainers.image.version': 'v1',
      'org.opencontainers.image.source': 'https://git.example/a/b',
      'org.opencontainers.image.created': '2026-01-02T03:04:05.000Z',
    });
    expect(Object.keys(sourceLabels({ commit: 'c', version: 'v1' }))).toHaveLength(2);
  });
});
