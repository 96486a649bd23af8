import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeTornWrites } from './torn-writes.js';

describe(removeTornWrites, () => {
  it('removes half-written files and nothing else', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'torn-'));
    await mkdir(join(dir, 'a'));
    await writeFile(join(dir, 'a', '.0b1c.seatrial-tmp'), '{"sta');
    await writeFile(join(dir, 'a', 'finished.json'), '{}');
    await writeFile(join(dir, 'a', '.0b1c.7.seatrial-facts'), '{}');
    expect(await removeTornWrites(dir)).toBe(1);
    expect((await readdir(join(dir, 'a'))).sort()).toEqual(['.0b1c.7.seatrial-facts', 'finished.json']);
    await rm(dir, { recursive: true });
  });

  it('finds nothing where there is no folder', async () => {
    expect(await removeTornWrites('/nowhere')).toBe(0);
  });
});
