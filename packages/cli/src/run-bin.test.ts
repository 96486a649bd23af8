import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Command, Handler } from './command.js';
import { runBin } from './run-bin.js';
import { createTextSink } from './testing.js';

function createHost(...argv: string[]) {
  return Object.assign(new EventEmitter(), {
    argv: ['node', new URL(import.meta.url).pathname, ...argv],
    env: {},
    stdin: new PassThrough().end(),
    stdout: createTextSink(),
    stderr: createTextSink(),
    exitCode: undefined as number | undefined,
    cwd: () => '/',
    exits: [] as number[],
    exit(code: number) {
      this.exits.push(code);
    },
  });
}

const commandOf = (handler: Handler): Command => ({
  name: 'x',
  summary: 'x',
  examples: ['x'],
  load: async () => handler,
});

/** Ends well as soon as it is stopped, as a run does that has cleaned up. */
const untilStopped: Handler = ({ signal }) =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(0)));

/** Runs until the handler waits, does something to the host, and lets it end. */
async function interrupt(handler: Handler, act: (host: ReturnType<typeof createHost>) => void) {
  const host = createHost();
  let reason: unknown;
  const running = runBin(
    commandOf(async (context) => {
      const ending = handler(context);
      queueMicrotask(() => act(host));
      const code = await ending;
      reason = context.signal.reason;
      return code;
    }),
    { host },
  );
  await running;
  return { host, reason };
}

describe(runBin, () => {
  it.each([
    [0, 0],
    [1, 1],
    [3, 3],
  ])('exits with what the command returns: %d', async (returned, exitCode) => {
    const host = createHost();
    await runBin(
      commandOf(async () => returned),
      { host },
    );
    expect(host.exitCode).toBe(exitCode);
  });

  it.each([
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('aborts on %s and exits with %d although the command ends well', async (name, exitCode) => {
    const { host, reason } = await interrupt(untilStopped, (it) => it.emit(name));
    expect(reason).toMatchObject({ name: 'StopError', message: `stopped by ${name}`, exitCode });
    expect(host.exitCode).toBe(exitCode);
    expect(host.stderr.text).toBe(`${name}: stopping, cleaning up first\n`);
  });

  it('keeps the first signal and acknowledges others', async () => {
    const { host } = await interrupt(untilStopped, (it) => {
      it.emit('SIGINT');
      it.emit('SIGTERM');
    });
    expect(host.exitCode).toBe(130);
    expect(host.stderr.text).toBe(
      'SIGINT: stopping, cleaning up first\n' +
        'SIGTERM: still cleaning up, please wait; once more within 2 s leaves things behind\n',
    );
    expect(host.exits).toEqual([]);
  });

  describe('at a third signal', () => {
    /** Sends SIGINT at these milliseconds to a command that holds a cluster. */
    async function interruptAt(times: readonly number[]) {
      const host = createHost();
      let nowMs = 0;
      const release = new AbortController();
      const running = runBin(
        commandOf(async ({ onForcedExit }) => {
          onForcedExit?.(() => 'left behind: cluster x');
          onForcedExit?.(() => 'never held')();
          queueMicrotask(() => {
            for (nowMs of times) host.emit('SIGINT');
            release.abort();
          });
          await new Promise((resolve) => release.signal.addEventListener('abort', resolve));
        }),
        { host, clock: { now: () => nowMs } },
      );
      await running;
      return host;
    }

    it('leaves at once when it comes within two seconds, and says what stays behind', async () => {
      const host = await interruptAt([0, 5_000, 7_000]);
      expect(host.exits).toEqual([130]);
      expect(host.stderr.text).toMatch(/SIGINT: leaving now, before all is cleaned up\nleft behind: cluster x\n$/);
    });

    it.each([
      ['later', [0, 1_000, 3_001]],
      ['as the echo of the one before', [0, 1_000, 1_020]],
    ])('stays when it comes %s', async (_when, times) => {
      expect((await interruptAt(times)).exits).toEqual([]);
    });
  });

  it('leaves signals to the system when the command has ended', async () => {
    const host = createHost();
    await runBin(
      commandOf(async () => {}),
      { host },
    );
    expect(host.listenerCount('SIGINT')).toBe(0);
  });

  it.each(['stdout', 'stderr'] as const)('stops when %s is closed', async (name) => {
    const closed = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    const { host, reason } = await interrupt(untilStopped, (it) => it[name].emit('error', closed));
    expect(reason).toMatchObject({ message: 'output closed' });
    expect(host.exitCode).toBe(141);
  });

  it('counts output that cannot be written as infrastructure', async () => {
    const full = Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' });
    const { host } = await interrupt(untilStopped, (it) => it.stdout.emit('error', full));
    expect(host.exitCode).toBe(3);
  });

  it.each(['unhandledRejection', 'uncaughtException'])(
    'stops on %s, with its stack, and exits with 3',
    async (name) => {
      const { host } = await interrupt(untilStopped, (it) => it.emit(name, new Error('forgotten')));
      expect(host.exitCode).toBe(3);
      expect(host.stderr.text).toContain('error: forgotten\n');
      expect(host.stderr.text).toContain('run-bin.test.ts');
    },
  );

  it('prints the version of the package of the program', async () => {
    const host = createHost('--version');
    await runBin(
      commandOf(async () => {}),
      { host },
    );
    expect(host.stdout.text).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(host.exitCode).toBe(0);
  });
});
