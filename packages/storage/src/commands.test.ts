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
    const { out } = await run('ls', 'gs://ci-logs/e2e/');
    expect(out).toMatch(/^ {11}5 {2}\S+Z {2}gs:\/\/ci-logs\/e2e\/build\.log\n$/);
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
