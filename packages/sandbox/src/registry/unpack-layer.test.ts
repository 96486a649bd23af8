import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import type { Header } from 'tar-stream';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanPath, unpackLayer } from './unpack-layer.js';

let outer: string;
let root: string;

beforeEach(async () => {
  outer = await mkdtemp(join(tmpdir(), 'seatrial-unpack-'));
  root = join(outer, 'root');
  await mkdir(root);
});

afterEach(() => rm(outer, { recursive: true }));

type Entry = string | (Partial<Header> & { readonly name: string } & { readonly text?: string });

async function tar(...entries: readonly Entry[]): Promise<Readable> {
  const archive = pack();
  for (const entry of entries) {
    const { text = '', ...header } = typeof entry === 'string' ? { name: entry, text: entry } : entry;
    if (header.type === undefined || header.type === 'file') archive.entry(header, text);
    else archive.entry(header);
  }
  archive.finalize();
  return Readable.from([await buffer(archive as unknown as Readable)]);
}

const read = (path: string) => readFile(join(root, path), 'utf8');

describe(unpackLayer, () => {
  it('lays files, folders, modes and links', async () => {
    await unpackLayer(
      await tar(
        { name: 'bin/', type: 'directory', mode: 0o755 },
        { name: 'bin/run', mode: 0o755, text: 'x' },
        { name: 'bin/same', type: 'link', linkname: 'bin/run' },
        { name: 'bin/soft', type: 'symlink', linkname: 'run' },
      ),
      root,
    );
    expect((await stat(join(root, 'bin/run'))).mode & 0o777).toBe(0o755);
    expect([await read('bin/same'), await read('bin/soft')]).toEqual(['x', 'x']);
  });

  it('takes gzip', async () => {
    const packed = gzipSync(await buffer(await tar('a')));
    await unpackLayer(Readable.from([packed]), root);
    expect(await read('a')).toBe('a');
  });

  it('removes what a whiteout names and nothing else', async () => {
    await unpackLayer(await tar('d/a', 'd/b', 'e/c'), root);
    await unpackLayer(await tar({ name: 'd/.wh.a' }, { name: '.wh.e' }), root);
    expect(await readdir(root)).toEqual(['d']);
    expect(await readdir(join(root, 'd'))).toEqual(['b']);
  });

  it('hides what was below an opaque folder, not what the layer brings', async () => {
    await unpackLayer(await tar('d/old', 'd/sub/old'), root);
    await unpackLayer(await tar('d/new', { name: 'd/.wh..wh..opq' }), root);
    expect(await readdir(join(root, 'd'))).toEqual(['new']);
  });

  it('replaces a file by a folder and a folder by a file', async () => {
    await unpackLayer(await tar('a', 'b/c'), root);
    await unpackLayer(await tar({ name: 'a/', type: 'directory' }, 'a/x', 'b'), root);
    expect([await read('a/x'), await read('b')]).toEqual(['a/x', 'b']);
  });

  it.each([
    ['a path with ..', ['../../escape']],
    ['an absolute path', ['/escape']],
    ['a relative link', [{ name: 'l', type: 'symlink', linkname: '..' }, 'l/escape']],
    ['an absolute link', [{ name: 'l', type: 'symlink', linkname: '/' }, 'l/escape']],
    [
      'a link to a link',
      [{ name: 'k', type: 'symlink', linkname: '/..' }, { name: 'l', type: 'symlink', linkname: 'k/..' }, 'l/escape'],
    ],
    ['a whiteout through a link', [{ name: 'l', type: 'symlink', linkname: '..' }, { name: 'l/.wh.kept' }]],
    ['a hard link', [{ name: 'l', type: 'link', linkname: '../kept' }]],
  ] as [string, Entry[]][])('stays in the folder with %s', async (_how, entries) => {
    await writeFile(join(outer, 'kept'), 'kept');
    await unpackLayer(await tar(...entries), root);
    expect((await readdir(outer)).sort()).toEqual(['kept', 'root']);
    expect(await readFile(join(outer, 'kept'), 'utf8')).toBe('kept');
  });

  it('writes absolute link targets so that they hold on the host', async () => {
    await unpackLayer(await tar('opt/x/f', { name: 'app/cur', type: 'symlink', linkname: '/opt/x' }), root);
    expect(await readlink(join(root, 'app/cur'))).toBe('../opt/x');
    expect(await read('app/cur/f')).toBe('opt/x/f');
  });

  it('does not follow a file that the layer replaces by itself', async () => {
    await writeFile(join(outer, 'kept'), 'kept');
    await unpackLayer(await tar({ name: 'f', type: 'symlink', linkname: '../kept' }, 'f'), root);
    expect(await readFile(join(outer, 'kept'), 'utf8')).toBe('kept');
  });

  it('rejects what is cut off', async () => {
    const whole = await buffer(await tar({ name: 'a', text: 'x'.repeat(2000) }));
    await expect(unpackLayer(Readable.from([whole.subarray(0, 1000)]), root)).rejects.toThrow();
  });
});

describe(cleanPath, () => {
  it('never leaves the root', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('..', '.', '', 'a', 'b', '/')), (parts) => {
        return cleanPath(parts.join('/'))
          .split('/')
          .every((part) => part !== '..' && part !== '.');
      }),
    );
  });
});
