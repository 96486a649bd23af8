import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startGitDaemon } from '../testing/git-daemon.js';
import { createRepository } from '../testing/repository.js';
import { tempFolder } from '../testing/temp-folder.js';
import { cloneSource } from './clone-source.js';

const TOKEN = 'ghp_verySecret123';

interface Server {
  readonly url: string;
  readonly credentials: (string | undefined)[];
}

/** Serves a repository over git's plain HTTP protocol: the files as they are. `fail` answers the first requests. */
async function serve(
  dir: string,
  options: { readonly needs?: string; readonly failures?: number[] } = {},
): Promise<Server> {
  const { failures = [] } = options;
  const bare = join(await tempFolder(), 'served.git');
  await execa('git', ['clone', '--quiet', '--bare', dir, bare]);
  await execa('git', ['update-server-info'], { cwd: bare });
  const credentials: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    credentials.push(request.headers.authorization);
    const status = failures.shift();
    if (status !== undefined) return void response.writeHead(status).end();
    if (options.needs !== undefined && request.headers.authorization !== options.needs) {
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    }
    const path = new URL(request.url ?? '/', 'http://git').pathname;
    readFile(join(bare, path)).then(
      (body) => response.end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, credentials };
}

describe('cloneSource of a URL', () => {
  it('checks the default branch out', async () => {
    const repo = await createRepository();
    const sha = await repo.commit({ 'b.txt': '' });
    const { url } = await serve(repo.dir);
    const dir = join(await tempFolder(), 'source');
    expect(await cloneSource({ repo: url, dir })).toEqual({ dir, sha, shortSha: sha.slice(0, 7), dirty: false });
    expect((await readdir(dir)).sort()).toEqual(['.git', 'a.txt', 'b.txt']);
  });

  it.each(['hash', 'branch', 'tag'])('checks an older commit out by its %s', async (kind) => {
    const repo = await createRepository();
    const sha = await repo.git('rev-parse', 'HEAD');
    await repo.git('branch', 'old');
    await repo.git('tag', 'v1');
    await repo.commit({ 'b.txt': '' });
    const { url } = await serve(repo.dir);
    const commit = { hash: sha, branch: 'old', tag: 'v1' }[kind];
    const cloned = await cloneSource({ repo: url, dir: join(await tempFolder(), 'source'), commit });
    expect(cloned.sha).toBe(sha);
  });

  it('sends the token to the server, and to nobody else', async () => {
    const repo = await createRepository();
    const needs = `Basic ${Buffer.from(`x-access-token:${TOKEN}`).toString('base64')}`;
    const { url, credentials } = await serve(repo.dir, { needs });
    const lines: string[] = [];
    const dir = join(await tempFolder(), 'source');
    await cloneSource({ repo: url, dir, token: TOKEN, onLine: (line) => lines.push(line) });
    expect(new Set(credentials)).toEqual(new Set([needs]));
    expect(lines.join('\n')).not.toContain(TOKEN);
    const config = await execa('git', ['config', '--list', '--local'], { cwd: dir });
    expect(config.stdout).not.toMatch(/secret|authorization/i);
  });

  it('is refused without a token, and asks nobody for one', async () => {
    const repo = await createRepository();
    const { url } = await serve(repo.dir, { needs: 'Basic x' });
    const cloning = cloneSource({ repo: url, dir: join(await tempFolder(), 'source') });
    await expect(cloning).rejects.toThrow(expect.objectContaining({ code: 'DENIED', infrastructure: true }) as Error);
  });

  it('tries again when the network fails', async () => {
    const repo = await createRepository();
    const { url } = await serve(repo.dir, { failures: [503, 500] });
    const pauses: number[] = [];
    const clock = { now: () => 0, sleep: async (ms: number) => void pauses.push(ms) };
    await cloneSource({ repo: url, dir: join(await tempFolder(), 'source'), clock });
    expect(pauses).toEqual([1_000, 2_000]);
  });

  it('gives up after four tries, with the last error', async () => {
    const repo = await createRepository();
    const { url } = await serve(repo.dir, { failures: [503, 503, 503, 503] });
    const clock = { now: () => 0, sleep: async () => {} };
    const cloning = cloneSource({ repo: url, dir: join(await tempFolder(), 'source'), clock });
    await expect(cloning).rejects.toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }) as Error);
  });

  it('takes a password in the URL out of what it says', async () => {
    const { url } = await serve((await createRepository()).dir, { needs: 'Basic x' });
    const withPassword = url.replace('http://', `http://user:${TOKEN}@`);
    const error: unknown = await cloneSource({ repo: withPassword, dir: join(await tempFolder(), 'source') }).catch(
      (e: unknown) => e,
    );
    expect(JSON.stringify(error) + String(error) + (error as { detail: string }).detail).not.toContain(TOKEN);
  });
});

describe('cloneSource of a part of a repository', () => {
  async function withPull() {
    const repo = await createRepository({ 'a.txt': 'one\n' });
    await repo.git('checkout', '--quiet', '-b', 'topic');
    await repo.commit({ 'c.txt': 'first' });
    await repo.git('update-ref', 'refs/pull/7/head', await repo.commit({ 'c.txt': 'second' }));
    await repo.git('checkout', '--quiet', 'main');
    await repo.commit({ 'b.txt': '1' });
    const sha = await repo.commit({ 'b.txt': '2' });
    return { repo, sha, url: await startGitDaemon(repo.dir) };
  }
  const countCommits = async (dir: string) =>
    Number((await execa('git', ['rev-list', '--count', 'HEAD'], { cwd: dir })).stdout);

  it('fetches no more history than asked for', async () => {
    const { sha, url } = await withPull();
    const dir = join(await tempFolder(), 'source');
    expect(await cloneSource({ repo: url, dir, depth: 1 })).toMatchObject({ sha, dirty: false });
    expect(await countCommits(dir)).toBe(1);
  });

  it('leaves files of other commits at the server with a filter', async () => {
    const { repo, sha, url } = await withPull();
    const dir = join(await tempFolder(), 'source');
    expect(await cloneSource({ repo: url, dir, filter: 'blob:none' })).toMatchObject({ sha, dirty: false });
    expect(await countCommits(dir)).toBe(3);
    const older = await repo.git('rev-parse', 'HEAD~1:b.txt');
    const args = ['rev-list', '--objects', '--all', '--missing=print'];
    const { stdout } = await execa('git', args, { cwd: dir });
    expect(stdout.split('\n')).toContain(`?${older}`);
  });

  it.each([
    ['a depth that cuts the common history off', { depth: 1 }],
    ['a filter', { filter: 'blob:none' }],
    ['both', { depth: 2, filter: 'blob:none' }],
  ])('merges a pull request into the same commit with %s', async (_what, part) => {
    const { repo, url } = await withPull();
    const refs = { pulls: [{ number: 7 }] };
    const whole = await cloneSource({ repo: repo.dir, dir: join(await tempFolder(), 'whole'), refs });
    const dir = join(await tempFolder(), 'source');
    const cloned = await cloneSource({ repo: url, dir, refs, ...part });
    expect(cloned.sha).toBe(whole.sha);
    expect(await readFile(join(dir, 'c.txt'), 'utf8')).toBe('second');
  });

  it('names a pull request that is not there', async () => {
    const { url } = await withPull();
    const cloning = cloneSource({ repo: url, dir: join(await tempFolder(), 'x'), refs: { pulls: [{ number: 8 }] } });
    await expect(cloning).rejects.toThrow(
      expect.objectContaining({
        code: 'COMMIT_NOT_FOUND',
        message: 'the repository has no pull request 8',
        hint: expect.stringContaining('Check the number') as string,
      }) as Error,
    );
  });
});
