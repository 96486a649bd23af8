import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readFiles } from '../testing/engine-server.js';
import { tempFolder } from '../testing/temp-folder.js';
import { listContext, packContext } from './build-context.js';

async function context(files: Readonly<Record<string, string>>): Promise<string> {
  const dir = await tempFolder();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  return dir;
}

async function list(dir: string, dockerfile?: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const path of listContext(dir, { dockerfile })) paths.push(path);
  return paths;
}

async function hash(stream: NodeJS.ReadableStream): Promise<string> {
  const sum = createHash('sha256');
  for await (const chunk of stream) sum.update(chunk);
  return sum.digest('hex');
}

describe(listContext, () => {
  it('lists all files in order where there is no .dockerignore', async () => {
    const dir = await context({ Dockerfile: '', 'b/x': '', 'a.txt': '', 'B.txt': '' });
    expect(await list(dir)).toEqual(['B.txt', 'Dockerfile', 'a.txt', 'b', 'b/x']);
  });

  it('leaves out what .dockerignore names, and takes in what ! names', async () => {
    const ignore = '# comment\n*\n!package.json\n!src\n**/*.test.js\n\nsrc/secret\n!src/secret/public.txt\n';
    const dir = await context({
      '.dockerignore': ignore,
      Dockerfile: '',
      'package.json': '',
      'src/main.js': '',
      'src/main.test.js': '',
      'src/secret/key': '',
      'src/secret/public.txt': '',
      'node_modules/x/index.js': '',
    });
    expect(await list(dir)).toEqual([
      '.dockerignore',
      'Dockerfile',
      'package.json',
      'src',
      'src/main.js',
      'src/secret/public.txt',
    ]);
  });

  it('sends a Dockerfile in an ignored folder', async () => {
    const dir = await context({ '.dockerignore': 'build\n', 'build/Dockerfile.prod': '', 'build/other': '', a: '' });
    expect(await list(dir, './build/Dockerfile.prod')).toEqual(['.dockerignore', 'a', 'build/Dockerfile.prod']);
  });
});

describe(packContext, () => {
  it('sends content, folders and links', async () => {
    const dir = await context({ Dockerfile: 'FROM scratch', 'sub/empty': '', 'sub/ü.txt': 'ü' });
    await symlink('sub/ü.txt', join(dir, 'link'));
    expect(Object.fromEntries(await readFiles(packContext(dir)))).toEqual({
      Dockerfile: 'FROM scratch',
      link: '-> sub/ü.txt',
      sub: '/',
      'sub/empty': '',
      'sub/ü.txt': 'ü',
    });
  });

  it('makes the same bytes of the same files', async () => {
    const files = { Dockerfile: 'FROM scratch', 'a/b': 'x' };
    const [first, second] = [await context(files), await context(files)];
    await chmod(join(second, 'Dockerfile'), 0o600); // another umask
    expect(await hash(packContext(first))).toBe(await hash(packContext(second)));
    await chmod(join(second, 'Dockerfile'), 0o755);
    expect(await hash(packContext(first))).not.toBe(await hash(packContext(second)));
  });

  it('streams files larger than any buffer', async () => {
    const dir = await context({ big: 'x'.repeat(3_000_000) });
    expect((await readFiles(packContext(dir))).get('big')).toHaveLength(3_000_000);
  });

  it('ends with an error when the folder cannot be read', async () => {
    await expect(readFiles(packContext('/no/such/folder'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
