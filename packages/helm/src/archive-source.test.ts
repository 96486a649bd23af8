import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readArchiveFile, readStoredChart } from './archive-source.js';

const max = 100 * 1024 * 1024;

describe(readStoredChart, () => {
  const storeOf = (sizeBytes: number | undefined) => {
    const reads: string[] = [];
    const read = async (uri: string) => {
      reads.push(uri);
      return new Uint8Array(1);
    };
    return { reads, store: { read, stat: async () => ({ sizeBytes }) } };
  };

  it.each([max, 0, undefined])('reads an object of %j bytes', async (sizeBytes) => {
    const { store } = storeOf(sizeBytes);
    expect(await readStoredChart(store, 'gs://b/a.tgz')).toEqual(new Uint8Array(1));
  });

  it('does not begin to read what is larger than helm takes', async () => {
    const { store, reads } = storeOf(max + 1);
    await expect(readStoredChart(store, 'gs://b/a.tgz')).rejects.toMatchObject({
      code: 'INVALID_CHART',
      message: `gs://b/a.tgz is not a packaged chart: it has ${max + 1} bytes, more than the ${max} that helm takes`,
    });
    expect(reads).toEqual([]);
  });
});

describe(readArchiveFile, () => {
  it('does not begin to read a file that is larger than helm takes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'seatrial-source-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'a.tgz');
    await writeFile(path, 'x');
    expect(await readArchiveFile(path)).toEqual(Buffer.from('x'));
    await truncate(path, 4 * 1024 ** 3); // a hole: it takes no room, and reading it would fail
    await expect(readArchiveFile(path)).rejects.toMatchObject({ code: 'INVALID_CHART', file: path });
  });
});
