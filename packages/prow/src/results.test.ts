import { describe, expect, it } from 'vitest';
import { createFinished, parseFinished } from './finished.js';
import type { ProwJobInfo } from './job.js';
import { resultPaths } from './result-paths.js';
import { joinKey, shouldWriteResults, writeFinished, writeStarted } from './results.js';
import type { ResultWriter } from './results.js';
import { createStarted, parseStarted } from './started.js';

const base = '1'.repeat(40);
const head = '2'.repeat(40);
const job: ProwJobInfo = {
  type: 'presubmit',
  job: 'pull-widgets-unit',
  buildId: '1700000000000000001',
  refs: {
    org: 'acme',
    repo: 'widgets',
    base_ref: 'main',
    base_sha: base,
    pulls: [{ number: 7, author: 'ada', sha: head }],
  },
  decorated: false,
  warnings: [],
};
const periodic: ProwJobInfo = { type: 'periodic', job: 'j', buildId: '5', decorated: false, warnings: [] };

describe(createStarted, () => {
  it('has what both generations of readers look for', () => {
    expect(JSON.stringify(createStarted(job, { timestampMs: 1_700_000_000_999, node: 'host-1' }))).toBe(
      `{"timestamp":1700000000,"node":"host-1","pull":"main:${base},7:${head}","repos":{"acme/widgets":"main:${base},7:${head}"},"repo-commit":"${head}","repo-version":"${head}"}`,
    );
  });

  it('says less of a periodic, and what was checked out of one with extra refs', () => {
    expect(createStarted(periodic, { timestampMs: 1_000 })).toEqual({ timestamp: 1 });
    const extraRefs = [{ org: 'acme', repo: 'a', base_ref: 'main' }];
    expect(
      createStarted({ ...periodic, extraRefs }, { timestampMs: 1_000, revision: base, metadata: { a: 'b' } }),
    ).toEqual({
      timestamp: 1,
      repos: { 'acme/a': 'main' },
      'repo-commit': base,
      'repo-version': base,
      metadata: { a: 'b' },
    });
  });

  it.each([
    ['a time that is none', { timestampMs: Number.NaN }],
    ['no time', { timestampMs: 0 }],
    ["crier's mark", { timestampMs: 1_000, metadata: { uploader: 'crier' } }],
  ])('refuses %s', (_what, options) => {
    expect(() => createStarted(job, options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});

describe(createFinished, () => {
  it('has what both generations of readers look for', () => {
    expect(
      JSON.stringify(createFinished(job, { timestampMs: 1_700_000_600_000, passed: true, result: 'SUCCESS' })),
    ).toBe(
      `{"timestamp":1700000600,"passed":true,"result":"SUCCESS","revision":"${head}","metadata":{"repo":"acme/widgets","repo-commit":"${head}","repos":{"acme/widgets":"main:${base},7:${head}"}}}`,
    );
  });

  it.each([
    [true, 'FAILURE'],
    [true, 'ABORTED'],
    [false, 'SUCCESS'],
  ] as const)('refuses passed %s with %s', (passed, result) => {
    expect(() => createFinished(job, { timestampMs: 1_000, passed, result })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });

  it('is an aborted run that did not pass', () => {
    expect(createFinished(periodic, { timestampMs: 1_000, passed: false, result: 'ABORTED' })).toEqual({
      timestamp: 1,
      passed: false,
      result: 'ABORTED',
      metadata: {},
    });
  });
});

describe('reading metadata files', () => {
  it('takes keys in any case and leaves out what it does not know', () => {
    expect(parseStarted('{"Timestamp":1,"PULL":"7","Pending":false,"node":null,"repos":{"a/b":"x"}}')).toEqual({
      timestamp: 1,
      pull: '7',
      repos: { 'a/b': 'x' },
    });
    expect(parseFinished('{"timestamp":1,"passed":null,"metadata":{"n":1.5,"s":"2.0"}}')).toEqual({
      timestamp: 1,
      metadata: { n: 1.5, s: '2.0' },
    });
  });

  it.each([
    '',
    '[]',
    'null',
    '{}x',
    '{"timestamp":1e9}',
    '{"timestamp":"1"}',
    '{"pull":7}',
    '{"repos":{"a":1}}',
    '{"metadata":[]}',
  ])('refuses %j as started.json', (text) => {
    expect(() => parseStarted(text)).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
  });

  it('refuses passed as text', () => {
    expect(() => parseFinished('{"passed":"true"}')).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
  });
});

describe('writing results', () => {
  const recorder = (failAt = Number.POSITIVE_INFINITY) => {
    const uris: string[] = [];
    const bodies: string[] = [];
    const store: ResultWriter = {
      write: async (uri, body) => {
        if (uris.length === failAt) throw new Error('503');
        uris.push(uri);
        bodies.push(body);
      },
    };
    return { store, uris, bodies };
  };

  it('opens with started.json, so that whoever follows a pointer finds a run', async () => {
    const { store, uris, bodies } = recorder();
    const started = createStarted(job, { timestampMs: 1_000 });
    const { runUri } = await writeStarted(store, 'file:///results/', job, started);
    expect(runUri).toBe('file:///results/pr-logs/pull/acme_widgets/7/pull-widgets-unit/1700000000000000001');
    expect(uris.map((uri) => uri.split('/').at(-1))).toEqual([
      'started.json',
      '1700000000000000001.txt',
      'latest-build.txt',
      'latest-build.txt',
    ]);
    expect(bodies).toEqual([JSON.stringify(started), runUri, job.buildId, job.buildId]);
  });

  it('points nowhere when started.json cannot be written', async () => {
    const { store, uris } = recorder(0);
    await expect(writeStarted(store, 'gs://b', job, createStarted(job, { timestampMs: 1_000 }))).rejects.toThrow('503');
    expect(uris).toEqual([]);
  });

  it('closes with finished.json alone', async () => {
    const { store, uris } = recorder();
    const finished = createFinished(periodic, { timestampMs: 1_000, passed: true, result: 'SUCCESS' });
    await writeFinished(store, 'gs://b/logs/j/5', finished);
    expect(uris).toEqual(['gs://b/logs/j/5/finished.json']);
  });

  it.each([
    ['gs://b', 'a', 'gs://b/a'],
    ['gs://b//', 'a', 'gs://b/a'],
    ['file:///', 'a', 'file:///a'],
    ['file://./r/', 'a', 'file://./r/a'],
    ['gs://b/x', '', 'gs://b/x'],
  ])('puts %s and %j together', (uri, key, joined) => {
    expect(joinKey(uri, key)).toBe(joined);
  });
});

describe(shouldWriteResults, () => {
  it("leaves all to Prow's sidecar in a decorated job, and artifacts in its folder", () => {
    expect(shouldWriteResults({ decorated: true })).toEqual({
      started: false,
      alias: false,
      latestBuild: false,
      buildLog: false,
      finished: false,
      artifacts: 'artifacts-dir',
    });
    expect(shouldWriteResults({ decorated: false })).toMatchObject({
      started: true,
      finished: true,
      artifacts: 'results',
    });
  });
});

describe(resultPaths, () => {
  it.each([
    ['an unknown strategy', { strategy: 'other' as 'legacy' }, 'acme', 'widgets'],
    ['single without default org', { strategy: 'single' as const, defaultRepo: 'x' }, 'acme', 'widgets'],
    ['a repo that leads upwards', { strategy: 'legacy' as const, defaultOrg: 'acme', defaultRepo: 'x' }, 'acme', '..'],
    ['an org with a slash', {}, 'a/b', 'widgets'],
  ])('refuses %s', (_what, options, org, repo) => {
    const changed = { ...job, refs: { org, repo, pulls: [{ number: 7, sha: head }] } };
    expect(() => resultPaths(changed, options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });

  it('keeps postsubmits beside periodics', () => {
    expect(resultPaths({ ...job, type: 'postsubmit' })).toEqual({
      runDir: 'logs/pull-widgets-unit/1700000000000000001',
      latestBuild: ['logs/pull-widgets-unit/latest-build.txt'],
    });
  });
});
