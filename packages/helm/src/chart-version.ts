import { parse } from 'semver';
import { HelmError } from './errors.js';

/**
 * The version of a chart built at `tag`: `1.2.3` and `v20260102-abc1234` give `1.2.3-v20260102-abc1234`.
 *
 * The tag is a pre-release part. A pre-release that is there already keeps its place before it, so that `1.2.3-rc.1` stays
 * older than `1.2.3-rc.2` (`1.2.3-rc.1.v20260102-abc1234`), and build metadata stays at the end. `_`, which tags of images
 * may hold and versions may not, becomes `-`.
 *
 * @throws {HelmError} `INVALID_VERSION` when `base` is not a semantic version, or `tag` cannot be part of one.
 * @see https://semver.org/#spec-item-9
 */
export function chartVersion(base: string, tag: string): string {
  const version = parse(base);
  if (version === null || base.trim() !== base || base.startsWith('=')) {
    throw new HelmError('INVALID_VERSION', `not a semantic version: ${JSON.stringify(base)}`, {
      hint: 'Write it as MAJOR.MINOR.PATCH, such as 0.1.0, in Chart.yaml.',
    });
  }
  const suffix = tag.replaceAll('_', '-');
  const core = `${version.major}.${version.minor}.${version.patch}`;
  const prerelease = [...version.prerelease.map(String), suffix].join('.');
  const build = version.build.length === 0 ? '' : `+${version.build.join('.')}`;
  const result = `${base.startsWith('v') ? 'v' : ''}${core}-${prerelease}${build}`;
  // A `+` in the tag would move into the build part: valid, but no longer told apart by precedence.
  if (tag.includes('+') || parse(result) === null) {
    throw new HelmError('INVALID_VERSION', `cannot be part of a version: ${JSON.stringify(tag)}`, {
      hint: 'Use letters, digits, dots and hyphens; a part of digits only must not start with 0.',
    });
  }
  return result;
}
