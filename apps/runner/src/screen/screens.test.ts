import { createRedactor } from '@seatrial/cli';
import { createTextSink } from '@seatrial/cli/testing';
import { createGraph, defineTask, type PipelineEvent, selectTasks } from '@seatrial/pipeline';
import { describe, expect, it } from 'vitest';
import { createObserver } from './observer.js';

const graph = createGraph([defineTask({ name: 'build', run: async () => undefined })]);
const plan = { graph, selection: selectTasks(graph, {}), redo: [] };

/** What is written while these events happen. */
async function show(events: readonly PipelineEvent[], env: Record<string, string> = {}, json = false) {
  const [stdout, stderr] = [createTextSink(), createTextSink()];
  const observer = createObserver(
    {
      env,
      stdout,
      stderr,
      isTty: false,
      color: false,
      flags: { json },
      clock: { now: () => 0, sleep: async () => undefined },
      signal: new AbortController().signal,
      print: (text) => void stdout.write(`${text}\n`),
    },
    plan,
    createRedactor(['correct-horse']),
  );
  events.forEach((event) => observer.event(event));
  await observer.close();
  return { stdout: stdout.text, stderr: stderr.text };
}

const log = (line: string): PipelineEvent => ({ type: 'log', atMs: 0, name: 'build', line });
const task = (state: 'running' | 'succeeded' | 'failed', message?: string): PipelineEvent => ({
  type: 'task',
  atMs: 0,
  name: 'build',
  attempt: 1,
  state,
  ...(state === 'running' ? {} : { durationMs: 1_500 }),
  ...(message === undefined ? {} : { error: { name: 'Error', message } }),
});

describe(createObserver, () => {
  it('writes plain lines', async () => {
    const { stderr } = await show([task('running'), log('the correct-horse'), task('succeeded')]);
    expect(stderr).toBe('00:00:00 build  running\n00:00:00 build  the [redacted]\n00:00:00 build  succeeded in 1.5s\n');
  });

  it('writes events as JSON lines on stdout with --json, and nothing else', async () => {
    const { stdout, stderr } = await show([task('running'), log('say "correct-horse"')], {}, true);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as PipelineEvent);
    expect(lines).toEqual([task('running'), log('say "[redacted]"')]);
    expect(stderr).toBe('');
  });

  it('folds each task in GitHub Actions, and annotates what failed', async () => {
    const { stderr } = await show([task('running'), log('step 1'), task('failed', 'exit 1\n100% lost')], {
      GITHUB_ACTIONS: 'true',
    });
    expect(stderr).toBe(
      'build running\n::group::build failed in 1.5s\nstep 1\n::endgroup::\n::error title=build::exit 1 100%25 lost\n',
    );
  });

  it('does not let a task give commands to GitHub Actions', async () => {
    const { stderr } = await show([log('::set-env name=PATH::/evil'), log('  ::stop-commands::x'), log('##[error]x')], {
      GITHUB_ACTIONS: 'true',
    });
    expect(stderr.split('\n').filter((line) => /^\s*::|##\[/.test(line))).toEqual(['::group::build', '::endgroup::']);
  });

  it('marks failures in a Prow job as Spyglass highlights them', async () => {
    const env = { JOB_SPEC: '{"type":"periodic","job":"e2e","buildid":"1"}' };
    const { stderr } = await show([task('failed', 'exit 1')], env);
    expect(stderr).toContain('\nERROR: build: exit 1\n');
  });
});
