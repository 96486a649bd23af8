import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createObjectStore } from '@seatrial/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageChart, readChartArchive } from './chart-archive.js';
import type { ChartArchive } from './chart-archive.js';
import { publishChart } from './chart-publish.js';
import type { ChartStore } from './chart-publish.js';

type Options = Parameters<ChartStore['write']>[2];

/** A bucket in memory, with the one precondition that publishing uses. */
function fakeStore(): ChartStore & { readonly objects: Map<string, { body: Uint8Array; options: Options }> } {
  const objects = new Map<string, { body: Uint8Array; options: Options }>();
  return {
    objects,
    read: async (uri) => objects.get(uri)?.body ?? new Uint8Array(),
    write: async (uri, body, options) => {
      if (options.ifGenerationMatch === '0' && objects.has(uri)) {
        throw Object.assign(new Error('412'), { code: 'PRECONDITION_FAILED' });
      }
      objects.set(uri, { body, options });
    },
  };
}

let folder: string;
let archive: ChartArchive;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-publish-'));
  await writeFile(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: demo\nversion: 0.1.0-v1\n');
  archive = await packageChart(folder, join(folder, 'out'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe(publishChart, () => {
  const uri = 'gs://releases/0.1.0-v1/demo-0.1.0-v1.tgz';
  const latestUri = 'gs://releases/latest/demo-latest.tgz';

  it('puts the archive under its version only, unless latest is asked for', async () => {
    const store = fakeStore();
    expect(await publishChart(store, { archive, releasesUri: 'gs://releases/', sha: 'abc' })).toEqual({ uri });
    expect([...store.objects.keys()]).toEqual([uri]);
    expect(store.objects.get(uri)).toEqual({
      body: await readFile(archive.path),
      options: {
        contentType: 'application/gzip',
        ifGenerationMatch: '0',
        metadata: { version: '0.1.0-v1', sha256: archive.sha256, commit: 'abc' },
      },
    });
  });

  it('takes the path of an archive and moves latest after the version is there', async () => {
    const store = fakeStore();
    const published = await publishChart(store, { archive: archive.path, releasesUri: 'gs://releases', latest: true });
    expect(published).toEqual({ uri, latestUri });
    expect([...store.objects.keys()]).toEqual([uri, latestUri]);
    expect(store.objects.get(latestUri)?.options.cacheControl).toContain('no-cache');
  });

  it('is fine with the same bytes again, and completes what was broken off', async () => {
    const store = fakeStore();
    await publishChart(store, { archive, releasesUri: 'gs://releases' });
    await publishChart(store, { archive, releasesUri: 'gs://releases', latest: true });
    expect(store.objects.has(latestUri)).toBe(true);
  });

  it('never puts other bytes under a published version, nor moves latest then', async () => {
    const store = fakeStore();
    await store.write(uri, new Uint8Array([1]), {});
    await expect(publishChart(store, { archive, releasesUri: 'gs://releases', latest: true })).rejects.toMatchObject({
      code: 'VERSION_EXISTS',
      message: `${uri} is published already with other content`,
    });
    expect([...store.objects.keys()]).toEqual([uri]);
  });

  it("passes on the store's own errors", async () => {
    const store = fakeStore();
    const denied = Object.assign(new Error('403'), { code: 'DENIED' });
    store.write = async () => Promise.reject(denied);
    await expect(publishChart(store, { archive, releasesUri: 'gs://releases' })).rejects.toBe(denied);
  });

  describe('latest, in a store that knows generations', () => {
    async function publish(version: string, store = createObjectStore()) {
      await writeFile(join(folder, 'Chart.yaml'), `apiVersion: v2\nname: demo\nversion: ${version}\n`);
      const packed = await packageChart(folder, join(folder, '../', `${basename(folder)}-out`));
      return publishChart(store, { archive: packed, releasesUri: `file://${folder}/bucket`, latest: true });
    }
    const latest = () => readChartArchive(join(folder, 'bucket/latest/demo-latest.tgz'));
    beforeEach(() => writeFile(join(folder, '.helmignore'), 'bucket\nout\n'));
    afterEach(() => rm(`${folder}-out`, { recursive: true, force: true }));

    it.each([
      ['0.1.0-v20260102-aaaaaaa', '0.1.0-v20260103-0000000', true],
      ['0.1.0-v20260102-bbbbbbb', '0.1.0-v20260102-aaaaaaa', true], // of one day
      ['0.1.0-v20260102-aaaaaaa', '0.2.0-v20250101-aaaaaaa', true],
      ['0.1.0-v20260103-aaaaaaa', '0.1.0-v20260102-bbbbbbb-dirty-0123456', false],
      ['0.2.0', '0.1.9', false],
      ['0.2.0', '0.2.0-rc.1', false],
    ])('moves from %s to %s: %s', async (before, after, moves) => {
      await publish(before);
      const { uri, latestUri } = await publish(after);
      expect(uri).toContain(`/${after}/`);
      expect(latestUri !== undefined).toBe(moves);
      expect((await latest()).version).toBe(moves ? after : before);
    });

    it('does not go back behind one who was faster', async () => {
      const store = createObjectStore();
      let raced = false;
      const contested = {
        ...store,
        write: async (...args: Parameters<typeof store.write>) => {
          if (args[0].includes('/latest/') && !raced) {
            raced = true;
            await publish('0.3.0');
          }
          return store.write(...args);
        },
      };
      expect(await publish('0.2.0', contested)).not.toHaveProperty('latestUri');
      expect((await latest()).version).toBe('0.3.0');
    });
  });
});
