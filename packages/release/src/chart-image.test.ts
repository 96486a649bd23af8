import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chartImageValues } from './chart-image.js';
import { tempFolder } from './testing/temp-folder.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;

async function chart(values: string): Promise<string> {
  const dir = await tempFolder();
  await writeFile(join(dir, 'values.yaml'), values);
  return dir;
}

describe(chartImageValues, () => {
  it.each([
    ['one text', 'image: x', 'image', 'r/app:v1', { image: 'r/app:v1' }],
    ['one text, deeper', 'operator: {image: x}', 'operator.image', 'r/app:v1', { 'operator.image': 'r/app:v1' }],
    ['an empty value', 'image:', 'image', 'r/app:v1', { image: 'r/app:v1' }],
    [
      'repository and tag',
      'image: {repository: x, tag: y}',
      'image',
      'r/app:v1',
      { 'image.repository': 'r/app', 'image.tag': 'v1' },
    ],
    [
      'repository and digest',
      'image: {repository: x, tag: y, digest: ""}',
      'image',
      `r/app@${DIGEST}`,
      { 'image.repository': 'r/app', 'image.digest': DIGEST },
    ],
    [
      'repository and tag, for a digest',
      'image: {repository: x, tag: y}',
      'image',
      `r/app@${DIGEST}`,
      { 'image.repository': 'r/app@sha256', 'image.tag': 'a'.repeat(64) },
    ],
  ])('fills in %s', async (_what, values, path, image, edits) => {
    expect(await chartImageValues(await chart(values), path, image)).toEqual(edits);
  });

  it.each([
    ['no such value', 'other: x'],
    ['a number', 'image: 3'],
    ['a map without repository', 'image: {name: x}'],
    ['a registry apart', 'image: {registry: x, repository: y, tag: z}'],
  ])('rejects %s', async (_what, values) => {
    const filling = chart(values).then((dir) => chartImageValues(dir, 'image', 'r/app:v1'));
    await expect(filling).rejects.toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }) as Error);
  });
});
