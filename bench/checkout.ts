/**
 * What somebody meets who has just cloned the workspace: `npm start` after `npm ci`, the first `npm run check`, and
 * `npm test` once Nx has everything in its cache. Works on a clone of HEAD in a temporary folder.
 *
 *   npx tsx bench/checkout.ts           with check and tests, about six minutes
 *   npx tsx bench/checkout.ts --quick   npm ci and npm start
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { record } from './result.js';

const run = promisify(execFile);
const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const workspace = fileURLToPath(new URL('..', import.meta.url));
const dir = await mkdtemp(join(tmpdir(), 'bench-checkout-'));
// The trial and the tests are those of a machine with Node alone.
const env = { ...process.env, SEATRIAL_DOCKER: 'off', NX_TUI: 'false', NX_DAEMON: 'false' };

/** Runs npm in the clone. Its output, and how long it took. */
async function npm(...args: string[]): Promise<{ readonly stdout: string; readonly seconds: number }> {
  const started = performance.now();
  const { stdout } = await run('npm', args, { cwd: dir, env, maxBuffer: 64 * 1024 * 1024 }).catch(
    (error: Error & { readonly stdout: string }) => {
      process.stderr.write(error.stdout);
      throw new Error(`npm ${args.join(' ')} failed`);
    },
  );
  const seconds = (performance.now() - started) / 1000;
  console.log(`npm ${args.join(' ')}  ${seconds.toFixed(1)} s`);
  return { stdout, seconds };
}

function recordGoal(name: string, seconds: number, atMost: number): void {
  const [ours, goal] = [`${seconds.toFixed(1)} s`, `at most ${atMost} s`];
  record({ name, ours, goal, met: seconds <= atMost });
  if (seconds > atMost) process.exitCode = 1;
}

try {
  await run('git', ['clone', '--quiet', workspace, dir]);
  record({ name: 'npm ci', ours: `${(await npm('ci', '--no-audit', '--no-fund')).seconds.toFixed(1)} s` });
  const trial = await npm('start');
  recordGoal('npm start, after it', trial.seconds, 15);
  // `time  9.0s, critical path 9.0s:` and then `clone 1.1s → deploy 2.8s → …` over several lines.
  const [, path = ''] = /critical path [^:]*:\s+((?:.+\n)+)/.exec(trial.stdout) ?? [];
  const tasks = [...path.matchAll(/(\S+) ([\d.]+)s\b/g)].sort((one, other) => Number(other[2]) - Number(one[2]));
  if (tasks.length > 0)
    record({
      name: 'where its time goes',
      ours: tasks
        .slice(0, 3)
        .map(([text]) => text)
        .join(', '),
    });
  if (!values.quick) {
    recordGoal('npm run check, for the first time', (await npm('run', 'check')).seconds, 240);
    recordGoal('npm test, once more', (await npm('test')).seconds, 5);
  }
} finally {
  await rm(dir, { recursive: true, force: true, maxRetries: 3 });
}
