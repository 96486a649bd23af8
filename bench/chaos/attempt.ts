import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Interruption } from './plan.js';

const BIN = fileURLToPath(new URL('../../apps/runner/bin.js', import.meta.url));
/** Milliseconds after which a run that does not end is a failure of its own. */
const HUNG_MS = 400_000;

/** How a run of the program ended. */
export interface Attempt {
  readonly exitCode: number | undefined;
  /** Signal that ended the process itself. */
  readonly endedBy: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Signals that were sent while it lived, in order. */
  readonly sent: readonly string[];
  readonly isHung: boolean;
}

/** Runs `seatrial` and interrupts it as planned. */
export async function attempt(
  args: readonly string[],
  options: {
    readonly env: Readonly<Record<string, string>>;
    readonly cwd: string;
    readonly interruption?: Interruption | undefined;
  },
): Promise<Attempt> {
  const { env, cwd, interruption } = options;
  const child = spawn(process.execPath, [BIN, ...args], {
    env,
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = new AbortController();
  const sent: string[] = [];
  let [stdout, stderr, lines, isHung, isBegun] = ['', '', 0, false, false];

  const interrupt = async ({ signals }: Interruption) => {
    for (const { name, afterMs } of signals) {
      await sleep(afterMs, ended.signal);
      if (ended.signal.aborted) return;
      sent.push(name);
      child.kill(name);
    }
  };
  const onOutput = (text: string) => {
    lines += text.split('\n').length - 1;
    if (interruption === undefined || isBegun || lines < interruption.atLine) return;
    isBegun = true;
    void interrupt(interruption);
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    onOutput(text);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    onOutput(text);
  });
  void sleep(HUNG_MS, ended.signal).then(() => {
    if (ended.signal.aborted) return;
    isHung = true;
    child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    // Not `close`: what outlives the program may hold its output open, and is looked for afterwards.
    child.once('exit', (code, signal) => {
      ended.abort();
      // What it wrote last is still on its way.
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        resolve({ exitCode: code ?? undefined, endedBy: signal ?? undefined, stdout, stderr, sent, isHung });
      }, 50);
    });
  });
}

/** Resolves after the time, or at once when aborted. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
