import { chmod, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createObjectStore } from '../create-object-store.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'storage-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const at = (name: string) => `${pathToFileURL(dir).href}/${name}`;

describe('files as objects', () => {
  it('are below the folder that relative URIs start from', async () => {
    const store = createObjectStore({ cwd: dir });
    const { uri } = await store.write('file://./_results/a', 'x');
    expect(uri).toBe(at('_results/a'));
    for await (const listed of store.list('file://./_results/')) expect(listed.uri).toBe(uri);
    expect(await store.downloadFolder('file://./_results', join(dir, 'copy'))).toEqual([join(dir, 'copy', 'a')]);
  });

  it('leave the old content when a write fails half way', async () => {
    const store = createObjectStore();
    await store.write(at('a'), 'old');
    async function* broken() {
      yield Buffer.from('new');
      throw new Error('cut');
    }
    await expect(store.write(at('a'), Readable.from(broken(), { objectMode: false }))).rejects.toThrow('cut');
    expect(await store.readText(at('a'))).toBe('old');
    expect(await readdir(dir)).toEqual(['a']);
  });

  it('take names as long as the file system does', async () => {
    const store = createObjectStore();
    const name = 'n'.repeat(255);
    const { generation } = await store.write(at(name), 'x');
    await store.write(at(name), 'y', { ifGenerationMatch: generation });
    expect(await store.readText(at(name))).toBe('y');
  });

  it('do not hide a folder: reading it finds nothing, writing it fails', async () => {
    const store = createObjectStore();
    await mkdir(join(dir, 'sub'));
    await expect(store.read(at('sub'))).rejects.toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(await store.stat(at('sub'))).toBeUndefined();
    await expect(store.write(at('sub'), 'x')).rejects.toThrow(expect.objectContaining({ code: 'FAILED' }));
    await store.write(at('file'), 'x');
    const below = store.write(at('file/below'), 'x', { ifGenerationMatch: '0' });
    await expect(below).rejects.toThrow(expect.objectContaining({ code: 'FAILED', operation: 'write' }));
  });

  it('take over a lock that was left behind', async () => {
    const store = createObjectStore({ now: () => Date.now() + 3_600_000 });
    const { generation } = await store.write(at('a'), 'x');
    // The lock of a writer that died: the name is that of the object's own.
    const holding = createObjectStore();
    const { createHash } = await import('node:crypto');
    const lock = join(dir, `.${createHash('sha256').update('a').digest('hex').slice(0, 32)}.lock.seatrial-tmp`);
    await writeFile(lock, '');
    await utimes(lock, new Date(), new Date());
    await store.write(at('a'), 'y', { ifGenerationMatch: generation });
    expect(await holding.readText(at('a'))).toBe('y');
    expect(await readdir(dir)).toEqual(['a']);
  });

  it.skipIf(process.getuid?.() === 0)('say that access is denied', async () => {
    const store = createObjectStore();
    await chmod(dir, 0o500);
    await expect(store.write(at('a'), 'x')).rejects.toThrow(expect.objectContaining({ code: 'DENIED' }));
    await chmod(dir, 0o700);
  });
});
