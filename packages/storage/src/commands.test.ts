import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runCommand, systemClock } from '@seatrial/cli';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { command } from './commands.js';
import { type Cloud, startCloud } from './testing/cloud.js';

let cwd = '';
let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(() => cloud[Symbol.asyncDispose]());
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'storage-'));
});
afterEach(async () => {
  cloud.reset();
  await rm(cwd, { recursive: true, force: true });
});

async function run(...argv: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const { signal } = new AbortController();
  const env = { STORAGE_EMULATOR_HOST: cloud.apiEndpoint };
  const io = { env, cwd, stdin: new PassThrough(), stdout, stderr, signal, clock: systemClock };
  const code = await runCommand(command, argv, io);
  stdout.end();
  stderr.end();
  return { code, out: await text(stdout), err: await text(stderr) };
}

describe('seatrial-storage', () => {
  it('copies a file to an object and shows it', async () => {
    await writeFile(join(cwd, 'build.log'), 'line\n');
    expect(await run('cp', 'build.log', 'gs://ci-logs/e2e/build.log')).toMatchObject({ code: 0, err: '' });
    expect(await run('cat', 'gs://ci-logs/e2e/build.log')).toEqual({ code: 0, out: 'line\n', err: '' });
    const { out } = await run('ls', '-l', 'gs://ci-logs/e2e/');
    expect(out).toMatch(/^ {11}5 {2}\S+Z {2}gs:\/\/ci-logs\/e2e\/build\.log {2}text\/plain; charset=utf-8\n$/);
    expect(JSON.parse((await run('stat', '--json', 'gs://ci-logs/e2e/build.log')).out)).toMatchObject({
      sizeBytes: 5,
      contentType: 'text/plain; charset=utf-8',
    });
  });

  it('copies folders there and back', async () => {
    await mkdir(join(cwd, 'up/sub'), { recursive: true });
    await writeFile(join(cwd, 'up/sub/a'), 'x');
    expect(await run('cp', '--recursive', 'up', 'gs://ci-logs/up')).toMatchObject({ code: 0 });
    expect(await run('cp', '-r', 'gs://ci-logs/up', 'down')).toMatchObject({ code: 0 });
    expect(await readFile(join(cwd, 'down/sub/a'), 'utf8')).toBe('x');
    expect(await run('cp', '-r', 'gs://ci-logs/up', 'gs://ci-logs/b')).toMatchObject({ code: 2 });
  });

  it('removes an object', async () => {
    await cloud.put('a', 'x');
    expect(await run('rm', 'gs://ci-logs/a')).toMatchObject({ code: 0 });
    expect(await run('rm', 'gs://ci-logs/a')).toMatchObject({ code: 1 });
    expect(await run('rm', '--ignore-missing', 'gs://ci-logs/a')).toMatchObject({ code: 0 });
  });

  it('lists one level, or all, from where it is told to', async () => {
    for (const name of ['a/1', 'a/b/2', 'c']) await cloud.put(name, 'x');
    expect((await run('ls', 'gs://ci-logs/')).out).toBe('gs://ci-logs/a/\ngs://ci-logs/c\n');
    expect((await run('ls', '-r', '--start-at', 'gs://ci-logs/a/b', 'gs://ci-logs')).out).toBe(
      'gs://ci-logs/a/b/2\ngs://ci-logs/c\n',
    );
    const lines = (await run('ls', '--json', 'gs://ci-logs')).out;
    expect(lines).toContain('"uri": "gs://ci-logs/a/"');
    expect((await run('ls', '-l', 'gs://ci-logs/')).out).toMatch(/^ {40}gs:\/\/ci-logs\/a\/\n {11}1 /);
  });

  it('compresses a file, and writes it decoded or as it is stored', async () => {
    const line = 'line\n'.repeat(1_000);
    await writeFile(join(cwd, 'build.log'), line);
    const flags = ['--gzip', '--cache-control', 'private', '--content-type', 'text/x-log', '--metadata', 'a=b'];
    expect(await run('cp', ...flags, 'build.log', 'gs://ci-logs/e2e/')).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse((await run('stat', '--json', 'gs://ci-logs/e2e/build.log')).out)).toMatchObject({
      contentEncoding: 'gzip',
      contentType: 'text/x-log',
      cacheControl: 'private',
      metadata: { a: 'b' },
    });
    expect((await run('cat', 'gs://ci-logs/e2e/build.log')).out).toBe(line);
    expect((await run('cat', '--raw', 'gs://ci-logs/e2e/build.log')).out.slice(0, 1)).toBe('\u001f');
    expect(await run('cp', 'gs://ci-logs/e2e/build.log', './')).toMatchObject({ code: 0 });
    expect(await readFile(join(cwd, 'build.log'), 'utf8')).toBe(line);
    expect(await run('cp', 'gs://ci-logs/e2e/build.log', 'gs://ci-logs/copy/')).toMatchObject({ code: 0 });
    expect((await run('cat', 'gs://ci-logs/copy/build.log')).out).toBe(line);
  });

  it('writes only where nothing is, or over what was read', async () => {
    await writeFile(join(cwd, 'a'), 'x');
    const create = ['cp', '--if-generation-match', '0', 'a', 'gs://ci-logs/a'];
    expect(await run(...create)).toMatchObject({ code: 0 });
    expect(await run(...create)).toMatchObject({ code: 1, err: expect.stringContaining('pre-conditions') });
    expect(await run('rm', '--if-generation-match', '1', 'gs://ci-logs/a')).toMatchObject({ code: 1 });
    expect(cloud.names()).toEqual(['a']);
  });

  it('compresses files of a folder, and tells of progress', async () => {
    await mkdir(join(cwd, 'up'));
    await writeFile(join(cwd, 'up/a.log'), 'line\n'.repeat(1_000));
    await writeFile(join(cwd, 'up/b.bin'), 'x'.repeat(2_000));
    const copied = await run('cp', '-r', '--compress', 'log', '--metadata', 'run=17', 'up', 'gs://ci-logs/up');
    expect(copied).toMatchObject({ code: 0, out: '', err: expect.stringContaining('copied') });
    expect((await run('ls', '-l', 'gs://ci-logs/up/')).out).toMatch(/a\.log {2}\S+.*, gzip\n.*b\.bin {2}\S+\n/);
    expect((await run('stat', 'gs://ci-logs/up/b.bin')).out).toContain('metadata: {"run":"17"}');
  });

  it('removes all below a URI, and nothing beside it', async () => {
    for (const name of ['a/1', 'a/b/2', 'ab']) await cloud.put(name, 'x');
    expect(await run('rm', '-r', 'gs://ci-logs/a')).toMatchObject({ code: 0 });
    expect(cloud.names()).toEqual(['ab']);
    expect(await run('rm', '-r', 'gs://ci-logs/a')).toMatchObject({ code: 1 });
    expect(await run('rm', '-r', '--ignore-missing', 'gs://ci-logs/a')).toMatchObject({ code: 0 });
  });

  it.each([
    [['cp', '--compress', 'txt', 'a', 'gs://ci-logs/a'], '--gzip'],
    [['cp', '--gzip', 'gs://ci-logs/a', 'gs://ci-logs/b'], '--content-encoding'],
    [['cp', '--metadata', 'a=b', 'gs://ci-logs/a', 'b'], 'file:// URI'],
    [['cp', '-r', '--compress', 'txt', 'gs://ci-logs/a', 'b'], '--compress is for uploads'],
    [['cp', '-r', '--if-generation-match', '7', 'a', 'gs://ci-logs/a'], '--if-generation-match 0'],
    [['cp', 'gs://ci-logs/a/', 'b/'], '--recursive'],
    [['rm', '-r', '--if-generation-match', '7', 'gs://ci-logs/a'], 'Leave out'],
    [['cp', 'a', 's3://b/c'], 'gs://BUCKET/OBJECT'],
  ])('refuses %j as wrong usage', async (argv, text) => {
    await writeFile(join(cwd, 'a'), 'x');
    expect(await run(...argv)).toMatchObject({ code: 2, err: expect.stringContaining(text) });
  });

  it('says what is not there, what is refused and what is no URI, each with its exit code', async () => {
    expect(await run('stat', 'gs://ci-logs/gone')).toMatchObject({ code: 1, out: '' });
    const missing = await run('cat', 'gs://ci-logs/gone');
    expect(missing).toMatchObject({ code: 1, err: expect.stringContaining('error: cannot read gs://ci-logs/gone') });
    cloud.wire.addFault({ answer: 403 });
    const refused = await run('cat', 'gs://ci-logs/secret');
    expect(refused).toMatchObject({ code: 3, err: expect.stringContaining('hint: Give the account') });
    expect(await run('cat', 's3://x/y')).toMatchObject({ code: 2, err: expect.stringContaining('gs://BUCKET/OBJECT') });
  });
});
