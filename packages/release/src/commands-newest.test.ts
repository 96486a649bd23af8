import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runCommand } from '@seatrial/cli';
import { describe, expect, it } from 'vitest';
import { command } from './commands.js';
import { type EngineRequest, startEngine } from './testing/engine-server.js';
import { createOperator } from './testing/operator.js';
import { runRelease } from './testing/run-command.js';
import { tempFolder } from './testing/temp-folder.js';

const DAY_MS = 86_400_000;
const nowMs = Date.parse('2026-01-02T23:59:00Z');

/** An engine whose every build has another digest, as those of real engines have. */
async function setUp() {
  const repo = await createOperator();
  const sha = await repo.git('rev-parse', 'HEAD');
  let builds = 0;
  const { host, requests } = await startEngine(({ path }: EngineRequest) => {
    if (path.endsWith('/build')) {
      builds += 1;
      return { events: [{ aux: { ID: `sha256:${builds}` } }] };
    }
    if (path.endsWith('/tag')) return { status: 201, body: {} };
    return { events: [{ aux: { Digest: `sha256:${String(builds).padStart(64, '0')}` } }] };
  });
  const cwd = await tempFolder();
  await mkdir(join(cwd, 'green'));
  const green = (commit: string) =>
    writeFile(join(cwd, 'green/latest_green.json'), JSON.stringify({ status: 'passing', job: 'j', sha: commit }));
  await green(sha);
  // Nobody listens at the registry: the engine alone says that it has pushed.
  const places = ['--registry', '127.0.0.1:1/team', '--no-attest', '--releases-path', 'file://./releases'];
  const argv = ['--repo', repo.dir, '--latest-green', 'file://./green/latest_green.json', ...places];
  const readText = (path: string) => readFile(join(cwd, 'releases', path), 'utf8');
  return { repo, sha, cwd, env: { DOCKER_HOST: host }, requests, builds: () => builds, green, places, argv, readText };
}

describe('seatrial-release', () => {
  it('build-new-release goes on with what was published before midnight, and builds nothing', async () => {
    const { sha, cwd, env, argv, places, repo, builds, requests, readText } = await setUp();
    const tag = `v20260102-${sha.slice(0, 7)}`;
    // As far as an interrupted release gets: the chart is there, nothing says that it is the latest.
    const first = ['postsubmit', '--repo', repo.dir, '--no-latest', ...places];
    expect(await runRelease(first, { cwd, env, nowMs })).toMatchObject({ code: 0 });
    const before = requests.length;
    const again = await runRelease(['build-new-release', ...argv, '--json'], { cwd, env, nowMs: nowMs + DAY_MS });
    expect(again.code).toBe(0);
    const digest = `sha256:${'1'.padStart(64, '0')}`;
    expect(JSON.parse(again.out)).toMatchObject({
      image: `127.0.0.1:1/team/app:${tag}`,
      digest,
      imageByDigest: `127.0.0.1:1/team/app@${digest}`,
      commit: sha,
      tag,
      chart: { version: `0.1.0-${tag}` },
    });
    expect(builds()).toBe(1);
    expect(requests.slice(before).map(({ path }) => path.replace(/^\/v[\d.]+/, ''))).toEqual(
      expect.arrayContaining([`/images/127.0.0.1:1/team/app:${tag}/tag`]),
    );
    expect(JSON.parse(await readText('latest_release.json'))).toMatchObject({ sha });
    const published = await readText(`0.1.0-${tag}/app-0.1.0-${tag}.tgz`);
    expect(await readText('latest/app-latest.tgz')).toBe(published);
  });

  it('postsubmit of a commit that is published gives the same answer again', async () => {
    const { cwd, env, places, repo, builds } = await setUp();
    const argv = ['postsubmit', '--repo', repo.dir, ...places, '--json'];
    const first = await runRelease(argv, { cwd, env, nowMs });
    const second = await runRelease(argv, { cwd, env, nowMs: nowMs + DAY_MS });
    expect([first.code, second.code, builds()]).toEqual([0, 0, 1]);
    expect(JSON.parse(second.out)).toEqual(JSON.parse(first.out));
  });

  it('takes another commit with the same first digits for another release', async () => {
    const { cwd, env, places, repo, builds, sha } = await setUp();
    const argv = ['postsubmit', '--repo', repo.dir, ...places];
    expect((await runRelease(argv, { cwd, env, nowMs })).code).toBe(0);
    expect(await repo.commit({ 'b.txt': '' })).not.toBe(sha);
    expect((await runRelease(argv, { cwd, env, nowMs })).code).toBe(0);
    expect(builds()).toBe(2);
  });

  it('watch releases what passes, lives through failures, and stops at a signal', async () => {
    const { repo, sha, cwd, env, argv, green, readText } = await setUp();
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const controller = new AbortController();
    const newer = await repo.commit({ 'b.txt': '' });
    const steps = [
      () => writeFile(join(cwd, 'green/latest_green.json'), 'torn'),
      () => green(newer),
      async () => controller.abort(new Error('stopped by SIGTERM')),
    ];
    const pauses: number[] = [];
    let now = nowMs;
    const clock = {
      now: () => (now += 1_000), // build ids of one millisecond are in no order
      sleep: async (ms: number, signal?: AbortSignal) => {
        // The budget of an attempt, which is not used up.
        if (ms === 7_200_000) return new Promise<void>((_resolve, reject) => signal?.addEventListener('abort', reject));
        if (ms < 30_000) return; // a request to the registry is tried again
        pauses.push(ms);
        await steps.shift()?.();
      },
    };
    const io = { env, cwd, stdin: new PassThrough(), stdout, stderr, signal: controller.signal, clock };
    const code = await runCommand(command, ['watch', ...argv, '--interval', '600', '--jitter', '0'], io);
    stdout.end();
    stderr.end();
    const [out, err] = [await text(stdout), await text(stderr)];
    expect(code, err).toBe(0); // the program's own code is that of the signal
    expect(out.split('\n').map((line) => line.split(' ')[0])).toEqual([sha, newer, '']);
    expect(pauses).toEqual([600_000, 30_000, 600_000]);
    expect(JSON.parse(await readText('latest_release.json'))).toMatchObject({ sha: newer });
    for (const line of [
      'watching',
      'released the newest',
      'the attempt failed',
      'cannot be read',
      'stopped watching',
    ]) {
      expect(err).toContain(line);
    }
  });

  it.each([
    ['watch', ['--no-push'], '--no-push would build the same commit for ever'],
    ['watch', ['--interval', '0'], '--interval'],
    ['watch', ['--jitter', '2'], 'not a jitter: 2'],
  ])('%s rejects %j', async (name, more, message) => {
    const { cwd, env, argv } = await setUp();
    const result = await runRelease([name, ...argv, ...more], { cwd, env, nowMs });
    expect(result).toMatchObject({ code: 2, err: expect.stringContaining(message) as string });
  });
});
