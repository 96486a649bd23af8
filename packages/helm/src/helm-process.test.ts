import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from './clock.js';
import { runHelmOrThrow, runHelmProcess } from './helm-process.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-process-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const env = { PATH: dirname(process.execPath) };

async function program(source: string): Promise<string> {
  const path = join(folder, 'helm');
  await writeFile(path, `#!${process.execPath}\n${source}`);
  await chmod(path, 0o755);
  return path;
}

/** Sleeps end when the test says so. */
function manualClock() {
  const sleeps: { ms: number; end: () => void }[] = [];
  const clock: Clock = {
    now: () => 0,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        sleeps.push({ ms, end: resolve });
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      }),
  };
  return { clock, sleeps };
}

/** Tells when the program has written the line. */
function lineWatch() {
  const lines: string[] = [];
  const waiting = new Map<string, () => void>();
  return {
    lines,
    onLine: (line: string) => {
      lines.push(line);
      waiting.get(line)?.();
    },
    saw: (line: string) => new Promise<void>((resolve) => waiting.set(line, resolve)),
  };
}

describe(runHelmProcess, () => {
  it('takes secrets out before anything is cut: one of several lines, one where a long line ends', async () => {
    const { createRedactor } = await import('@seatrial/cli');
    const redact = createRedactor(['ab\ncd\nef', 'correct-horse']);
    // The tail keeps 4,000 characters of a line: this secret begins before and ends after.
    const path = await program(
      `process.stderr.write('x ab\\ncd\\nef\\n' + 'y'.repeat(3_993) + 'correct-horse\\n'); process.exitCode = 1;`,
    );
    const { lines, onLine } = lineWatch();
    const filter = { onLine, createFilter: () => redact.stream() };
    const { stderr, tail } = await runHelmProcess({ path, args: [], env, task: 't', ...filter });
    expect(lines).toEqual(['x [redacted]', `${'y'.repeat(3_993)}[redacted]`]);
    for (const text of [stderr, tail]) expect(text).toMatch(/^x \[redacted\]\ny{3993}\[redac/);
  });

  it('gives the program its arguments and nothing but the given environment', async () => {
    const path = await program('console.log(JSON.stringify([process.argv.slice(2), process.env.A, process.env.HOME]))');
    const outcome = await runHelmProcess({
      path,
      args: ['a b', '$HOME', '--', ';'],
      env: { ...env, A: '1' },
      task: 't',
    });
    expect(JSON.parse(outcome.stdout)).toEqual([['a b', '$HOME', '--', ';'], '1', null]);
  });

  it('hands on stderr line by line and keeps its end', async () => {
    const path = await program(
      'for (let i = 0; i < 60; i += 1) console.error("line " + i); console.log("data"); process.exitCode = 7',
    );
    const watch = lineWatch();
    const outcome = await runHelmProcess({ path, args: [], env, task: 't', onLine: watch.onLine });
    expect(watch.lines).toEqual(Array.from({ length: 60 }, (_, index) => `line ${index}`));
    expect(outcome).toMatchObject({ exitCode: 7, stdout: 'data\n' });
    expect(outcome.stderr.split('\n')).toEqual(watch.lines.slice(10));
  });

  it('ends the whole process group on abort and rejects with the reason', async () => {
    const path = await program(`
      const child = "process.on('SIGTERM', () => { require('node:fs').writeFileSync(process.argv[1], ''); process.exit(); });" +
        "console.error('up'); setInterval(() => {}, 1000);";
      require('node:child_process').spawn(process.execPath, ['-e', child, process.argv[2]], { stdio: 'inherit' });
      setInterval(() => {}, 1000);`);
    const watch = lineWatch();
    const controller = new AbortController();
    const up = watch.saw('up');
    const ended = join(folder, 'ended');
    const running = runHelmProcess({
      path,
      args: [ended],
      env,
      task: 't',
      signals: [controller.signal],
      onLine: watch.onLine,
    });
    await up;
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(await readFile(ended, 'utf8')).toBe(''); // written by the child's child before it went
  });

  it('kills what does not heed the request to stop, after the grace time', async () => {
    const path = await program(
      `process.on('SIGTERM', () => console.error('no')); console.error('up'); setInterval(() => {}, 1000);`,
    );
    const watch = lineWatch();
    const { clock, sleeps } = manualClock();
    const controller = new AbortController();
    const up = watch.saw('up');
    const no = watch.saw('no');
    const running = runHelmProcess({
      path,
      args: [],
      env,
      task: 't',
      signals: [undefined, controller.signal],
      onLine: watch.onLine,
      clock,
    });
    await up;
    controller.abort(new Error('enough'));
    await no;
    expect(sleeps.map(({ ms }) => ms)).toEqual([5_000]);
    sleeps[0]?.end();
    await expect(running).rejects.toThrow('enough');
  });

  it('ends a program that outlives its budget', async () => {
    const path = await program(`console.error('waiting for pods'); setInterval(() => {}, 1000);`);
    const watch = lineWatch();
    const { clock, sleeps } = manualClock();
    const up = watch.saw('waiting for pods');
    const running = runHelmProcess({
      path,
      args: [],
      env,
      task: 'install x',
      timeoutMs: 60_000,
      onLine: watch.onLine,
      clock,
    });
    await up;
    expect(sleeps.map(({ ms }) => ms)).toEqual([60_000]);
    sleeps[0]?.end();
    await expect(running).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: 'install x: helm was still running after 60000 ms',
      detail: 'waiting for pods',
    });
  });

  it('does not start after an abort', async () => {
    const reason = new Error('before');
    const signals = [AbortSignal.abort(reason)];
    await expect(runHelmProcess({ path: '/nonexistent', args: [], env, task: 't', signals })).rejects.toBe(reason);
  });

  it('says when the program cannot be started', async () => {
    await expect(runHelmProcess({ path: '/nonexistent', args: [], env, task: 't' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe(runHelmOrThrow, () => {
  it('turns a failure into an error with its facts', async () => {
    const path = await program(
      'console.error("warn"); console.error("Error: release: not found"); process.exitCode = 1',
    );
    await expect(runHelmOrThrow({ path, args: [], env, task: 'read release "x"' })).rejects.toMatchObject({
      name: 'HelmError',
      code: 'RELEASE_NOT_FOUND',
      message: 'read release "x": release: not found',
      childExitCode: 1,
      stderr: 'warn\nError: release: not found',
      detail: 'warn\nError: release: not found',
      infrastructure: false,
    });
  });
});
