import { createLineFilter } from '@seatrial/cli';
import { ReleaseError } from '../errors.js';
import { createTail } from '../tail.js';
import type { EngineIo } from './build-image.js';

/** Where commands run. */
export interface PrebuildOptions extends EngineIo {
  readonly cwd: string;
  /** All of their environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs programs with their arguments one after the other, without a shell. The first that fails is the last.
 *
 * @throws {ReleaseError} `PREBUILD_FAILED` with the last 50 lines as `detail`; the signal's reason
 */
export async function runPrebuild(commands: readonly (readonly string[])[], options: PrebuildOptions): Promise<void> {
  const { cwd, env, signal, onLine } = options;
  const { execa } = await import('execa');
  for (const command of commands) {
    signal?.throwIfAborted();
    const [program = '', ...args] = command;
    const what = command.join(' ');
    onLine?.(`running ${what}`);
    const tail = createTail();
    const child = execa(program, args, {
      cwd,
      env,
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
      all: true,
      buffer: false,
      forceKillAfterDelay: 5_000,
      ...(signal === undefined ? {} : { cancelSignal: signal }),
    });
    const reading = (async () => {
      const lines = createLineFilter(options.createFilter?.(), (line) => {
        tail.add(line);
        onLine?.(line);
      });
      for await (const line of child.iterable({ from: 'all' })) lines.push(String(line));
      lines.end();
    })().catch(() => {}); // a failed child ends the iteration with its own error, which is judged below
    const { failed, exitCode, code } = await child;
    await reading;
    signal?.throwIfAborted();
    if (!failed) continue;
    const why = code === 'ENOENT' ? 'there is no such program' : `it ended with ${exitCode ?? 'a signal'}`;
    throw new ReleaseError('PREBUILD_FAILED', `cannot prepare the build: ${what}: ${why}`, {
      childExitCode: exitCode,
      ...(tail.toString() === '' ? {} : { detail: tail.toString() }),
    });
  }
}
