import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryStore, type MemoryStore } from '../testing/memory-store.js';
import { tempFolder } from '../testing/temp-folder.js';
import { findLatestRelease, moveLatestRelease } from './latest-release.js';

const releasesUri = 'gs://releases';
const RECORD = 'gs://releases/latest_release.json';
const ARCHIVE = 'gs://releases/latest/app-latest.tgz';

async function release(buildId: string | undefined, name = buildId ?? 'x') {
  const archive = join(await tempFolder(), 'app.tgz');
  await writeFile(archive, `archive ${name}`);
  return {
    releasesUri,
    archive,
    sha: `sha-${name}`,
    target: `gs://releases/0.1.0-${name}/app-0.1.0-${name}.tgz`,
    buildId,
  };
}

function state(store: MemoryStore) {
  return { record: store.text(RECORD), archive: store.text(ARCHIVE) };
}

describe(moveLatestRelease, () => {
  it('writes record and archive of a first release', async () => {
    const store = createMemoryStore();
    expect(await moveLatestRelease(store, await release('10'))).toBe('moved');
    expect(state(store)).toEqual({
      record: '{"sha":"sha-10","target":"gs://releases/0.1.0-10/app-0.1.0-10.tgz","buildId":"10"}\n',
      archive: 'archive 10',
    });
  });

  it.each([
    ['a newer build', '9', '10', 'moved'],
    ['an older build', '10', '9', 'kept'],
    ['a build id of more digits', '999', '1000', 'moved'],
  ] as const)('after %s is %s', async (_what, first, second, answer) => {
    const store = createMemoryStore();
    await moveLatestRelease(store, await release(first));
    const before = state(store);
    expect(await moveLatestRelease(store, await release(second))).toBe(answer);
    expect(state(store).record === before.record).toBe(answer === 'kept');
  });

  it('goes past a record of an older tool, which has no build id', async () => {
    const store = createMemoryStore();
    await store.write(RECORD, '{"sha": "old", "target": "gs://releases/x"}');
    expect(await moveLatestRelease(store, await release('1'))).toBe('moved');
  });

  it('completes a move that was broken off after the record', async () => {
    const broken = createMemoryStore(async (uri) => {
      if (uri === ARCHIVE && armed) throw new Error('killed');
    });
    let armed = true;
    const newest = await release('10');
    await expect(moveLatestRelease(broken, newest)).rejects.toThrow('killed');
    armed = false;
    expect(await moveLatestRelease(broken, newest)).toBe('kept');
    expect(state(broken).archive).toBe('archive 10');
  });

  it('never lets an older build have the last word, whoever gets in between whom', async () => {
    const builds = [await release('1'), await release('2'), await release('3')];
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const store = createMemoryStore(async () => scheduler.schedule(Promise.resolve()));
        await scheduler.waitFor(Promise.all(builds.map((build) => moveLatestRelease(store, build))));
        expect(JSON.parse(store.text(RECORD) ?? '')).toMatchObject({ buildId: '3' });
        expect(store.text(ARCHIVE)).toBe('archive 3');
      }),
      { numRuns: 60 },
    );
  });

  it('gives up when others get in between every time', async () => {
    let turn = 100;
    const store: MemoryStore = createMemoryStore(async (uri, self) => {
      if (uri !== RECORD || turn % 2 === 1) return;
      turn += 1;
      await self.write(RECORD, `{"sha":"other","target":"t${turn}"}`);
      turn += 1;
    });
    await expect(moveLatestRelease(store, await release('5'))).rejects.toThrow(
      expect.objectContaining({ code: 'UNAVAILABLE', infrastructure: true }) as Error,
    );
  });

  it.each([
    ['a record that is no JSON', 'not json', 'INVALID_RECORD'],
    ['a record without a commit', '{"target": "x"}', 'INVALID_RECORD'],
  ])('rejects %s and leaves it', async (_what, text, code) => {
    const store = createMemoryStore();
    await store.write(RECORD, text);
    await expect(moveLatestRelease(store, await release('1'))).rejects.toThrow(
      expect.objectContaining({ code }) as Error,
    );
    expect(store.text(RECORD)).toBe(text);
  });

  it('rejects a target that is no published chart', async () => {
    const store = createMemoryStore();
    const moving = moveLatestRelease(store, { ...(await release('1')), target: 'gs://releases/app.tgz' });
    await expect(moving).rejects.toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }) as Error);
    expect(store.objects.size).toBe(0);
  });
});

describe(findLatestRelease, () => {
  it('finds none before the first release', async () => {
    expect(await findLatestRelease(createMemoryStore(), releasesUri)).toBeUndefined();
  });
});
