import fc from 'fast-check';
import { compare, parse, valid } from 'semver';
import { describe, expect, it } from 'vitest';
import { chartVersion } from './chart-version.js';

describe(chartVersion, () => {
  it.each([
    ['0.1.0', 'v20260102-abc1234', '0.1.0-v20260102-abc1234'],
    ['0.1.0', 'v20260102-abc1234-dirty-0123456', '0.1.0-v20260102-abc1234-dirty-0123456'],
    ['1.2.3-rc.1', 'v20260102-abc1234', '1.2.3-rc.1.v20260102-abc1234'],
    ['1.2.3+build.5', 'v20260102-abc1234', '1.2.3-v20260102-abc1234+build.5'],
    ['1.2.3-rc.1+build.5', 'v1', '1.2.3-rc.1.v1+build.5'],
    ['v1.2.3', 'x', 'v1.2.3-x'],
    ['1.2.3', 'my_tag', '1.2.3-my-tag'],
    ['1.2.3', '1234567', '1.2.3-1234567'],
  ])('makes %s at %s into %s', (base, tag, version) => {
    expect(chartVersion(base, tag)).toBe(version);
  });

  it.each(['', '1.2', '1', 'latest', '=1.2.3', ' 1.2.3', '01.2.3', '1.2.3-', '1.2.3-01'])(
    'rejects the version %j',
    (base) => {
      expect(() => chartVersion(base, 'v1')).toThrow(
        expect.objectContaining({ name: 'HelmError', code: 'INVALID_VERSION' }),
      );
    },
  );

  it.each(['', '0123456', 'a+b', 'a b', 'a..b', 'ä', 'a/b'])('rejects the tag %j', (tag) => {
    expect(() => chartVersion('1.2.3', tag)).toThrow(
      expect.objectContaining({ code: 'INVALID_VERSION', hint: expect.stringContaining('hyphens') }),
    );
  });

  const number = fc.nat({ max: 999 });
  const identifier = fc.oneof(number.map(String), fc.stringMatching(/^[a-zA-Z-][0-9A-Za-z-]{0,6}$/));
  const identifiers = fc.array(identifier, { maxLength: 3 }).map((parts) => parts.join('.'));
  const base = fc
    .tuple(number, number, number, identifiers, identifiers)
    .map(([major, minor, patch, pre, build]) => `${major}.${minor}.${patch}${pre && `-${pre}`}${build && `+${build}`}`);
  const tag = fc.stringMatching(/^v\d{8}-[0-9a-f]{7}(-dirty-[0-9a-f]{7})?$/);

  it('gives a semantic version of the same core and build', () => {
    fc.assert(
      fc.property(base, tag, (from, at) => {
        const before = parse(from);
        const after = parse(chartVersion(from, at));
        expect(valid(chartVersion(from, at))).not.toBeNull();
        expect([after?.major, after?.minor, after?.patch, after?.build]).toEqual([
          before?.major,
          before?.minor,
          before?.patch,
          before?.build,
        ]);
      }),
    );
  });

  it('sorts before the release, after the pre-release it builds on, and by tag', () => {
    fc.assert(
      fc.property(base, tag, tag, (from, at, other) => {
        const isPrerelease = (parse(from)?.prerelease.length ?? 0) > 0;
        expect(compare(chartVersion(from, at), from)).toBe(isPrerelease ? 1 : -1);
        expect(compare(chartVersion(from, at), chartVersion(from, other))).toBe(at === other ? 0 : at < other ? -1 : 1);
      }),
    );
  });
});
