import { describe, expect, it } from 'vitest';
import { formatBuildInfo, parseBuildInfo } from './build-info.js';

const digest = `sha256:${'a'.repeat(64)}`;
const info = {
  image: 'r/app:v1',
  digest,
  imageByDigest: `r/app@${digest}`,
  commit: 'c'.repeat(40),
  tag: 'v1',
  chart: {
    name: 'app',
    version: '0.1.0-v1',
    path: '/out/app-0.1.0-v1.tgz',
    sha256: 'f',
    uri: 'gs://r/0.1.0-v1/app-0.1.0-v1.tgz',
  },
};

describe(formatBuildInfo, () => {
  it('writes the keys of old and the new ones', () => {
    expect(formatBuildInfo(info)).toBe(
      [
        'image: r/app:v1',
        `commit: ${'c'.repeat(40)}`,
        'helm_chart: gs://r/0.1.0-v1/app-0.1.0-v1.tgz',
        `digest: ${digest}`,
        'images:',
        '  - image: r/app:v1',
        `    digest: ${digest}`,
        `    by_digest: r/app@${digest}`,
        'tag: v1',
        'chart_version: 0.1.0-v1',
        '',
      ].join('\n'),
    );
  });

  it('keeps text text that YAML would take for a number', () => {
    expect(parseBuildInfo(formatBuildInfo({ ...info, commit: '1e5'.padEnd(40, '0') })).commit).toBe(
      '1e5'.padEnd(40, '0'),
    );
  });

  it('names the chart under the same key in a dry run, told apart by dry_run', () => {
    expect(parseBuildInfo(formatBuildInfo(info, { dryRun: true }))).toEqual({
      image: info.image,
      commit: info.commit,
      helm_chart: info.chart.uri,
      digest,
      dry_run: true,
    });
  });
});

describe(parseBuildInfo, () => {
  it('reads what the old scripts wrote', () => {
    const text = 'commit: abc\nhelm_chart: gs://x/y.tgz\nimage: gcr.io/x/y:v1\n';
    expect(parseBuildInfo(text)).toEqual({ commit: 'abc', helm_chart: 'gs://x/y.tgz', image: 'gcr.io/x/y:v1' });
  });

  it.each([
    ['no YAML', 'a: [', /not YAML/],
    ['nothing', '', /no image/],
    ['no chart', 'image: a\ncommit: b\nhelm_package: c\n', /no helm_chart/],
  ])('rejects %s', (_what, text, message) => {
    expect(() => parseBuildInfo(text)).toThrow(message);
  });
});
