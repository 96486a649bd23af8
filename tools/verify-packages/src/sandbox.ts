import { execa } from 'execa';
import { join } from 'node:path';
import { waitForMatch } from './wait-for-match.js';

/** A sandbox that the clients are tried against. */
export interface RunningSandbox extends AsyncDisposable {
  /** By which a command line finds it. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts the sandbox that is installed in a folder, and waits until it is up. */
export async function startSandbox(folder: string, signal: AbortSignal): Promise<RunningSandbox> {
  const script = join(folder, 'node_modules/.bin/seatrial-sandbox');
  const child = execa(script, ['up', '--docker', 'off'], {
    cwd: folder,
    reject: false,
    all: true,
    cancelSignal: signal,
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await child;
  };
  try {
    const [text] = await waitForMatch(child.all, /Cloud Storage[\s\S]+sandbox env/, 60_000);
    const url = /Cloud Storage +(\S+)/.exec(text)?.[1];
    const { stdout } = await execa(script, ['env', '--json'], { cwd: folder, cancelSignal: signal });
    const env = JSON.parse(stdout) as Record<string, string>;
    if (env['STORAGE_EMULATOR_HOST'] !== url)
      throw new Error('another sandbox is running on this machine: stop it first');
    // What job `seatrial-prow` is asked about.
    return {
      env: { ...env, JOB_NAME: 'probe', BUILD_ID: '42', JOB_TYPE: 'periodic' },
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
