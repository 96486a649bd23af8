import { runCommand, systemClock } from '@seatrial/cli';
import { createTextSink } from '@seatrial/cli/testing';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { command } from './commands.js';
import { FIXTURES } from './testing/fixtures.js';
import { PAGE_DIR } from './server/start-dashboard.js';
import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';

function run(args: readonly string[], signal = new AbortController().signal, cwd = '/') {
  const [stdout, stderr] = [createTextSink(), createTextSink()];
  const code = runCommand(command, args, {
    env: {},
    cwd,
    stdin: new PassThrough().end(),
    stdout,
    stderr,
    signal,
    clock: systemClock,
  });
  return { code, stdout, stderr };
}

describe('seatrial ui', () => {
  it.skipIf(!existsSync(PAGE_DIR))('says where it serves, and ends when it is stopped', async () => {
    const controller = new AbortController();
    const { code, stdout } = run(['--results', `file://${FIXTURES}`, '--port', '0'], controller.signal);
    await expect.poll(() => stdout.text).toMatch(/ at http:\/\/127\.0\.0\.1:\d+\/\n$/);
    const [url = ''] = /http:\S+/.exec(stdout.text) ?? [];
    expect((await fetch(`${url}api/jobs`)).status).toBe(200);
    controller.abort();
    expect(await code).toBe(0);
    await expect(fetch(`${url}api/jobs`)).rejects.toThrow();
  });

  it.skipIf(!existsSync(PAGE_DIR))('takes results below the working directory', async () => {
    const controller = new AbortController();
    const { code, stdout } = run(
      ['--results', `file://./${basename(FIXTURES)}`, '--port', '0'],
      controller.signal,
      dirname(FIXTURES),
    );
    await expect.poll(() => stdout.text).toMatch(/ at http:/);
    const [url = ''] = /http:\S+/.exec(stdout.text) ?? [];
    const { jobs } = (await (await fetch(`${url}api/jobs`)).json()) as { readonly jobs: readonly unknown[] };
    expect(jobs).toContainEqual(expect.objectContaining({ name: 'tf-job-operator-e2e' }));
    controller.abort();
    expect(await code).toBe(0);
  });

  it.each([
    [['--listen', '0.0.0.0'], '--token'],
    [['--listen', '0.0.0.0', '--token', 'short'], 'openssl rand -hex 16'],
    [['--results', 's3://x'], 'gs://BUCKET/OBJECT'],
    [['--base-path', 'x'], '/seatrial'],
    [['--port', 'x'], '--port'],
  ])('refuses %j and says what to do', async (args, remedy) => {
    const { code, stderr } = run(args);
    expect(await code).toBe(2);
    expect(stderr.text).toContain(remedy);
  });
});
