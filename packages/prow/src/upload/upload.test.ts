import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runForTest } from '@seatrial/cli/testing';
import { startSandbox } from '@seatrial/sandbox';
import type { Sandbox } from '@seatrial/sandbox';
import { createObjectStore, storeOptionsFromEnv } from '@seatrial/storage';
import type { ObjectStore } from '@seatrial/storage';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { command } from '../commands.js';
import { createFinished } from '../finished.js';
import { jobMetadata } from './job-metadata.js';
import { uploadRun } from './upload-run.js';
import type { RunUploadStore } from './upload-run.js';

let sandbox: Sandbox;
let store: ObjectStore;
let cwd: string;
beforeAll(async () => {
  sandbox = await startSandbox({ docker: 'off' });
  store = createObjectStore(storeOptionsFromEnv(sandbox.env));
});
afterAll(() => sandbox[Symbol.asyncDispose]());
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'seatrial-upload-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const bucket = 'gs://seatrial-results';
const nowMs = 1_700_000_000_000;
const spec = {
  type: 'postsubmit',
  job: 'ci-widgets',
  refs: { org: 'acme', repo: 'widgets', base_ref: 'main', base_sha: '1'.repeat(40) },
};

async function put(name: string, content: string | Uint8Array) {
  await mkdir(dirname(join(cwd, name)), { recursive: true });
  await writeFile(join(cwd, name), content);
}
const upload = (line: string, buildid: string, more: object = {}) =>
  runForTest(command, ['upload', '--results', bucket, ...line.split(' ')], {
    cwd,
    env: { ...sandbox.env, JOB_SPEC: JSON.stringify({ ...spec, buildid, ...more }) },
    clock: { now: () => nowMs, sleep: async () => undefined },
  });
async function namesBelow(runUri: string) {
  const names: string[] = [];
  for await (const { uri } of store.list(`${runUri}/`)) names.push(uri.slice(runUri.length + 1));
  return names.sort();
}

describe('seatrial-prow upload', () => {
  it('uploads artifacts, log and finished.json', async () => {
    await put('out/a#b/c.txt.gz', gzipSync('hello'));
    await put('out/junit_e2e.xml', '<testsuite/>');
    await put('out/metadata.json', '{"cluster":"e2e-1","repo":"mine"}');
    await put('log.txt', 'done\n');
    const runUri = `${bucket}/logs/ci-widgets/11`;
    expect(await upload('--build-log log.txt --result SUCCESS out', '11')).toMatchObject({
      code: 0,
      stdout: `${runUri}\n`,
    });
    expect(await namesBelow(runUri)).toEqual([
      'artifacts/a%23b/c.txt',
      'artifacts/junit_e2e.xml',
      'artifacts/metadata.json',
      'build-log.txt',
      'finished.json',
    ]);
    expect(await store.readText(`${runUri}/artifacts/a%23b/c.txt`)).toBe('hello');
    expect(await store.stat(`${runUri}/artifacts/a%23b/c.txt`)).toMatchObject({
      contentType: 'text/plain; charset=utf-8',
      contentEncoding: 'gzip',
    });
    expect(await store.stat(`${runUri}/build-log.txt`)).toMatchObject({ contentType: 'text/plain; charset=utf-8' });
    expect(await store.readJson(`${runUri}/finished.json`)).toMatchObject({
      passed: true,
      metadata: { cluster: 'e2e-1', repo: 'mine', 'repo-commit': '1'.repeat(40) },
    });
  });

  it('leaves out a file whose place is taken, and one that only claims to be compressed keeps its name', async () => {
    await put('out/a.txt', 'plain');
    await put('out/a.txt.gz', gzipSync('compressed'));
    await put('out/b.txt.gz', 'not gzip');
    const ended = await upload('--json out', '12');
    const runUri = `${bucket}/logs/ci-widgets/12`;
    expect(JSON.parse(ended.stdout)).toEqual({
      runUri,
      artifacts: [`${runUri}/artifacts/a.txt`, `${runUri}/artifacts/b.txt.gz`],
    });
    expect(ended.stderr).toMatch(/left out: another file has its place.*a\.txt\.gz/);
    expect(ended.stderr).toMatch(/content is not.*b\.txt\.gz/);
    expect(await store.readText(`${runUri}/artifacts/a.txt`)).toBe('plain');
  });

  it('compresses the types it is told to', async () => {
    await put('out/large.log', 'x'.repeat(2_000));
    await put('out/small.log', 'x');
    await upload('--compress-file-types log --media-types log=text/x-log out', '13');
    const runUri = `${bucket}/logs/ci-widgets/13`;
    expect(await store.stat(`${runUri}/artifacts/large.log`)).toMatchObject({
      contentEncoding: 'gzip',
      contentType: 'text/x-log',
    });
    expect(await store.stat(`${runUri}/artifacts/small.log`)).not.toHaveProperty('contentEncoding');
  });

  it("leaves a decorated job's artifacts to the sidecar, unless forced", async () => {
    await put('out/a.txt', 'a');
    const decorated = { decoration_config: {} };
    const ended = await upload('--result SUCCESS out', '14', decorated);
    expect(ended).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('sidecar') });
    expect(await namesBelow(`${bucket}/logs/ci-widgets/14`)).toEqual([]);
    await upload('--force out', '14', decorated);
    expect(await namesBelow(`${bucket}/logs/ci-widgets/14`)).toEqual(['artifacts/a.txt']);
  });

  it.each([
    ['a folder that is not there', 'none', 'not a folder'],
    ['no files at a time', '--concurrency 0 .', '--concurrency 0 is not a whole number above 0'],
  ])('refuses %s', async (_what, line, message) => {
    expect(await upload(line, '15')).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
    expect(await readdir(cwd)).toEqual([]);
  });
});

describe(uploadRun, () => {
  const finished = createFinished(
    { type: 'periodic', job: 'j', buildId: '1', decorated: false, warnings: [] },
    { timestampMs: nowMs, passed: true, result: 'SUCCESS' },
  );
  function recorder(upload: () => Promise<readonly { readonly uri: string }[]>) {
    const calls: string[] = [];
    const recording: RunUploadStore = {
      uploadFolder: async (_dir, toUri) => {
        calls.push(toUri);
        return upload();
      },
      write: async (uri) => calls.push(uri),
      writeFile: async (uri) => calls.push(uri),
    };
    return { calls, recording };
  }

  it('writes finished.json last, and a line in place of a log that cannot be read', async () => {
    const { calls, recording } = recorder(async () => []);
    await uploadRun(recording, 'gs://b/r', { dir: cwd, buildLogPath: join(cwd, 'none'), finished });
    expect(calls).toEqual(['gs://b/r/artifacts', 'gs://b/r/build-log.txt', 'gs://b/r/finished.json']);
  });

  it('uploads the log but not finished.json when artifacts fail', async () => {
    const { calls, recording } = recorder(() => Promise.reject(new Error('no room')));
    const ended = uploadRun(recording, 'gs://b/r', { dir: cwd, buildLogPath: join(cwd, 'none'), finished });
    await expect(ended).rejects.toThrow('no room');
    expect(calls).toEqual(['gs://b/r/artifacts', 'gs://b/r/build-log.txt']);
  });

  it('writes nothing more once it is stopped', async () => {
    const controller = new AbortController();
    const { calls, recording } = recorder(async () => {
      controller.abort(new Error('stopped'));
      return [];
    });
    const { signal } = controller;
    await expect(uploadRun(recording, 'gs://b/r', { dir: cwd, finished, signal })).rejects.toThrow('stopped');
    expect(calls).toEqual(['gs://b/r/artifacts']);
  });
});

describe(jobMetadata, () => {
  it.each([
    ['no file', undefined, {}],
    ['an object', '{"a":"b"}', { a: 'b' }],
    ['a list', '[]', { 'sidecar-errors': { 'entry 0': 'metadata.json is not an object' } }],
    ['no JSON', '{', { 'sidecar-errors': { 'entry 0': expect.stringContaining('not JSON') } }],
  ])('of %s', (_what, text, expected) => {
    expect(jobMetadata(text)).toEqual(expected);
  });
});
