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
    [
      'parts with a registry',
      'image:\n  registry: docker.io # r\n  repository: a\n  tag: b\n',
      '127.0.0.1:5000/team/op:v1',
      'image',
      'image:\n  registry: 127.0.0.1:5000 # r\n  repository: team/op\n  tag: v1\n',
    ],
    [
      'parts with a registry, of an image of Docker Hub',
      'image: {registry: r.io, repository: a}\n',
      'team/op:v1',
      'image',
      'image: {registry: docker.io, repository: team/op, tag: v1}\n',
    ],
    [
      'parts under a key with a dot, with Windows line ends',
      'a.b:\r\n  repository: "a"\r\n  tag: \'b\' # c\r\n',
      'op:v1',
      'a\\.b',
      'a.b:\r\n  repository: "op"\r\n  tag: \'v1\' # c\r\n',
    ],
    [
      'the image of one item of a list',
      'cs:\n- image: {repository: a, tag: b}\n- image: x\n',
      'op:v1',
      'cs.0.image',
      'cs:\n- image: {repository: op, tag: v1}\n- image: x\n',
    ],
    ['an anchor that others follow', 'image: &i a\ninit: *i\n', 'op:v1', 'image', 'image: &i op:v1\ninit: *i\n'],
    ['nothing yet', '# c\n', 'op:v1', 'image', '# c\nimage: op:v1\n'],
  ])('sets %s', async (_what, before, image, path, after) => {
    await writeFile(join(folder, 'values.yaml'), before);
    await setChartImage(folder, { image, path });
    expect(await readFile(join(folder, 'values.yaml'), 'utf8')).toBe(after);
  });

  it.each([
    ['a map that is an alias', 'base: &b {repository: a, tag: b}\nimage: *b\n', 'image.tag', 2],
    ['a list', 'a: 1\nimage:\n- a\n', 'image', 3],
  ])('leaves %s as it is, and says where it stands', async (_what, text, path, line) => {
    const file = join(folder, 'values.yaml');
    await writeFile(file, text);
    await expect(setChartImage(folder, { image: 'op:v1', path })).rejects.toMatchObject({
      code: 'INVALID_CHART',
      file,
      line,
    });
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('does not touch a file whose bytes it cannot read', async () => {
    const file = join(folder, 'values.yaml');
    const latin1 = Buffer.from('image: a\n# caf\u00e9\n', 'latin1');
    await writeFile(file, latin1);
    await expect(setChartImage(folder, { image: 'op:v1' })).rejects.toMatchObject({
      code: 'INVALID_CHART',
      message: `${file}:2: not UTF-8`,
      line: 2,
    });
    expect(await readFile(file)).toEqual(latin1);
  });
});
