import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Clock } from './clock.js';
import { runCommandAsTestCase } from './command-case.js';

const node = (script: string, ...args: string[]) => [process.execPath, '-e', script, ...args];

/** A clock that stands still until it is moved on. */
function createFakeClock() {
  let nowMs = 0;
  const sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>();
  const waiting: (() => void)[] = [];
  return {
    now: () => nowMs,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper = { atMs: nowMs + ms, wake: resolve };
        sleepers.add(sleeper);
        for (const notify of waiting.splice(0)) notify();
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      }),
    pass(ms: number) {
      nowMs += ms;
      for (const sleeper of sleepers) {
        if (sleeper.atMs > nowMs) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
    /** Resolves once someone sleeps until `atMs`. */
    async untilSleeping(atMs: number): Promise<void> {
      while (![...sleepers].some((sleeper) => sleeper.atMs === atMs)) {
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  } satisfies Clock & Record<string, unknown>;
}

/** Resolves when a line with this text comes. */
function createLineWatch() {
  const lines: string[] = [];
  const waiting: { readonly text: string; readonly resolve: (line: string) => void }[] = [];
  return {
    lines,
    onLine(line: string) {
      lines.push(line);
      for (const { text, resolve } of waiting) if (line.includes(text)) resolve(line);
    },
    until: (text: string) =>
      new Promise<string>((resolve) => {
        const found = lines.find((line) => line.includes(text));
        if (found === undefined) waiting.push({ text, resolve });
        else resolve(found);
      }),
  };
}

/** Whether a process lives: one that is dead and only not yet waited for by init does not. */
async function isThere(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false; // ESRCH: there is no such process
  }
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return !/^State:\s+[ZX]/m.test(status);
}

describe(runCommandAsTestCase, () => {
  it('passes a command that exits with 0', async () => {
    const watch = createLineWatch();
    const ran = await runCommandAsTestCase({
      name: 'lint',
      className: 'checks',
      command: node('console.log(process.env.A, process.env.B); console.error("e")'),
      env: { A: '1', B: undefined },
      onLine: watch.onLine,
      clock: createFakeClock(),
    });
    expect(ran).toEqual({
      case: { name: 'lint', className: 'checks', durationSeconds: 0, problems: [] },
      exitCode: 0,
    });
    expect(watch.lines.sort()).toEqual(['1 undefined', 'e']);
  });

  it('fails with the exit code and the end of the output', async () => {
    const script = 'for (let i = 1; i <= 5; i++) console.log("line", i); process.exitCode = 3';
    const ran = await runCommandAsTestCase({
      name: 'x',
      command: node(script),
      tailLines: 2,
      clock: createFakeClock(),
    });
    expect(ran.exitCode).toBe(3);
    expect(ran.case.problems).toEqual([
      {
        kind: 'failure',
        type: 'EXIT_CODE',
        message: 'exited with code 3',
        text: '… 3 lines before\nline 4\nline 5',
      },
    ]);
  });

  it('says that it failed where there is no output', async () => {
    const ran = await runCommandAsTestCase({ name: 'x', command: node('process.exit(1)'), clock: createFakeClock() });
    expect(ran.case.problems[0]?.text).toBe('exited with code 1');
  });

  it('names the signal that ended the command', async () => {
    const command = node('process.kill(process.pid, "SIGKILL")');
    const ran = await runCommandAsTestCase({ name: 'x', command, clock: createFakeClock() });
    expect(ran).toMatchObject({ exitCode: undefined, signal: 'SIGKILL' });
    expect(ran.case.problems).toMatchObject([{ type: 'SIGNAL', message: 'was ended by SIGKILL' }]);
  });

  it.each([
    ['a program that is not there', { command: ['./no-such-program'] }],
    ['a folder that is not there', { command: [process.execPath], cwd: '/no/such/folder' }],
  ])('fails for %s', async (_what, spec) => {
    const ran = await runCommandAsTestCase({ name: 'x', ...spec, clock: createFakeClock() });
    expect(ran.exitCode).toBeUndefined();
    expect(ran.case.problems).toMatchObject([{ kind: 'failure', type: 'NOT_STARTED' }]);
  });

  it('rejects a command without a program', async () => {
    await expect(runCommandAsTestCase({ name: 'x', command: [], clock: createFakeClock() })).rejects.toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });

  it('keeps little of a long output without line ends, in which bytes are invalid', async () => {
    const script = `const chunk = Buffer.alloc(1 << 20, 0xff);
      for (let i = 0; i < 20; i++) require('fs').writeSync(1, chunk); process.exitCode = 1`;
    let chars = 0;
    const ran = await runCommandAsTestCase({
      name: 'x',
      command: node(script),
      onLine: (line) => void (chars += line.length),
      clock: createFakeClock(),
    });
    expect(chars).toBe(20 * 2 ** 20);
    expect(ran.case.problems[0]?.text?.length).toBeLessThan(50 * 4_100);
  });

  it('fails after the timeout and ends all that the command has started', async () => {
    const clock = createFakeClock();
    const watch = createLineWatch();
    // The child ignores SIGTERM, and would outlive its parent.
    const child =
      'process.on("SIGTERM", () => console.log("ignored")); console.log("child " + process.pid); setInterval(() => {}, 1e6)';
    const script = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' });
      setInterval(() => {}, 1e6)`;
    const running = runCommandAsTestCase({
      name: 'x',
      command: node(script),
      timeoutMs: 60_000,
      graceMs: 5_000,
      onLine: watch.onLine,
      clock,
    });
    const pid = Number((await watch.until('child')).split(' ')[1]);
    await clock.untilSleeping(60_000);
    clock.pass(60_000);
    await watch.until('ignored');
    await clock.untilSleeping(65_000);
    clock.pass(5_000);
    const ran = await running;
    expect(ran).toMatchObject({ exitCode: undefined, signal: expect.stringMatching(/^SIG(?:TERM|KILL)$/) });
    expect(ran.case).toMatchObject({
      durationSeconds: 65,
      problems: [{ type: 'TIMEOUT', message: 'not done within 60000 ms', text: expect.stringContaining('ignored') }],
    });
    await expect.poll(() => isThere(pid)).toBe(false);
  });

  it('fails when it is aborted, with what there was of the output', async () => {
    const controller = new AbortController();
    const watch = createLineWatch();
    const running = runCommandAsTestCase({
      name: 'x',
      command: node('console.log("ready"); setInterval(() => {}, 1e6)'),
      signal: controller.signal,
      onLine: watch.onLine,
      clock: createFakeClock(),
    });
    await watch.until('ready');
    controller.abort(new Error('stopped by SIGINT'));
    const ran = await running;
    expect(ran.case.problems).toEqual([
      { kind: 'failure', type: 'ABORTED', message: 'aborted: stopped by SIGINT', text: 'ready' },
    ]);
  });

  it('starts nothing when it is aborted already', async () => {
    const signal = AbortSignal.abort(new Error('too late'));
    const command = ['./no-such-program'];
    const ran = await runCommandAsTestCase({ name: 'x', command, signal, clock: createFakeClock() });
    expect(ran.case.problems).toMatchObject([{ type: 'ABORTED', message: 'aborted: too late' }]);
  });

  it('does not wait for ever for what a command leaves behind', async () => {
    const clock = createFakeClock();
    const watch = createLineWatch();
    const child = 'console.log("child " + process.pid); setInterval(() => {}, 1e6)';
    const script = `const c = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: ['ignore', 'inherit', 'inherit'] });
      c.unref(); process.on('SIGUSR2', () => process.exit(0)); setTimeout(() => {}, 1e6); console.log("parent " + process.pid)`;
    const running = runCommandAsTestCase({
      name: 'x',
      command: node(script),
      graceMs: 5_000,
      onLine: watch.onLine,
      clock,
    });
    const pid = Number((await watch.until('child')).split(' ')[1]);
    process.kill(Number((await watch.until('parent')).split(' ')[1]), 'SIGUSR2');
    await clock.untilSleeping(5_000);
    clock.pass(5_000);
    expect(await running).toMatchObject({ exitCode: 0, case: { problems: [] } });
    await expect.poll(() => isThere(pid)).toBe(false);
  });

  it('ends the command when a line cannot be handed over', async () => {
    const running = runCommandAsTestCase({
      name: 'x',
      command: node('console.log("line"); setInterval(() => {}, 1e6)'),
      onLine: () => {
        throw new Error('disk full');
      },
      clock: createFakeClock(),
    });
    await expect(running).rejects.toThrow('disk full');
  });
});
