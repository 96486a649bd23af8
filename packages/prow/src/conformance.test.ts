import { describe, expect, it } from 'vitest';
import { formatJobEnvironment } from './environment-variables.js';
import { parseJobEnvironment } from './job-environment.js';
import { revisionOf } from './job.js';
import type { ProwJobInfo } from './job.js';
import { formatPullRefs, parsePullRefs } from './pull-refs.js';
import { resultPaths } from './result-paths.js';
import { writeStarted } from './results.js';
import type { ResultWriter } from './results.js';
import { createStarted, parseStarted } from './started.js';

// Numbers are those of the conformance cases of the interoperability specification. Those of readers, uploads, TestGrid,
// statuses and webhooks are in the folders of these.

const base = '1'.repeat(40);
const head = '2'.repeat(40);
const build = '1700000000000000001';
const refs = { org: 'acme', repo: 'widgets', base_ref: 'main', base_sha: base };
const fixture: ProwJobInfo = {
  type: 'presubmit',
  job: 'pull-widgets-unit',
  buildId: build,
  prowJobId: '6f0c',
  refs: { ...refs, pulls: [{ number: 7, author: 'ada', sha: head }] },
  decorated: false,
  warnings: [],
};
const postsubmit: ProwJobInfo = { ...fixture, type: 'postsubmit', job: 'ci-widgets', refs };
const periodic: ProwJobInfo = {
  type: 'periodic',
  job: 'j',
  buildId: '5',
  prowJobId: 'p',
  decorated: false,
  warnings: [],
};
const batch: ProwJobInfo = {
  ...fixture,
  type: 'batch',
  refs: {
    ...refs,
    pulls: [
      { number: 1, sha: 's1' },
      { number: 2, sha: 's2' },
    ],
  },
};

async function upload(job: ProwJobInfo, resultsUri: string, options: Parameters<typeof writeStarted>[4] = {}) {
  const writes: [uri: string, body: string, options: Parameters<ResultWriter['write']>[2]][] = [];
  const store: ResultWriter = { write: async (...write) => writes.push(write) };
  await writeStarted(store, resultsUri, job, createStarted(job, { timestampMs: 1_700_000_000_000 }), options);
  return writes.filter(([uri]) => !uri.endsWith('/started.json'));
}

describe('conformance', () => {
  it('1: environment of a periodic', () => {
    const env = formatJobEnvironment(periodic);
    expect(Object.keys(env).sort()).toEqual([
      'BUILD_ID',
      'BUILD_NUMBER',
      'CI',
      'JOB_NAME',
      'JOB_SPEC',
      'JOB_TYPE',
      'PROW_JOB_ID',
    ]);
    expect(env['JOB_SPEC']).toBe('{"type":"periodic","job":"j","buildid":"5","prowjobid":"p"}');
  });

  it('2: no BUILD_NUMBER with another agent', () => {
    expect(formatJobEnvironment(periodic, { agent: 'jenkins' })).not.toHaveProperty('BUILD_NUMBER');
  });

  it('3: environment of a batch', () => {
    const env = formatJobEnvironment(batch);
    expect(env['PULL_REFS']).toBe(`main:${base},1:s1,2:s2`);
    expect(env).not.toHaveProperty('PULL_NUMBER');
  });

  it('4: source by path alias', () => {
    const job = { ...postsubmit, refs: { ...refs, path_alias: 'k8s.io/widgets' } };
    expect(formatJobEnvironment(job)).toMatchObject({ SRC_HOST: 'k8s.io', SRC_BASE: 'widgets' });
  });

  it('5: source by link', () => {
    const job = { ...postsubmit, refs: { ...refs, repo_link: 'https://gitlab.com/acme/widgets' } };
    expect(formatJobEnvironment(job)).toMatchObject({ SRC_HOST: 'gitlab.com', SRC_BASE: 'acme/widgets' });
  });

  it('6: refs without SHAs', () => {
    expect(formatPullRefs({ base_ref: 'main', pulls: [{ number: 7, sha: '' }] })).toBe('main,7:');
  });

  it('7: a base with two colons', () => {
    expect(() => parsePullRefs('main:a:b,7')).toThrow(/malformed base/);
  });

  it('8: a pull that is no number', () => {
    expect(() => parsePullRefs('main,x:abc')).toThrow(/pull id "x" is not a number/);
  });

  it('9: a periodic may set REPO_OWNER to anything', () => {
    const job = parseJobEnvironment({ JOB_TYPE: 'periodic', REPO_OWNER: 'acme', BUILD_ID: '1', JOB_NAME: 'j' });
    expect(job).toEqual({ type: 'periodic', job: 'j', buildId: '1', decorated: false, warnings: [] });
    expect(resultPaths(job).runDir).toBe('logs/j/1');
  });

  it('10: a JOB_SPEC that is not JSON', () => {
    expect(() => parseJobEnvironment({ JOB_SPEC: '{bad' })).toThrow(/JOB_SPEC is malformed/);
  });

  it('11: two build ids', () => {
    const job = parseJobEnvironment({ JOB_NAME: 'j', BUILD_ID: '2', BUILD_NUMBER: '1' });
    expect(job.buildId).toBe('2');
    expect(job.warnings).toEqual(['build id: BUILD_ID is "2", BUILD_NUMBER is "1"']);
  });

  it('12: revision by extra refs', () => {
    const extraRefs = [
      { org: 'acme', repo: 'a', base_sha: 'x', auxiliary: true },
      { org: 'acme', repo: 'b', base_ref: 'main' },
    ];
    expect(revisionOf({ extraRefs })).toBe('main');
  });

  it('13: run directory', () => {
    expect(resultPaths(fixture).runDir).toBe(`pr-logs/pull/acme_widgets/7/pull-widgets-unit/${build}`);
  });

  it('14: legacy, the default repo', () => {
    expect(resultPaths(fixture, { strategy: 'legacy', defaultOrg: 'acme', defaultRepo: 'widgets' }).runDir).toBe(
      `pr-logs/pull/7/pull-widgets-unit/${build}`,
    );
  });

  it('15: legacy and single, another repo of the default org', () => {
    const defaults = { defaultOrg: 'acme', defaultRepo: 'other' };
    const segment = (strategy: 'legacy' | 'single') =>
      resultPaths(fixture, { strategy, ...defaults }).runDir.split('/')[2];
    expect([segment('legacy'), segment('single')]).toEqual(['widgets', 'acme_widgets']);
  });

  it('16: Gerrit', () => {
    const job = {
      ...fixture,
      refs: { ...refs, org: 'https://x.example/', repo: 'a/b', pulls: [{ number: 7, sha: head }] },
    };
    expect(resultPaths(job).runDir.split('/')[2]).toBe('x.example_a_b');
  });

  it('17: legacy without default repo', () => {
    expect(() => resultPaths(fixture, { strategy: 'legacy', defaultOrg: 'acme' })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });

  it('18: uploads of a presubmit', async () => {
    const runUri = `gs://ci-logs/pr-logs/pull/acme_widgets/7/pull-widgets-unit/${build}`;
    const plain = 'text/plain; charset=utf-8';
    const latest = { contentType: plain, cacheControl: 'no-cache, max-age=0' };
    expect(await upload(fixture, 'gs://ci-logs')).toEqual([
      [
        `gs://ci-logs/pr-logs/directory/pull-widgets-unit/${build}.txt`,
        runUri,
        { contentType: plain, metadata: { 'x-goog-meta-link': runUri, link: runUri } },
      ],
      ['gs://ci-logs/pr-logs/directory/pull-widgets-unit/latest-build.txt', build, latest],
      ['gs://ci-logs/pr-logs/pull/acme_widgets/7/pull-widgets-unit/latest-build.txt', build, latest],
    ]);
  });

  it('19: uploads of a batch', async () => {
    expect((await upload(batch, 'gs://ci-logs')).map(([uri]) => uri)).toEqual([
      'gs://ci-logs/pr-logs/directory/pull-widgets-unit/latest-build.txt',
    ]);
    expect(resultPaths(batch).runDir).toBe(`pr-logs/pull/batch/pull-widgets-unit/${build}`);
  });

  it('20: a bare bucket', async () => {
    expect((await upload(fixture, 'ci-logs'))[0]?.[1]).toMatch(/^gs:\/\/ci-logs\//);
  });

  it('21: a path prefix', () => {
    expect(resultPaths(fixture, { pathPrefix: 'p' })).toMatchObject({
      runDir: `p/pr-logs/pull/acme_widgets/7/pull-widgets-unit/${build}`,
      alias: `pr-logs/directory/pull-widgets-unit/${build}.txt`,
    });
  });

  it('22: a local output folder', async () => {
    expect(resultPaths(fixture, { localOutput: true })).toEqual({ runDir: '', latestBuild: [] });
    expect(await upload(fixture, 'file:///out', { localOutput: true })).toEqual([]);
  });

  it('24: a timestamp that is written as a float', () => {
    expect(() => parseStarted('{"timestamp":1.0}')).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
    expect(parseStarted('{"timestamp":1}')).toEqual({ timestamp: 1 });
  });
});
