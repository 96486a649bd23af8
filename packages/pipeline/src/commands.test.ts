import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runForTest } from '@seatrial/cli/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command } from './commands.js';
import { folderJournalFiles } from './folder-journal-files.js';
import { createGraph } from './graph.js';
import { createJournal } from './journal.js';
import { runGraph } from './run-graph.js';
import { defineTask } from './task.js';
import { createFakeClock } from './testing.js';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'pipeline-'));
});
afterEach(() => rm(cwd, { recursive: true }));

const run = (...argv: string[]) => runForTest(command, argv, { cwd });

describe('graph', () => {
  const task = (name: string, needs: string) =>
    `const ${name} = { name: '${name}', needs: ${needs}, after: [], when: 'all_success', cleanup: false, run: async () => {} };\n`;

  it('prints the graph of a module', async () => {
    await writeFile(join(cwd, 'p.mjs'), `${task('a', '{}')}${task('b', '{ a }')}export const graph = [a, b];`);
    expect(await run('graph', 'p.mjs', '--skip', 'a')).toEqual({
      code: 0,
      stdout: 'a  (left out)\nb\n     needs a\n',
      stderr: '',
    });
  });

  it('exits with 2 for a task that is not there', async () => {
    await writeFile(join(cwd, 'q.mjs'), `${task('build', '{}')}export default [build];`);
    expect(await run('graph', 'q.mjs', '--only', 'biuld')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error: there is no task "biuld"\nhint: Did you mean build?\n',
    });
  });

  it('exits with 2 for a file that is not there', async () => {
    const { code, stderr } = await run('graph', 'missing.mjs');
    expect(code).toBe(2);
    expect(stderr).toContain(`error: cannot read ${join(cwd, 'missing.mjs')}`);
  });

  it('exits with 2 for a module without a graph', async () => {
    await writeFile(join(cwd, 'r.mjs'), 'export const other = 1;');
    const { code, stderr } = await run('graph', 'r.mjs');
    expect(code).toBe(2);
    expect(stderr).toContain('error: no graph in');
  });
});

describe('show', () => {
  async function makeRun(isBroken: boolean): Promise<void> {
    const clock = createFakeClock();
    const build = defineTask({ name: 'build', run: ({ clock: own }) => own.sleep(1_500) });
    const test = defineTask({
      name: 'test',
      needs: { build },
      run: async ({ clock: own }) => {
        await own.sleep(62_000);
        if (isBroken) throw new Error('2 of 3 failed');
      },
    });
    const publish = defineTask({ name: 'publish', needs: { test }, run: async () => {} });
    const journal = createJournal(folderJournalFiles(join(cwd, 'run')));
    // Real files: the clock may only be moved when they are written.
    const { result } = runGraph(createGraph([build, test, publish]), {
      clock: { ...clock, sleep: async (ms) => clock.advance(ms) },
      journal,
    });
    await result;
  }

  it('prints states, durations and the critical path', async () => {
    await makeRun(true);
    expect(await run('show', 'run')).toEqual({
      code: 1,
      stdout: [
        'failed in 1m04s',
        '',
        'task     state       time',
        'build    succeeded   1.5s',
        'test     failed     1m02s  2 of 3 failed',
        'publish  skipped           needs "test", which failed',
        '',
        'critical path 1m04s: build 1.5s → test 1m02s',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  it('takes a file URI and prints JSON', async () => {
    await makeRun(false);
    const { code, stdout } = await run('show', pathToFileURL(join(cwd, 'run')).href, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      state: 'succeeded',
      durationMs: 63_500,
      tasks: [{ name: 'build' }, { name: 'test' }, { name: 'publish', state: 'succeeded' }],
      criticalPath: { durationMs: 63_500 },
    });
  });

  it('shows a killed run as running, what is not recorded as pending', async () => {
    const journal = createJournal(folderJournalFiles(join(cwd, 'run')));
    await journal.writeRun({
      version: 1,
      state: 'running',
      startedMs: 0,
      resumedMs: [],
      tasks: [{ name: 'build', needs: [], after: [], when: 'all_success', cleanup: false, selected: true }],
    });
    expect((await run('show', './run')).stdout).toBe('running\n\ntask   state    time\nbuild  pending\n');
  });

  it('shows each attempt where there were several', async () => {
    const journal = createJournal(folderJournalFiles(join(cwd, 'run')));
    const outline = {
      name: 'build',
      needs: [],
      after: [],
      when: 'all_success',
      cleanup: false,
      selected: true,
    } as const;
    await journal.writeRun({ version: 1, state: 'running', startedMs: 0, resumedMs: [], tasks: [outline] });
    await journal.writeTask({
      version: 1,
      name: 'build',
      state: 'running',
      attempts: 2,
      startedMs: 0,
      durationMs: 0,
      cleanup: false,
      attemptHistory: [
        { startedMs: 0, endedMs: 1_500, outcome: 'failed', error: { name: 'Error', message: 'no space' } },
        { startedMs: 2_000 },
      ],
    });
    expect((await run('show', 'run')).stdout).toMatch(
      /build +running +0ms\n {2}attempt 1, 00:00:00 +failed +1\.5s +no space\n {2}attempt 2, 00:00:02 +running\n/,
    );
  });

  it.each(['nowhere', 'file'])('exits with 2 and helps when there is no journal: %s', async (place) => {
    await writeFile(join(cwd, 'file'), '');
    const { code, stderr } = await run('show', place);
    expect(code).toBe(2);
    expect(stderr).toBe(
      `error: no journal of a run in ${join(cwd, place)}\nhint: Name the folder that holds run.json; of a trial it is artifacts/seatrial in its results.\n`,
    );
  });
});
