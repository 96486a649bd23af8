import { execFile, spawn } from 'node:child_process';
import { appendFile, cp, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FIXTURES, resultFolder, RUNS } from '../src/testing/fixtures.js';
import { openPage, serve } from './page.js';

const ROOT = join(import.meta.dirname, '../../..');
const EXAMPLE = join(ROOT, 'examples/tf-job-operator');
const JOURNAL = `${RUNS.inProgress}/artifacts/seatrial`;

function record(name: string, state: string, facts: object = {}): string {
  return JSON.stringify({ version: 1, name, state, attempts: 1, startedMs: Date.now() - 1_000, ...facts });
}

/** The example in a repository of its own, whose lint begins its work when it is told to: until then it can be seen running. */
async function waitingExample() {
  const dir = await mkdtemp(join(tmpdir(), 'seatrial-live-'));
  await cp(EXAMPLE, dir, { recursive: true, filter: (path) => !path.includes('node_modules') });
  const config = join(dir, 'seatrial.yaml');
  const go = join(dir, 'go');
  const lint = 'command: [npm, run, --silent, lint]';
  const waiting = `command: [sh, -c, 'until [ -e ${go} ]; do sleep 0.1; done; npm run --silent lint']`;
  const text = await readFile(config, 'utf8');
  expect(text).toContain(lint);
  await writeFile(config, text.replace(lint, waiting));
  const git = async (...args: string[]) => await promisify(execFile)('git', args, { cwd: dir });
  await git('init', '--quiet');
  await git('add', '--all');
  await git('-c', 'user.name=Test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '--message=example');
  return {
    config,
    begin: async () => await writeFile(go, ''),
    [Symbol.asyncDispose]: async () => await rm(dir, { recursive: true, force: true }),
  };
}

describe('a run that goes on', () => {
  it('is seen from its start to its end while the example really runs', async () => {
    await using folder = await resultFolder();
    const { url } = await serve({ results: folder.uri, clock: undefined as never });
    const { page } = await openPage(url, { realTime: true });
    await page.getByText('There are no runs yet').waitFor();
    await using example = await waitingExample();
    const options = ['--config', example.config, '--results', folder.uri, '--only', 'clone,build,lint'];
    const trial = spawn(process.execPath, ['apps/runner/bin.js', 'e2e', ...options], {
      cwd: ROOT,
      env: { ...process.env, SEATRIAL_DOCKER: 'off' },
      stdio: 'ignore',
    });
    const ended = new Promise<number | null>((resolve) => trial.on('exit', resolve));
    onTestFinished(() => void trial.kill());
    await expect.poll(async () => (await fetch(`${url}api/jobs`)).text()).toContain('e2e');
    await page.reload();
    await page
      .getByRole('list', { name: /^Runs of/ })
      .getByRole('link', { name: /^running/ })
      .click();
    const head = page.getByRole('heading', { level: 1 });
    await head.getByText('live', { exact: true }).waitFor();
    const timeline = page.getByRole('region', { name: 'Timeline' });
    await timeline.getByRole('button', { name: /^lint ?: running/ }).waitFor();
    await example.begin();
    await timeline.getByRole('button', { name: /^lint ?: succeeded/ }).waitFor({ timeout: 40_000 });
    await head.getByText('passed').waitFor();
    expect(await ended).toBe(0);
    await expect.poll(() => page.title()).toMatch(/^passed/);
    await page.getByRole('tab', { name: 'Tests' }).click();
    await page.getByRole('tabpanel').getByText('lint', { exact: true }).waitFor();
  });

  it('shows a change of the journal within a second', async () => {
    await using folder = await resultFolder({ from: FIXTURES });
    const { url } = await serve({ results: folder.uri });
    const { page } = await openPage(`${url}run/${RUNS.inProgress}`);
    await page.getByRole('heading', { level: 1 }).getByText('live', { exact: true }).waitFor();
    const node = page.getByRole('region', { name: 'Timeline' }).getByRole('button', { name: /^deploy ?:/ });
    const delays: number[] = [];
    for (const [state, word] of [
      ['running', 'running'],
      ['failed', 'failed'],
      ['running', 'running'],
      ['succeeded', 'succeeded'],
      ['aborted', 'aborted'],
    ] as const) {
      const file = join(folder.dir, JOURNAL, 'tasks/deploy.json');
      await writeFile(`${file}.new`, record('deploy', state));
      await rename(`${file}.new`, file);
      const began = performance.now();
      await expect.poll(() => node.textContent(), { interval: 20 }).toMatch(new RegExp(`^deploy: ${word}`));
      delays.push(performance.now() - began);
    }
    const [, , middle = Infinity] = delays.sort((a, b) => a - b);
    console.log(`from the journal to the page: ${delays.map((ms) => `${Math.round(ms)} ms`).join(', ')}`);
    expect(middle).toBeLessThan(1_000);
  });

  it('follows a log that grows', async () => {
    await using folder = await resultFolder({ from: FIXTURES });
    const { url } = await serve({ results: folder.uri });
    const { page } = await openPage(`${url}run/${RUNS.inProgress}?task=unit-tests`);
    await page.getByRole('button', { name: 'Follow', pressed: true }).waitFor();
    const log = join(folder.dir, JOURNAL, 'logs/unit-tests.log');
    for (let batch = 0; batch < 3; batch += 1) {
      const lines = Array.from({ length: 100 }, (_, at) => `2026-11-28T14:52:30.000Z batch ${batch} line ${at}\n`);
      await appendFile(log, lines.join(''));
      await page.getByRole('region', { name: /^Log / }).getByText(`batch ${batch} line 99`).waitFor();
    }
    expect((await stat(log)).size).toBeGreaterThan(300 * 40);
  });

  it('goes on after a lost connection', async () => {
    await using folder = await resultFolder({ from: FIXTURES });
    const first = await serve({ results: folder.uri });
    const { page } = await openPage(`${first.url}run/${RUNS.inProgress}`, { mayFail: true });
    const head = page.getByRole('heading', { level: 1 });
    await head.getByText('live', { exact: true }).waitFor();
    await first.close();
    await head.getByText('connection lost, trying again').waitFor();
    await folder.write(`${JOURNAL}/tasks/deploy.json`, record('deploy', 'failed', { endedMs: Date.now() }));
    await serve({ results: folder.uri, port: first.port });
    await page
      .getByRole('region', { name: 'Timeline' })
      .getByRole('button', { name: /^deploy ?: failed/ })
      .waitFor();
    await head.getByText('live', { exact: true }).waitFor();
  });
});
