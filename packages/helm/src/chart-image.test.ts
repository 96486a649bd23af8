import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseImage, setChartImage } from './chart-image.js';

const digest = `sha256:${'0a'.repeat(32)}`;

describe(parseImage, () => {
  it.each([
    ['busybox', { repository: 'busybox', tag: undefined, digest: undefined }],
    ['127.0.0.1:5000/a/op:v1', { repository: '127.0.0.1:5000/a/op', tag: 'v1', digest: undefined }],
    ['127.0.0.1:5000/a/op', { repository: '127.0.0.1:5000/a/op', tag: undefined, digest: undefined }],
    [`r.io/op@${digest}`, { repository: 'r.io/op', tag: undefined, digest }],
    [`r.io/op:v1@${digest}`, { repository: 'r.io/op', tag: 'v1', digest }],
  ])('takes %s apart', (image, parts) => {
    expect(parseImage(image)).toEqual(parts);
  });

  it.each(['', 'a b', 'a/', '@sha256:00', 'a@latest'])('rejects %j', (image) => {
    expect(() => parseImage(image)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});

describe(setChartImage, () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'seatrial-image-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['one text', 'image: "a" # c\n', 'r.io/op:v1', 'image', 'image: "r.io/op:v1" # c\n'],
    ['a nested text', 'operator:\n  image: a\n', 'r.io/op:v1', 'operator.image', 'operator:\n  image: r.io/op:v1\n'],
    [
      'parts',
      'image:\n  repository: a\n  tag: b # c\n',
      'r.io/op:v1',
      'image',
      'image:\n  repository: r.io/op\n  tag: v1 # c\n',
    ],
    [
      'parts, with a digest of before',
      `image: {repository: a, digest: "${digest}"}\n`,
      'r.io/op:v1',
      'image',
      'image: {repository: r.io/op, digest: "", tag: v1}\n',
    ],
    [
      'parts, by digest',
      'image:\n  repository: a\n',
      `o@${digest}`,
      'image',
      `image:\n  repository: o\n  digest: ${digest}\n`,
    ],
    ['nothing yet', '# c\n', 'op:v1', 'image', '# c\nimage: op:v1\n'],
  ])('sets %s', async (_what, before, image, path, after) => {
    await writeFile(join(folder, 'values.yaml'), before);
    await setChartImage(folder, { image, path });
    expect(await readFile(join(folder, 'values.yaml'), 'utf8')).toBe(after);
  });
});
