import { existsSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFiles } from '../testing/engine-server.js';
import { tempFolder } from '../testing/temp-folder.js';
import { packContext } from './build-context.js';
import { stageContext } from './stage-context.js';

async function source(files: Readonly<Record<string, string>>): Promise<string> {
  const dir = await tempFolder();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  return dir;
}
const files = {
  'image/Dockerfile': 'FROM scratch',
  'image/.dockerignore': '**/*.test.js',
  'image/src/a.js': 'a',
  'image/src/a.test.js': 't',
  'image/secret': 's',
  'bin/tool': 'tool',
};

describe(stageContext, () => {
  it('is the context itself where no files are named', async () => {
    const dir = await source(files);
    await using staged = await stageContext(dir, { context: 'image' });
    expect(staged.dir).toBe(join(dir, 'image'));
  });

  it('holds the named files alone, less what .dockerignore names, and is gone afterwards', async () => {
    const dir = await source(files);
    const named = ['src', { from: 'bin/tool', to: 'usr/bin/tool' }];
    let path: string;
    {
      await using staged = await stageContext(dir, { context: 'image', files: named });
      path = staged.dir;
      const sent = [...(await readFiles(packContext(path)))].filter(([, text]) => text !== '/');
      expect(Object.fromEntries(sent)).toEqual({
        Dockerfile: 'FROM scratch',
        '.dockerignore': '**/*.test.js',
        'src/a.js': 'a',
        'usr/bin/tool': 'tool',
      });
    }
    expect(existsSync(path)).toBe(false);
  });

  it('rejects what is not there or outside', async () => {
    const dir = await source(files);
    await symlink('/etc', join(dir, 'image/etc'));
    for (const [file, message] of [
      ['nowhere', 'image/nowhere, which is not there'],
      ['etc/hostname', 'image/etc/hostname, which is outside'],
      [{ from: 'bin/tool', to: '../tool' }, 'bin/tool, which is outside'],
      ['../../x', 'x, which is not there'],
    ] as const) {
      const staging = stageContext(dir, { context: 'image', files: [file] });
      await expect(staging).rejects.toThrow(
        expect.objectContaining({
          code: 'INVALID_OPTION',
          message: expect.stringContaining(message) as string,
        }) as Error,
      );
    }
  });
});
