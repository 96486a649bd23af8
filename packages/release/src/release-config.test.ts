import { describe, expect, it } from 'vitest';
import { findReleaseConfig, parseReleaseConfig } from './release-config.js';

describe(parseReleaseConfig, () => {
  it('reads image and chart and looks at nothing else', () => {
    const text =
      'image: {name: app, context: ., buildArgs: {A: b}}\nchart: {path: c, imageValue: image}\nregistry: r\ntests: nonsense\n';
    expect(parseReleaseConfig(text, 'x.yaml')).toEqual({
      image: { name: 'app', context: '.', buildArgs: { A: 'b' } },
      chart: { path: 'c', imageValue: 'image' },
      registry: 'r',
      releases: undefined,
    });
  });

  it('names every wrong field at once', () => {
    expect(() => parseReleaseConfig('image: {name: 3, buildArgs: {A: 1}}\nchart: []\n', 'x.yaml')).toThrow(
      'x.yaml: chart is not a map; image.buildArgs.A is not a text; image.name is not a text',
    );
  });

  it.each(['', 'image:\n  - a: [', '[]'])('takes %j for what it is', (text) => {
    if (text === '') expect(parseReleaseConfig(text, 'x.yaml')).toMatchObject({ image: { buildArgs: {} } });
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
