import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { chartImageValues, findImageValue, imageOfValues, setChartImage } from './chart-image.js';
import { parseImage } from './image-name.js';

const digest = `sha256:${'0a'.repeat(32)}`;

describe(parseImage, () => {
  it.each([
    ['busybox', { repository: 'busybox', tag: undefined, digest: undefined }],
    ['127.0.0.1:5000/a/op:v1', { repository: '127.0.0.1:5000/a/op', tag: 'v1', digest: undefined }],
    ['127.0.0.1:5000/a/op', { repository: '127.0.0.1:5000/a/op', tag: undefined, digest: undefined }],
    [`r.io/op@${digest}`, { repository: 'r.io/op', tag: undefined, digest }],
    [`r.io/op:v1@${digest}`, { repository: 'r.io/op', tag: 'v1', digest }],
    ['R.io:443/a/b__c--d.e:V_1', { repository: 'R.io:443/a/b__c--d.e', tag: 'V_1', digest: undefined }],
    [`[::1]:5000/a@${digest}`, { repository: '[::1]:5000/a', tag: undefined, digest }],
  ])('takes %s apart', (image, parts) => {
    expect(parseImage(image)).toEqual(parts);
  });

  it.each([
    ...['', 'a b', 'a/', '/a', '@sha256:00', 'a@latest', 'http://x', 'https://gcr.io/a:v1', 'a//b', 'a:v1:v2', 'a:'],
    ...['Team/App:v1', 'a_-b', 'r.io:port/a', '-r.io/a', `r.io/${'a'.repeat(256)}`, `a:${'v'.repeat(129)}`],
  ])('rejects %j', (image) => {
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
      'parts, by a digest that has a place',
      'image: {repository: a, tag: b, digest: ""}\n',
      `o@${digest}`,
      'image',
      `image: {repository: o, tag: b, digest: "${digest}"}\n`,
    ],
    [
      'parts, by a digest that has none',
      'image:\n  repository: a\n  tag: b\n',
      `o@${digest}`,
      'image',
      `image:\n  repository: o@sha256\n  tag: "${digest.slice(7)}"\n`,
    ],
    ['name and tag', 'image: {name: a, tag: b}\n', 'r.io/op:v1', 'image', 'image: {name: r.io/op, tag: v1}\n'],
    [
      'parts, without a tag',
      'image: {repository: a, tag: b}\n',
      'r.io/op',
      'image',
      'image: {repository: r.io/op, tag: latest}\n',
    ],
    [
      'parts over merged ones',
      'b: &b {repository: a, tag: b}\nimage:\n  <<: *b\n  pull: x\n',
      'r.io/op:v1',
      'image',
      'b: &b {repository: a, tag: b}\nimage:\n  <<: *b\n  pull: x\n  repository: r.io/op\n  tag: v1\n',
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
    ['a map under an alias', 'base: &b {repository: a, tag: b}\nimage: *b\n', 'image', 2],
    ['a list', 'a: 1\nimage:\n- a\n', 'image', 3],
    ['a number', 'a: 1\nimage: 3\n', 'image', 2],
    ['a map that holds no image', 'image: {pullPolicy: Always}\n', 'image', 1],
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

describe(chartImageValues, () => {
  it('refuses a chart without such a value, which would run the image it ran before', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'seatrial-image-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    await writeFile(join(dir, 'values.yaml'), 'other: x\n');
    await expect(chartImageValues(dir, { image: 'op:v1' })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: `${join(dir, 'values.yaml')} has no image at "image"`,
      hint: 'Name the value that holds the image.',
    });
    await writeFile(join(dir, 'values.yaml'), 'operator: {image: x}\n');
    await expect(chartImageValues(dir, { image: 'op:v1' })).rejects.toMatchObject({
      hint: 'Name the value that holds the image, which may be "operator.image".',
    });
  });
});

describe(findImageValue, () => {
  it.each([
    ['image: a', 'image'],
    ['operator: {image: {repository: a}}', 'operator.image'],
    ['a.b: {image: {name: a}}', 'a\\.b.image'],
    ['image: {tag: b}\nproxy: {image: c}', 'proxy.image'],
    ['a: {b: {c: {image: d}}}', 'a.b.c.image'],
    ['a: {b: {c: {d: {image: e}}}}', undefined],
    ['sidecars: [{image: a}]', 'sidecars.0.image'],
    ['other: a', undefined],
  ])('of %j gives %j', (text, path) => {
    expect(findImageValue(parse(text))).toBe(path);
  });
});

describe(imageOfValues, () => {
  it.each([
    ['one text', 'image: a'],
    ['repository and tag', 'image: {repository: a, tag: b}'],
    ['name and tag', 'image: {name: a, tag: b}'],
    ['digest', 'image: {repository: a, digest: ""}'],
    ['registry apart', 'image: {registry: r, repository: a, tag: b, digest: ""}'],
  ])('reads back what was set: %s', async (_what, text) => {
    const dir = await mkdtemp(join(tmpdir(), 'seatrial-image-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    for (const image of ['r.io/team/op:v1', `r.io/team/op@${digest}`]) {
      await writeFile(join(dir, 'values.yaml'), `${text}\n`);
      await setChartImage(dir, { image });
      expect(imageOfValues(parse(await readFile(join(dir, 'values.yaml'), 'utf8')))).toEqual(parseImage(image));
    }
  });

  it.each(['other: a', 'image: [a]', 'image: {tag: b}', 'image: "{{ x }}"', 'image:'])('finds none in %s', (text) => {
    expect(imageOfValues(parse(text))).toBeUndefined();
  });
});
