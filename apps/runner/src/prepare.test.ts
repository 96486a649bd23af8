import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@seatrial/cli';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LoadedConfig, loadConfig } from './config/load-config.js';
import { localFolder, prepareSettings, type Surroundings, type TrialFlags } from './prepare.js';

const flags: TrialFlags = { provider: 'sandbox', buildArgs: {}, keepCluster: false };
const sha = 'a'.repeat(40);
let dir: string;
let loaded: LoadedConfig;

beforeEach(async () => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'prepare-')));
  mkdirSync(join(dir, 'operators/widgets'), { recursive: true });
  writeFileSync(
    join(dir, 'operators/widgets/seatrial.yaml'),
    'version: 1\nname: widgets\nimage: { name: widgets, buildArgs: { A: "1", B: "2" } }\nchart: { path: chart }\n',
  );
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args], { cwd: dir });
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message=first');
  loaded = await loadConfig('operators/widgets/seatrial.yaml', dir);
});
afterEach(() => rmSync(dir, { recursive: true }));

const surroundings = (env: Record<string, string> = {}): Surroundings => ({
  env,
  cwd: '/home/ada',
  clock: systemClock,
  random: () => 0.5,
});

describe(prepareSettings, () => {
  it('makes a periodic job of its own outside Prow, below the working directory', async () => {
    const settings = await prepareSettings(loaded, flags, surroundings());
    expect(settings.job).toMatchObject({ type: 'periodic', job: 'widgets-e2e', decorated: false });
    expect(settings.runUri).toBe(`file:///home/ada/_results/logs/widgets-e2e/${settings.job.buildId}`);
    expect(settings.source).toEqual({
      repo: dir,
      revision: expect.stringMatching(/^[0-9a-f]{40}$/),
      configFolder: 'operators/widgets',
    });
  });

  it("takes Prow's job and lays the results out as Prow does", async () => {
    const spec = {
      type: 'presubmit',
      job: 'pull-widgets-e2e',
      buildid: '1700000000000000001',
      prowjobid: 'x',
      refs: {
        org: 'acme',
        repo: 'widgets',
        base_ref: 'main',
        base_sha: sha,
        pulls: [{ number: 7, author: 'ada', sha }],
      },
    };
    const settings = await prepareSettings(
      loaded,
      { ...flags, results: 'gs://ci-logs' },
      surroundings({ JOB_SPEC: JSON.stringify(spec) }),
    );
    expect(settings.runUri).toBe('gs://ci-logs/pr-logs/pull/acme_widgets/7/pull-widgets-e2e/1700000000000000001');
  });

  it('adds build arguments of the command line to those of the config', async () => {
    const { config } = await prepareSettings(loaded, { ...flags, buildArgs: { B: '3' } }, surroundings());
    expect(config.image?.buildArgs).toEqual({ A: '1', B: '3' });
  });

  it('leaves registry and releases to the sandbox, whatever the environment says', async () => {
    const env = { SEATRIAL_REGISTRY: 'registry.example.com/acme', SEATRIAL_RELEASES: 'gs://acme-releases' };
    const onSandbox = await prepareSettings(loaded, flags, surroundings(env));
    expect(onSandbox.registry).toBeUndefined();
    const onGke = await prepareSettings(loaded, { ...flags, provider: 'gke' }, surroundings(env));
    expect(onGke).toMatchObject({ registry: 'registry.example.com/acme', releasesUri: 'gs://acme-releases' });
  });

  it('refuses to keep a cluster that ends with the run', async () => {
    await expect(prepareSettings(loaded, { ...flags, keepCluster: true }, surroundings())).rejects.toMatchObject({
      code: 'SETTING_CONFLICT',
      exitCode: 2,
      hint: expect.stringContaining('--provider gke'),
    });
  });

  it('refuses a folder that is in no repository', async () => {
    rmSync(join(dir, '.git'), { recursive: true });
    await expect(prepareSettings(loaded, flags, surroundings())).rejects.toMatchObject({
      code: 'NOT_A_REPOSITORY',
      exitCode: 2,
      hint: expect.stringContaining('git init'),
    });
  });
});

describe(localFolder, () => {
  it('is the folder of a file:// URI, and a spool for any other', () => {
    expect(localFolder('file:///tmp/a%20b/logs', '/work')).toEqual({ dir: '/tmp/a b/logs', inPlace: true });
    expect(localFolder('gs://b/logs', '/work')).toEqual({ dir: '/work/logs', inPlace: false });
  });
});
