import { describe, expect, it } from 'vitest';
import { findReleaseConfig, parseReleaseConfig } from './release-config.js';

describe(parseReleaseConfig, () => {
  it('reads image and chart and looks at nothing else', () => {
    const text =
      'image: {name: app, context: ., buildArgs: {A: b}}\nchart: {path: c, imageValue: image}\nregistry: r\ntests: nonsense\n';
    expect(parseReleaseConfig(text, 'x.yaml')).toEqual({
      images: [{ name: 'app', context: '.', buildArgs: { A: 'b' } }],
      chart: { path: 'c', imageValue: 'image' },
      registry: 'r',
      releases: undefined,
    });
  });

  it('reads several images with all that they may tell', () => {
    const text = `
images:
  - name: operator
    context: operator
    dockerfile: docker/Dockerfile
    target: prod
    prebuild: [[make, bin], [npm, run, build]]
    files: [bin, {from: LICENSE, to: docs/LICENSE}]
    labels: {team: a}
    platforms: [linux/amd64, linux/arm64]
    variants: [{name: cpu, tagSuffix: ''}, {name: gpu, buildArgs: {BASE: cuda}}]
  - {name: worker, imageValue: worker.image}
`;
    expect(parseReleaseConfig(text, 'x.yaml').images).toEqual([
      {
        name: 'operator',
        context: 'operator',
        dockerfile: 'docker/Dockerfile',
        target: 'prod',
        prebuild: [
          ['make', 'bin'],
          ['npm', 'run', 'build'],
        ],
        files: ['bin', { from: 'LICENSE', to: 'docs/LICENSE' }],
        labels: { team: 'a' },
        platforms: ['linux/amd64', 'linux/arm64'],
        variants: [
          { name: 'cpu', tagSuffix: '' },
          { name: 'gpu', buildArgs: { BASE: 'cuda' } },
        ],
      },
      { name: 'worker', imageValue: 'worker.image' },
    ]);
  });

  it.each([
    ['image: {name: a}\nimages: []', 'image and images are both there'],
    ['images: {name: a}', 'images is not a list'],
    ['images: [{context: ../x}]', 'images[0].context is not a path inside the folder of this file'],
    ['image: {prebuild: [npm, run]}', 'image.prebuild[0] is not a list'],
    ['image: {prebuild: [[]]}', 'image.prebuild[0] is not a program and its arguments'],
    ['image: {files: [{from: a}]}', 'image.files[0] is neither a path nor a map of from and to'],
    ['image: {variants: [{tagSuffix: x}]}', 'image.variants[0] has no name'],
  ])('rejects %j', (text, problem) => {
    expect(() => parseReleaseConfig(text, 'x.yaml')).toThrow(problem);
  });

  it('names every wrong field at once', () => {
    expect(() => parseReleaseConfig('image: {name: 3, buildArgs: {A: 1}}\nchart: []\n', 'x.yaml')).toThrow(
      'x.yaml: chart is not a map; image.name is not a text; image.buildArgs.A is not a text',
    );
  });

  it.each(['', 'image:\n  - a: [', '[]'])('takes %j for what it is', (text) => {
    if (text === '') expect(parseReleaseConfig(text, 'x.yaml')).toMatchObject({ images: [{}] });
    else
      expect(() => parseReleaseConfig(text, 'x.yaml')).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION', exitCode: 2 }),
      );
  });
});

describe(findReleaseConfig, () => {
  it('finds nothing where there is no file', async () => {
    expect(await findReleaseConfig('/no/such/seatrial.yaml')).toBeUndefined();
  });
});
