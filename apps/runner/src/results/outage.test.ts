import { PassThrough } from 'node:stream';
import { createLogger, systemClock } from '@seatrial/cli';
import { startSandbox } from '@seatrial/sandbox';
import { createObjectStore } from '@seatrial/storage';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load-config.js';
import { openTrial } from '../open-trial.js';
import { planTrial } from '../plan.js';
import { prepareSettings } from '../prepare.js';
import { runTrial } from '../run-trial.js';
import { exampleRepo } from '../testing.js';

/** A trial with a cluster and a check, whose results lie in a bucket that cannot be reached for some calls. */
async function tryWithOutage(outage: string, outageMs: number) {
  await using repo = await exampleRepo();
  await using sandbox = await startSandbox({ docker: 'off', operationMs: 300, faults: [outage] });
  const env: Record<string, string | undefined> = { PATH: process.env['PATH'], HOME: repo.dir, ...sandbox.env };
  const io = { env, cwd: repo.dir, clock: systemClock, random: Math.random };
  const flags = { provider: 'gke', results: 'gs://seatrial-results', buildArgs: {}, keepCluster: false } as const;
  const settings = await prepareSettings(await loadConfig(`${repo.dir}/seatrial.yaml`, repo.dir), flags, io);
  const gcs = { apiEndpoint: sandbox.env['STORAGE_EMULATOR_HOST'] ?? '', retryDelayMs: 5, maxRetryDelayMs: 20 };
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const texts = Promise.all([stdout, stderr].map(async (stream) => (await stream.toArray()).map(String).join('')));
  const logger = createLogger({ stream: stderr, level: 'info', color: false, clock: systemClock });
  const { signal } = new AbortController();
  const code = await (async () => {
    await using trial = await openTrial(settings, {
      ...io,
      logger,
      signal,
      lock: { signal, confirm: () => Promise.resolve() },
      resultStore: createObjectStore({ gcs }),
      outage: { outageMs, pauseMs: 20 },
    });
    const plan = planTrial(trial, { only: ['clone', 'lint', 'create-cluster'], fresh: true });
    const screen = {
      signal,
      stdout,
      stderr,
      isTty: false,
      color: false,
      clock: systemClock,
      env,
      flags: { json: false },
    };
    const print = (text: string) => void stdout.write(`${text}\n`);
    return await runTrial({ trial, plan }, { ...screen, print }, { startedMs: systemClock.now() });
  })();
  stdout.end();
  stderr.end();
  const [shown = '', told = ''] = await texts;
  // Read by the sandbox's own hand: faults are over, or not asked.
  const store = createObjectStore({ gcs: { ...gcs, maxRetries: 0 } });
  const read = (name: string) => store.readText(`${settings.runUri}/${name}`).catch(() => undefined);
  return { code, shown, told, read, clusters: sandbox.clusters(), files: await filesOf() };

  async function filesOf(): Promise<Readonly<Record<string, string | undefined>>> {
    const names = ['finished.json', 'build-log.txt', 'artifacts/seatrial/run.json', 'artifacts/junit_lint.xml'];
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await read(name)] as const)));
  }
}

describe('results that cannot be reached', () => {
  it('hold a run up, which then goes on and is told as a whole', async () => {
    const { code, told, files, clusters } = await tryWithOutage('storage:503:#15-120', 60_000);
    expect(told).toMatch(/results cannot be reached, trying on[^]*results can be reached again/);
    expect(code).toBe(0);
    expect(clusters).toEqual([]);
    expect(JSON.parse(files['finished.json'] ?? '')).toMatchObject({ passed: true, result: 'SUCCESS' });
    expect(JSON.parse(files['artifacts/seatrial/run.json'] ?? '')).toMatchObject({ state: 'succeeded' });
    expect(files['build-log.txt']).toMatch(/seatrial \| results cannot be reached, trying on/);
    expect(files['artifacts/junit_lint.xml']).toContain('name="lint"');
  });

  it('end a run that waits in vain: the cluster is deleted, the exit code is 3, and nothing says that it passed', async () => {
    const { code, told, files, clusters } = await tryWithOutage('storage:503:#15-1000000', 1_000);
    expect(clusters).toEqual([]);
    expect(code).toBe(3);
    expect(told).toMatch(/could not write finished\.json: /);
    expect(files['finished.json']).toBeUndefined();
  });
});
