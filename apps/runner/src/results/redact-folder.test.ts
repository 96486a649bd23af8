import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRedactor } from '@seatrial/cli';
import { expect, it } from 'vitest';
import { redactFolder } from './redact-folder.js';

it('takes secrets out of text files, also across the pieces they are read in, and leaves others alone', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'redact-folder-'));
  await mkdir(join(dir, 'pods'));
  const long = `${'x'.repeat(64 * 1024 - 5)}correct-horse${'y'.repeat(100)}`;
  const binary = Buffer.concat([Buffer.from([0, 1, 2]), Buffer.from('correct-horse')]);
  const latin1 = Buffer.from([0x63, 0x61, 0x66, 0xe9]);
  await writeFile(join(dir, 'pods', 'main.log'), long);
  await writeFile(join(dir, 'pods', 'main.log.redacted'), 'correct-horse');
  await writeFile(join(dir, 'image.tar'), binary);
  await writeFile(join(dir, 'latin1.txt'), latin1);
  await redactFolder(dir, createRedactor(['correct-horse']));
  expect(await readFile(join(dir, 'pods', 'main.log'), 'utf8')).toBe(long.replace('correct-horse', '[redacted]'));
  expect(await readFile(join(dir, 'pods', 'main.log.redacted'), 'utf8')).toBe('[redacted]');
  expect((await readdir(join(dir, 'pods'))).sort()).toEqual(['main.log', 'main.log.redacted']);
  expect(await readFile(join(dir, 'image.tar'))).toEqual(binary);
  expect(await readFile(join(dir, 'latin1.txt'))).toEqual(latin1);
  await rm(dir, { recursive: true });
});
