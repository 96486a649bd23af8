import { chmod, mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
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

  it('are not read with the facts of another generation', async () => {
    const store = createObjectStore();
    await store.write(at('a.txt'), 'x', { contentEncoding: 'gzip', metadata: { a: 'b' } });
    expect(await readdir(dir)).toHaveLength(2);
    // Written by somebody who knows nothing of this package.
    await writeFile(join(dir, 'a.txt'), 'plain');
    await utimes(join(dir, 'a.txt'), 1, 1);
    expect(await store.stat(at('a.txt'))).toMatchObject({ metadata: {}, contentType: 'text/plain; charset=utf-8' });
    expect(await store.readText(at('a.txt'))).toBe('plain');
  });

  it('keep their facts when a precondition fails', async () => {
    const store = createObjectStore();
    const info = await store.write(at('a'), 'x', { metadata: { a: 'b' } });
    const late = store.write(at('a'), 'y', { metadata: { c: 'd' }, ifGenerationMatch: '0' });
    await expect(late).rejects.toThrow(expect.objectContaining({ code: 'PRECONDITION_FAILED', path: join(dir, 'a') }));
    expect(await store.stat(at('a'))).toEqual(info);
    expect(await readdir(dir)).toHaveLength(2);
  });

  it('are listed without folders that hold none', async () => {
    const store = createObjectStore();
    await mkdir(join(dir, 'empty/deep'), { recursive: true });
    await store.write(at('full/deep/a'), 'x');
    const folders: string[] = [];
    for await (const uri of store.listFolders(at(''))) folders.push(uri);
    expect(folders).toEqual([at('full/')]);
  });

  describe('below a root', () => {
    const refused = (operation: string) =>
      expect.objectContaining({ code: 'INVALID_NAME', operation, hint: expect.stringContaining('root') });

    beforeEach(async () => {
      await mkdir(join(dir, 'root'));
      await mkdir(join(dir, 'outside'));
      await writeFile(join(dir, 'outside/secret'), 'secret');
      await symlink(join(dir, 'outside'), join(dir, 'root/folder'));
      await symlink(join(dir, 'outside/secret'), join(dir, 'root/file'));
    });

    it.each([
      ['a name above', 'outside/secret'],
      ['the way up', 'root/../outside/secret'],
      ['the encoded way up', 'root/%2e%2e/outside/secret'],
      ['a neighbour whose name begins alike', 'root2/secret'],
      ['a link to a folder', 'root/folder/secret'],
    ])('do not leave it by %s', async (_how, name) => {
      const store = createObjectStore({ fileRoot: join(dir, 'root') });
      const uri = at(name);
      await writeFile(join(dir, 'root/good'), 'x');
      await expect(store.read(uri)).rejects.toThrow(refused('read'));
      await expect(store.stat(uri)).rejects.toThrow(refused('stat'));
      await expect(store.write(uri, 'x')).rejects.toThrow(refused('write'));
      await expect(store.delete(uri, { ignoreMissing: true })).rejects.toThrow(refused('delete'));
      await expect(store.copy(uri, at('root/b'))).rejects.toThrow(refused('stat'));
      await expect(store.copy(at('root/good'), uri)).rejects.toThrow(refused('write'));
      await expect(store.list(`${uri}/`)[Symbol.asyncIterator]().next()).rejects.toThrow(refused('list'));
      expect(await readdir(join(dir, 'outside'))).toEqual(['secret']);
    });

    it('replace and delete a link instead of following it', async () => {
      const store = createObjectStore({ fileRoot: join(dir, 'root') });
      await expect(store.read(at('root/file'))).rejects.toThrow(refused('read'));
      await store.write(at('root/file'), 'mine');
      expect(await store.readText(at('root/file'))).toBe('mine');
      await store.delete(at('root/folder'));
      expect(await readdir(join(dir, 'outside'))).toEqual(['secret']);
      const listed: string[] = [];
      for await (const { uri } of store.list(at('root/'))) listed.push(uri);
      expect(listed).toEqual([at('root/file')]);
    });

    it('are written where the root is not there yet, or is a link itself', async () => {
      await symlink(join(dir, 'outside'), join(dir, 'linked'));
      for (const root of ['new', 'linked']) {
        const store = createObjectStore({ fileRoot: join(dir, root) });
        await store.write(at(`${root}/a/b`), root);
        expect(await store.readText(at(`${root}/a/b`))).toBe(root);
      }
    });
  });

  it.skipIf(process.getuid?.() === 0)('say that access is denied', async () => {
    const store = createObjectStore();
    await chmod(dir, 0o500);
    await expect(store.write(at('a'), 'x')).rejects.toThrow(expect.objectContaining({ code: 'DENIED' }));
    await chmod(dir, 0o700);
  });
});
