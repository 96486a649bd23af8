import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMemoryStore, type MemoryStore } from '../testing/memory-store.js';
import { tempFolder } from '../testing/temp-folder.js';
import { releaseNewest } from './release-newest.js';

const releasesUri = 'gs://releases';
const latestGreenUri = 'gs://results/latest_green.json';
const RECORD = 'gs://releases/latest_release.json';
const ARCHIVE = 'gs://releases/latest/app-latest.tgz';
const [A, B] = ['a'.repeat(40), 'b'.repeat(40)];

const targetOf = (sha: string) => `gs://releases/1-${sha[0]}/app-1-${sha[0]}.tgz`;

async function setUp(store: MemoryStore = createMemoryStore(), options: { readonly dryRun?: boolean } = {}) {
  const dir = await tempFolder();
  const built: string[] = [];
  const mayMove: boolean[] = [];
  let buildId = 0;
  let during = async () => {};
  const green = (sha: string) => store.write(latestGreenUri, JSON.stringify({ status: 'passing', job: 'j', sha }));
  const run = () =>
    releaseNewest(
      {
        store,
        newBuildId: () => String((buildId += 1)),
        build: async (sha, mayMoveLatest) => {
          built.push(sha);
          if (options.dryRun === true) return undefined;
          const path = join(dir, `${sha}.tgz`);
          await writeFile(path, `chart of ${sha}`);
          await store.writeFile(targetOf(sha), path, {});
          await during();
          mayMove.push(await mayMoveLatest());
          const chart = { name: 'app', version: '1', path, sha256: 'f', uri: targetOf(sha) };
          return { image: 'r/app:v1', commit: sha, tag: 'v1', chart };
        },
      },
      { latestGreenUri, releasesUri },
    );
  return { store, built, mayMove, green, run, onBuild: (work: () => Promise<void>) => (during = work) };
}

describe(releaseNewest, () => {
  it('releases what has passed, once', async () => {
    const { store, built, mayMove, green, run } = await setUp();
    await green(A);
    expect(await run()).toMatchObject({ state: 'released', sha: A, target: targetOf(A) });
    expect(JSON.parse(store.text(RECORD) ?? '')).toEqual({ sha: A, target: targetOf(A), buildId: '1' });
    expect(store.text(ARCHIVE)).toBe(`chart of ${A}`);
    expect(await run()).toEqual({ state: 'current', sha: A, target: targetOf(A) });
    expect([built, mayMove]).toEqual([[A], [true]]);
    await green(B);
    expect(await run()).toMatchObject({ state: 'released', sha: B });
    expect(store.text(ARCHIVE)).toBe(`chart of ${B}`);
  });

  it.each([RECORD, ARCHIVE])('completes a release that was killed before it wrote %s', async (uri) => {
    let armed = true;
    const store = createMemoryStore(async (writing) => {
      if (armed && writing === uri) throw new Error('killed');
    });
    const { green, run } = await setUp(store);
    await green(A);
    await expect(run()).rejects.toThrow('killed');
    armed = false;
    expect(await run()).toMatchObject({ state: uri === RECORD ? 'released' : 'completed', sha: A });
    expect(JSON.parse(store.text(RECORD) ?? '')).toMatchObject({ sha: A });
    expect(store.text(ARCHIVE)).toBe(`chart of ${A}`);
    expect((await run()).state).toBe('current');
  });

  it('leaves latest alone when a build that began later has released meanwhile', async () => {
    const { store, mayMove, green, run, onBuild } = await setUp();
    await green(A);
    const newer = { sha: B, target: targetOf(B), buildId: '99' };
    onBuild(async () => void (await store.write(RECORD, JSON.stringify(newer))));
    expect(await run()).toMatchObject({ state: 'overtaken', sha: A });
    expect(JSON.parse(store.text(RECORD) ?? '')).toEqual(newer);
    expect([mayMove, store.text(ARCHIVE)]).toEqual([[false], undefined]);
  });

  it('moves nothing in a dry run', async () => {
    const { store, green, run } = await setUp(undefined, { dryRun: true });
    await green(A);
    expect(await run()).toEqual({ state: 'unpublished', sha: A });
    expect([...store.objects.keys()]).toEqual([latestGreenUri]);
  });

  it('tells of a record whose chart is gone', async () => {
    const { store, green, run } = await setUp();
    await green(A);
    await store.write(RECORD, JSON.stringify({ sha: A, target: targetOf(A) }));
    await expect(run()).rejects.toThrow(
      expect.objectContaining({
        code: 'INVALID_RECORD',
        message: `latest_release.json names ${targetOf(A)}, which is not there`,
      }) as Error,
    );
  });

  it('says that nothing has passed', async () => {
    const { run } = await setUp();
    await expect(run()).rejects.toThrow(expect.objectContaining({ code: 'NO_GREEN_COMMIT' }) as Error);
  });
});
