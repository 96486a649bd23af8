import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { type Clock, systemClock } from '@seatrial/cli';
import { startSandbox } from '@seatrial/sandbox';
import { createObjectStore, joinUri } from '@seatrial/storage';
import { describe, expect, it } from 'vitest';
import { exampleRepo, seatrial } from '../testing.js';

/** The machine's clock, on which the lock's signs of life are due at once. */
const impatient: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(ms === 15_000 ? 20 : ms, signal),
};

/** Writes as another process does: what is overwritten is what was read. Signs of life of the holder come in between. */
async function takeOver(uri: string, text: string): Promise<void> {
  const store = createObjectStore();
  for (;;) {
    const found = await store.find(uri);
    try {
      await store.write(uri, text, { ifGenerationMatch: found?.info.generation ?? '0' });
      return;
    } catch (error) {
      if ((error as { readonly code?: string }).code !== 'PRECONDITION_FAILED') throw error;
    }
  }
}

/** Texts of all files below a folder but those of the lock. */
async function contentsOf(dir: string): Promise<Readonly<Record<string, string>>> {
  const files = (await readdir(dir, { withFileTypes: true, recursive: true })).filter(
    (entry) => entry.isFile() && !entry.parentPath.endsWith('/locks'),
  );
  const texts = files.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    return [path, await readFile(path, 'utf8')] as const;
  });
  return Object.fromEntries(await Promise.all(texts));
}

describe('a run that another process has taken over', () => {
  it('stops at once with an error, leaves the cluster to the other, and writes nothing more', async () => {
    await using repo = await exampleRepo();
    await repo.edit('seatrial.yaml', (text) =>
      text.replace('command: [npm, run, --silent, lint]', 'command: [sh, -c, echo waiting; sleep 600]'),
    );
    // Both tasks go on for longer than the test: a cluster that is ready, and that no task uses, is torn down at once.
    await using sandbox = await startSandbox({ docker: 'off', operationMs: 600_000 });
    const config = join(repo.dir, 'seatrial.yaml');
    const only = 'clone,lint,create-cluster';
    const running = seatrial(
      ['e2e', '--provider', 'gke', '--config', config, '--results', repo.results, '--only', only],
      { env: { ...sandbox.env }, clock: impatient },
    );
    const jobDir = join(fileURLToPath(repo.results), 'logs/tf-job-operator-e2e');
    const runDir = async () =>
      join(jobDir, (await readdir(jobDir).catch(() => [])).find((name) => /^\d+$/.test(name)) ?? '');
    const log = async () => readFile(join(await runDir(), 'build-log.txt'), 'utf8').catch(() => '');
    // Side by side: which of the two is first is not said.
    await expect.poll(log, { timeout: 60_000 }).toMatch(/lint +\| waiting/);
    await expect.poll(log, { timeout: 60_000 }).toMatch(/creating cluster/);
    await expect.poll(() => sandbox.clusters(), { timeout: 60_000 }).toHaveLength(1);
    const clusters = sandbox.clusters();
    const dir = await runDir();
    let before: Readonly<Record<string, string>> = {};
    const hasSettled = async () => isDeepStrictEqual(before, (before = await contentsOf(dir)));
    await expect.poll(hasSettled, { timeout: 60_000, interval: 200 }).toBe(true);

    const beatMs = Date.now();
    const other = { host: 'ci-2', pid: 1, id: 'other', command: 'seatrial e2e', sinceMs: beatMs, beatMs };
    const lock = joinUri(`file://${dir}`, 'artifacts/seatrial/locks/run.json');
    await takeOver(lock, JSON.stringify(other));

    const { code, stdout, stderr } = await running;
    expect(code).toBe(3);
    expect(stderr).toContain('the run was taken over by pid 1 on ci-2: this process has stopped');
    expect(stderr).toContain(`See seatrial runs show file://${dir}`);
    expect(stdout).not.toMatch(/^(PASS|FAIL|ABORTED)/m);
    expect(sandbox.clusters(), stderr).toEqual(clusters);
    const after = await contentsOf(dir);
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
    for (const [path, text] of Object.entries(before)) expect([path, after[path]]).toEqual([path, text]);
    expect(JSON.parse(await readFile(fileURLToPath(lock), 'utf8'))).toMatchObject({ id: 'other' });
  });
});
