import { describe, expect, it } from 'vitest';
import { planImages } from './image-spec.js';

const where = { registry: 'gcr.io/team/', tag: 'v1' };

describe(planImages, () => {
  it('makes an image of each variant, with its own arguments and tag', () => {
    const variants = [
      { name: 'cpu', tagSuffix: '' },
      { name: 'gpu', buildArgs: { BASE: 'cuda' } },
    ];
    const images = [
      { name: 'app', context: '.', buildArgs: { BASE: 'debian', A: 'b' }, variants },
      { name: 'worker', context: '.' },
    ];
    expect(planImages(images, where).map(({ spec: _spec, ...rest }) => rest)).toEqual([
      {
        variant: 'cpu',
        reference: 'gcr.io/team/app:v1',
        latest: 'gcr.io/team/app:latest',
        buildArgs: { BASE: 'debian', A: 'b' },
      },
      {
        variant: 'gpu',
        reference: 'gcr.io/team/app:v1-gpu',
        latest: 'gcr.io/team/app:latest-gpu',
        buildArgs: { BASE: 'cuda', A: 'b' },
      },
      { variant: undefined, reference: 'gcr.io/team/worker:v1', latest: 'gcr.io/team/worker:latest', buildArgs: {} },
    ]);
  });

  it.each([
    ['no image', []],
    [
      'two of one name',
      [
        { name: 'app', context: 'a' },
        { name: 'app', context: 'b' },
      ],
    ],
    [
      'two variants of one suffix',
      [
        {
          name: 'app',
          context: '.',
          variants: [
            { name: 'a', tagSuffix: '' },
            { name: 'b', tagSuffix: '' },
          ],
        },
      ],
    ],
  ])('rejects %s', (_what, images) => {
    expect(() => planImages(images, where)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});
