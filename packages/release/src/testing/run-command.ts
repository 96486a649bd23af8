import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type CommandIo, runCommand } from '@seatrial/cli';
import { command } from '../commands.js';

/** What `seatrial-release` ended with. */
export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `seatrial-release` in this process, at a moment of one's choice; sleeping takes no time. */
export async function runRelease(
  argv: readonly string[],
  { cwd, env, nowMs }: { readonly cwd: string; readonly env: CommandIo['env']; readonly nowMs: number },
): Promise<CommandResult> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const clock = { now: () => nowMs, sleep: async () => {} };
  const { signal } = new AbortController();
  const code = await runCommand(command, argv, { env, cwd, stdin: new PassThrough(), stdout, stderr, signal, clock });
  stdout.end();
  stderr.end();
  return { code, out: await text(stdout), err: await text(stderr) };
}
