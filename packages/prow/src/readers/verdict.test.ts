import { createObjectStore, storeOptionsFromEnv } from '@seatrial/storage';
import type { ObjectStore } from '@seatrial/storage';
import { runForTest } from '@seatrial/cli/testing';
import { startSandbox } from '@seatrial/sandbox';
import type { Sandbox } from '@seatrial/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../commands.js';
import { createFinished } from '../finished.js';
import type { ProwJobInfo } from '../job.js';
import { writeFinished, writeStarted } from '../results.js';
import { createStarted } from '../started.js';
import { runVerdict } from './run-verdict.js';

let sandbox: Sandbox;
let store: ObjectStore;
beforeAll(async () => {
  sandbox = await startSandbox({ docker: 'off' });
  store = createObjectStore(storeOptionsFromEnv(sandbox.env));
});
afterAll(() => sandbox[Symbol.asyncDispose]());

const bucket = 'gs://seatrial-results';
const nowMs = 1_700_000_000_000;
const [base, head] = ['1'.repeat(40), '2'.repeat(40)];
const job = (buildId: string): ProwJobInfo => ({
  type: 'presubmit',
  job: 'pull-widgets-unit',
  buildId,
  refs: { org: 'acme', repo: 'widgets', base_ref: 'main', base_sha: base, pulls: [{ number: 7, sha: head }] },
  decorated: false,
  warnings: [],
});

async function writeRun(buildId: string, junit: Readonly<Record<string, string>>, passed = true) {
  const started = createStarted(job(buildId), { timestampMs: nowMs });
  const { runUri } = await writeStarted(store, bucket, job(buildId), started);
  for (const [name, body] of Object.entries(junit)) await store.write(`${runUri}/artifacts/${name}`, body);
  const result = passed ? 'SUCCESS' : 'FAILURE';
  await writeFinished(store, runUri, createFinished(job(buildId), { timestampMs: nowMs + 60_000, passed, result }));
  return runUri;
}

describe(runVerdict, () => {
  it('shows what this package wrote alike in every reader', async () => {
    const runUri = await writeRun('1', { 'junit_e2e.xml': '<testsuite name="s"><testcase name="c"/></testsuite>' });
    expect(await runVerdict(store, runUri, { nowMs })).toEqual({
      runUri,
      job: 'pull-widgets-unit',
      buildId: '1',
      testgrid: {
        column: 'shown',
        version: head.slice(0, 9),
        rows: [
          {
            name: 'pull-widgets-unit.Overall',
            result: 'PASS',
            icon: '',
            message: '',
            metrics: { 'test-duration-minutes': 1 },
          },
          { name: 'pull-widgets-unit.Pod', result: 'RUNNING', icon: '', message: 'waiting for podinfo.json' },
          { name: 's.c', result: 'PASS', icon: '', message: '' },
        ],
      },
      deck: { commit: head, result: 'SUCCESS' },
      spyglass: { passed: true, tests: [{ file: 'artifacts/junit_e2e.xml', name: 'c', status: 'passed' }] },
      gubernator: { passed: true, tests: [{ file: 'artifacts/junit_e2e.xml', name: 's c', status: 'passed' }] },
      warnings: [],
    });
  });

  it('tells what makes a run red or unseen', async () => {
    const runUri = await writeRun('2', { 'junit_e2e.xml': '<testsuite time="1,5"/>', 'more/test.xml': '<testsuite/>' });
    await store.write(`${runUri}/podinfo.json`, '');
    await store.write(`${bucket}/pr-logs/directory/pull-widgets-unit/2.txt`, runUri);
    const { testgrid, warnings } = await runVerdict(store, runUri, { nowMs });
    expect(testgrid.rows).toEqual([
      {
        name: 'pull-widgets-unit.Overall',
        result: 'FAIL',
        icon: 'E',
        message: 'malformed: podinfo.json, artifacts/junit_e2e.xml',
      },
    ]);
    expect(warnings).toEqual([
      'artifacts/junit_e2e.xml: junit file is malformed: line 1, column 24: time is not a number: "1,5"',
      'Spyglass does not look at artifacts/more/test.xml',
      'podinfo.json is empty',
      `TestGrid does not list the run: ${bucket}/pr-logs/directory/pull-widgets-unit/2.txt has no metadata "x-goog-meta-link"`,
    ]);
  });

  it('tells of files that cannot be decoded, and of readers that disagree', async () => {
    const runUri = `${bucket}/logs/ci-widgets/3`;
    await store.write(`${runUri}/finished.json`, '{"passed":true,"result":"FAILURE"}');
    const placeholder = await runVerdict(store, runUri, { nowMs });
    expect(placeholder.testgrid).toMatchObject({
      column: 'placeholder',
      rows: [{ name: 'Overall', result: 'RUNNING' }],
    });
    expect(placeholder.warnings).toEqual([
      'TestGrid shows no tests before started.json has a timestamp',
      'TestGrid takes the run as running: finished.json has no timestamp',
      'readers disagree: finished.json says passed true and result "FAILURE"',
    ]);
    await store.write(`${runUri}/started.json`, '{"timestamp":1.5}');
    const broken = await runVerdict(store, runUri, { nowMs });
    expect(broken.testgrid).toMatchObject({ column: 'undecodable', rows: [{ name: 'Overall', result: 'TOOL_FAIL' }] });
    expect(broken.warnings).toEqual(expect.arrayContaining(['started.json cannot be decoded']));
    await store.write(`${runUri}/started.json`, '{"timestamp":1600000000}');
    expect((await runVerdict(store, runUri, { nowMs })).testgrid.rows).toMatchObject([{ result: 'UNKNOWN' }]);
  });
});

describe('seatrial-prow verdict', () => {
  it('prints a run, as text and as JSON', async () => {
    const junit = '<testsuite name="s"><testcase name="c"><failure message="boom"/></testcase></testsuite>';
    const runUri = await writeRun('4', { 'junit_e2e.xml': junit }, false);
    const io = { env: { ...sandbox.env }, clock: { now: () => nowMs, sleep: async () => undefined } };
    const plain = await runForTest(command, ['verdict', runUri], io);
    expect(plain.code).toBe(0);
    expect(plain.stdout).toMatch(/^Deck {8}FAILURE {2}2{20}/);
    expect(plain.stdout).toMatch(/^s\.c +FAIL +F +boom$/m);
    const json = await runForTest(command, ['verdict', runUri, '--json'], io);
    expect(JSON.parse(json.stdout)).toMatchObject({ spyglass: { passed: false }, warnings: [] });
  });

  it('fails where there is no run', async () => {
    const ended = await runForTest(command, ['verdict', `${bucket}/logs/none/1`], { env: { ...sandbox.env } });
    expect(ended).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('there is no run at') });
  });
});
