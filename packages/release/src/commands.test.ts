import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type Command, type CommandIo, runCommand } from '@seatrial/cli';
import { describe, expect, it } from 'vitest';
import { command } from './commands.js';
import { parseBuildInfo } from './records/build-info.js';
import { startEngine } from './testing/engine-server.js';
import { createRepository } from './testing/repository.js';
import { tempFolder } from './testing/temp-folder.js';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const NOW = Date.parse('2026-01-02T03:04:05Z');

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(cwd: string, env: Readonly<Record<string, string>>, ...argv: string[]): Promise<Result> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const clock = { now: () => NOW, sleep: async () => {} };
  const io: CommandIo = {
    env,
    cwd,
    stdin: new PassThrough(),
    stdout,
    stderr,
    signal: new AbortController().signal,
    clock,
  };
  const code = await runCommand(command, argv, io);
  stdout.end();
  stderr.end();
  return { code, out: await text(stdout), err: await text(stderr) };
}

async function operator() {
  const repo = await createRepository({
    Dockerfile: 'FROM scratch\n',
    'seatrial.yaml': 'image: {name: app, context: .}\nchart: {path: chart}\n',
    'chart/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 0.1.0\n',
    'chart/values.yaml': 'image: app:dev\n',
  });
  const sha = await repo.git('rev-parse', 'HEAD');
  const { host, requests } = await startEngine(({ path }) => {
    if (path.endsWith('/build')) return { events: [{ aux: { ID: 'sha256:1' } }] };
    if (path.endsWith('/tag')) return { status: 201, body: {} };
    return { events: [{ aux: { Digest: DIGEST } }] };
  });
  const cwd = await tempFolder();
  return { repo, sha, requests, cwd, env: { DOCKER_HOST: host }, tag: `v20260102-${sha.slice(0, 7)}` };
}
/** What lies in a folder, without what the store remembers of its objects. */
const listNames = async (dir: string) => (await readdir(dir)).filter((name) => !name.endsWith('.seatrial-facts'));
// Nobody listens there: the engine alone says that it has pushed. What a registry says is in commands-images.test.ts.
const REGISTRY = ['--registry', '127.0.0.1:1/team', '--no-attest'];

describe('seatrial-release', () => {
  it('local builds, publishes and records a checkout with its changes', async () => {
    const { repo, sha, cwd, env, tag } = await operator();
    await repo.write({ 'new.txt': 'x' });
    const { code, out, err } = await run(
      cwd,
      env,
      'local',
      '--repo',
      repo.dir,
      ...REGISTRY,
      '--releases_path',
      'file://./releases',
      '--build_info_path',
      'info.yaml',
    );
    expect(err).not.toContain('error');
    expect(code).toBe(0);
    const [version = ''] = await readdir(join(cwd, 'releases'));
    expect(version).toMatch(new RegExp(`^0\\.1\\.0-${tag}-dirty-[0-9a-f]{7}$`));
    expect(await listNames(join(cwd, 'releases', version))).toEqual([`app-${version}.tgz`]);
    const info = parseBuildInfo(out);
    expect(info).toMatchObject({
      commit: sha,
      digest: DIGEST,
      image: expect.stringMatching(/team\/app:v2026.*-dirty-/) as string,
    });
    expect(parseBuildInfo(await readFile(join(cwd, 'info.yaml'), 'utf8'))).toEqual(info);
  });

  it('O1, O18: a dry run does nothing, says what it would do, and records under the same keys', async () => {
    const { repo, requests, cwd, env, tag } = await operator();
    const argv = [
      '--repo',
      repo.dir,
      ...REGISTRY,
      '--releases-path',
      'gs://releases',
      '--build-info-path',
      'info.yaml',
      '--dryrun',
    ];
    const { code, out } = await run(cwd, env, 'postsubmit', ...argv);
    expect(code).toBe(0);
    expect(
      out
        .split('\n')
        .map((line) => line.replace(/ from .*/, ''))
        .slice(0, 5),
    ).toEqual([
      `would build 127.0.0.1:1/team/app:${tag}`,
      `would push 127.0.0.1:1/team/app:${tag}`,
      `would package ${join(cwd, 'release', `app-0.1.0-${tag}.tgz`)}`,
      `would publish gs://releases/0.1.0-${tag}/app-0.1.0-${tag}.tgz`,
      'would move 127.0.0.1:1/team/app:latest',
    ]);
    expect(requests).toEqual([]);
    expect(await listNames(cwd)).toEqual(['info.yaml']);
    const info = parseBuildInfo(await readFile(join(cwd, 'info.yaml'), 'utf8'));
    expect(info).toMatchObject({ dry_run: true, helm_chart: `gs://releases/0.1.0-${tag}/app-0.1.0-${tag}.tgz` });
  });

  it('pr builds the merge of a pull request', async () => {
    const { repo, sha, cwd, env } = await operator();
    await repo.git('checkout', '--quiet', '-b', 'topic');
    await repo.git('update-ref', 'refs/pull/7/head', await repo.commit({ 'c.txt': '' }));
    await repo.git('checkout', '--quiet', 'main');
    const { code, out } = await run(
      cwd,
      env,
      'pr',
      '--repo',
      repo.dir,
      '--pr',
      '7',
      '--base-ref',
      'main',
      ...REGISTRY,
      '--json',
    );
    expect(code).toBe(0);
    expect((JSON.parse(out) as { commit: string }).commit).not.toBe(sha);
  });

  it('build takes a work tree as it is and flags over the config', async () => {
    const { repo, requests, env } = await operator();
    await repo.write({ 'other/Dockerfile': 'FROM scratch\n' });
    const argv = [
      '--image-name',
      'other',
      '--context',
      'other',
      '--build-arg',
      'A=1',
      '--version-tag',
      'v9',
      '--no-push',
      '--json',
    ];
    const { code, out } = await run(repo.dir, env, 'build', ...REGISTRY, ...argv);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ image: '127.0.0.1:1/team/other:v9', chart: { version: '0.1.0-v9' } });
    expect(requests.flatMap(({ path, query }) => (path.endsWith('/build') ? query.get('buildargs') : []))).toEqual([
      '{"A":"1"}',
    ]);
  });

  it('build takes what it wrote before for no change of the work tree', async () => {
    const { repo, env, tag } = await operator();
    for (const round of ['first', 'second']) {
      const { code, out } = await run(repo.dir, env, 'build', ...REGISTRY, '--json');
      expect(code, round).toBe(0);
      expect(JSON.parse(out), round).toMatchObject({ tag });
    }
    expect(await repo.git('status', '--porcelain')).toBe('');
  });

  it('clone pr, postsubmit and lastgreen say what they checked out', async () => {
    const { repo, sha, cwd, env } = await operator();
    await repo.git('update-ref', 'refs/pull/7/head', sha);
    await mkdir(join(cwd, 'green'));
    await writeFile(join(cwd, 'green/latest_green.json'), JSON.stringify({ status: 'passing', job: 'j', sha }));
    await repo.commit({ 'later.txt': '' });
    const from = ['--repo', repo.dir, '--src_dir'];
    const pull = await run(cwd, env, 'clone', 'pr', ...from, 'a', '--pr', '7', '--head');
    expect(pull).toMatchObject({ code: 0, out: `${sha} in ${join(cwd, 'a')}\n` });
    const post = await run(cwd, env, 'clone', 'postsubmit', ...from, 'b', '--commit', sha, '--json');
    expect(JSON.parse(post.out)).toMatchObject({ sha, dirty: false, dir: join(cwd, 'b') });
    const green = await run(
      cwd,
      env,
      'clone',
      'lastgreen',
      ...from,
      'c',
      '--latest-green',
      'file://./green/latest_green.json',
    );
    expect(green).toMatchObject({ code: 0, out: `${sha} in ${join(cwd, 'c')}\n` });
  });

  it('build-new-release releases the newest green commit once', async () => {
    const { repo, sha, cwd, env, tag, requests } = await operator();
    await mkdir(join(cwd, 'green'));
    await writeFile(join(cwd, 'green/latest_green.json'), JSON.stringify({ status: 'passing', job: 'j', sha }));
    await repo.commit({ 'not-green.txt': '' });
    const argv = [
      '--repo',
      repo.dir,
      '--latest-green',
      'file://./green/latest_green.json',
      '--releases-path',
      'file://./releases',
      ...REGISTRY,
    ];
    expect((await run(cwd, env, 'build-new-release', ...argv)).code).toBe(0);
    const record = JSON.parse(await readFile(join(cwd, 'releases/latest_release.json'), 'utf8')) as Record<
      string,
      string
    >;
    expect(record).toMatchObject({
      sha,
      target: expect.stringContaining(`/0.1.0-${tag}/app-0.1.0-${tag}.tgz`) as string,
    });
    expect(await listNames(join(cwd, 'releases/latest'))).toEqual(['app-latest.tgz']);
    const calls = requests.length;
    const again = await run(cwd, env, 'build-new-release', ...argv);
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining('is the newest release already') as string });
    expect(requests).toHaveLength(calls);
  });

  it.each([
    ['no registry', [], 2, '--registry is needed'],
    [
      'a config that is not there and no flags',
      [...REGISTRY, '--config', 'no.yaml'],
      2,
      '--image-name is needed: there is no',
    ],
    ['changes with --require-clean', [...REGISTRY, '--require-clean'], 2, 'has changes that are not committed'],
  ])('ends with a clear error on %s', async (_what, argv, code, message) => {
    const { repo, env } = await operator();
    await repo.write({ 'new.txt': '' });
    const result = await run(repo.dir, env, 'build', ...argv);
    expect(result).toMatchObject({ code, err: expect.stringContaining(message) as string });
  });

  it('ends with 3 when no Docker Engine answers', async () => {
    const { repo } = await operator();
    const result = await run(repo.dir, { DOCKER_HOST: 'unix:///no/such/docker.sock' }, 'build', ...REGISTRY);
    expect(result).toMatchObject({
      code: 3,
      err: expect.stringContaining('the Docker Engine does not answer (ENOENT)') as string,
    });
  });

  it('gives every command a summary and an example', () => {
    const list = (each: Command): Command[] => [each, ...(each.commands ?? []).flatMap(list)];
    for (const { name, summary, examples } of list(command)) {
      expect([name, summary !== '', examples.length > 0]).toEqual([name, true, true]);
    }
  });
});
