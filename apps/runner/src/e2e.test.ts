import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGke, gkeOptionsFromEnv } from '@seatrial/gke';
import { startSandbox } from '@seatrial/sandbox';
import { describe, expect, it } from 'vitest';
import { exampleRepo, type ExampleRepo, seatrial } from './testing.js';

/** Milliseconds; a trial on the sandbox takes a twentieth of it, more where others use the machine. */
const TRIAL_TIMEOUT_MS = 240_000;

interface Results {
  readonly dir: string;
  readonly finished: { passed: boolean; result: string };
  junit(task: string): string;
}

function readResults(repo: ExampleRepo, job = 'tf-job-operator-e2e'): Results {
  const jobDir = join(fileURLToPath(repo.results), 'logs', job);
  const [build = ''] = readdirSync(jobDir).filter((name) => /^\d+$/.test(name));
  const dir = join(jobDir, build);
  return {
    dir,
    finished: JSON.parse(readFileSync(join(dir, 'finished.json'), 'utf8')) as Results['finished'],
    junit: (task) => readFileSync(join(dir, 'artifacts', `junit_${task}.xml`), 'utf8'),
  };
}

/** For trials that are not about what runs beside the cluster. */
const CLUSTER_ONLY = ['--skip', 'lint,unit-tests'];

/** Runs the trial against a sandbox that outlives it, so that what is left there can be seen. */
async function trial(repo: ExampleRepo, args: readonly string[] = [], jobEnv: Readonly<Record<string, string>> = {}) {
  await using sandbox = await startSandbox({ docker: 'off' });
  const ran = await seatrial(
    ['e2e', '--provider', 'gke', '--config', join(repo.dir, 'seatrial.yaml'), '--results', repo.results, ...args],
    {
      env: { ...sandbox.env, ...jobEnv },
    },
  );
  return { ...ran, clustersLeft: await clustersOf({ ...sandbox.env }) };
}

/** Names of the clusters that there are. */
async function clustersOf(env: Readonly<Record<string, string>>): Promise<string[]> {
  const { project = '', ...endpoint } = gkeOptionsFromEnv(env);
  const gke = createGke(endpoint);
  const { clusters } = await gke.listClusters({ project });
  await gke.close();
  return clusters.map(({ name }) => name);
}

describe.concurrent('seatrial e2e', { timeout: TRIAL_TIMEOUT_MS }, () => {
  it('takes the example from a commit to published results', async () => {
    await using repo = await exampleRepo();
    const { code, stdout, clustersLeft } = await trial(repo);
    expect(stdout).toMatch(/^PASS {2}tf-job-operator-e2e \d+$/m);
    expect(code, stdout).toBe(0);
    expect(clustersLeft).toEqual([]);
    const { dir, finished, junit } = readResults(repo);
    expect(finished).toMatchObject({ passed: true, result: 'SUCCESS' });
    expect(JSON.parse(readFileSync(join(dir, 'started.json'), 'utf8'))).toHaveProperty('timestamp');
    expect(readFileSync(join(dir, 'build-log.txt'), 'utf8')).toContain(' build | ');
    expect(existsSync(join(dir, 'artifacts/seatrial/run.json'))).toBe(true);
    for (const task of [
      'clone',
      'build',
      'lint',
      'unit-tests',
      'create-cluster',
      'deploy',
      'helm-test',
      'tfjob-test',
      'teardown',
    ]) {
      expect(junit(task)).toMatch(/time="\d+(\.\d+)?"/);
    }
    expect(readdirSync(join(dir, 'artifacts/cluster')).length).toBeGreaterThan(0);
  });

  it.each([
    {
      broken: 'an operator that exits 3',
      path: 'src/main.js',
      change: (text: string) => `process.stderr.write('cannot go on: no such flag\\n');\nprocess.exit(3);\n${text}`,
      task: 'deploy',
      says: ['exit code 3', 'cannot go on: no such flag'],
    },
    {
      broken: 'a test that fails',
      path: 'test/helm-test.js',
      change: (text: string) => `process.stdout.write('the answer is 41\\n');\nprocess.exit(1);\n${text}`,
      task: 'helm-test',
      says: ['the answer is 41'],
    },
    {
      broken: 'a chart that does not render',
      path: 'chart/tf-job-operator/templates/deployment.yaml',
      change: (text: string) => `{{ fail "no replicas given" }}\n${text}`,
      task: 'deploy',
      says: ['no replicas given'],
    },
    {
      broken: 'an image name that does not exist',
      path: 'seatrial.yaml',
      change: (text: string) =>
        text.replace(
          '  release: tf-job-operator\n',
          "  release: tf-job-operator\n  set: { image: 'nowhere/no-such-image:v0' }\n",
        ),
      task: 'deploy',
      says: ['no-such-image', 'ImagePullBackOff'],
    },
  ])('fails with $broken, says why, and leaves no cluster', async ({ path, change, task, says }) => {
    await using repo = await exampleRepo();
    await repo.edit(path, change);
    const { code, stdout, clustersLeft } = await trial(repo, CLUSTER_ONLY);
    expect(stdout).toMatch(/^FAIL /m);
    expect(code).toBe(1);
    expect(clustersLeft).toEqual([]);
    const { finished, junit } = readResults(repo);
    expect(finished).toMatchObject({ passed: false, result: 'FAILURE' });
    for (const text of says) expect(junit(task)).toContain(text);
    expect(junit('teardown')).not.toContain('<failure');
  });

  it('tries each cluster of a matrix, side by side, and deletes them all', async () => {
    await using repo = await exampleRepo();
    const clusters = 'clusters:\n  - { name: east, location: us-east1-d }\n  - { name: west, location: us-west1-b }\n';
    await repo.edit('seatrial.yaml', (text) => text.replace(/^cluster:\n(?: {2}.*\n)+/m, clusters));
    const { code, stdout, clustersLeft } = await trial(repo, CLUSTER_ONLY);
    const { dir, finished, junit } = readResults(repo);
    expect(code, stdout).toBe(0);
    expect(finished).toMatchObject({ passed: true });
    expect(clustersLeft).toEqual([]);
    const handles = ['east', 'west'].map((name) => {
      const path = join(dir, `artifacts/seatrial/tasks/create-cluster-${name}.json`);
      return (JSON.parse(readFileSync(path, 'utf8')) as { output: { handle: { location: string } } }).output.handle;
    });
    expect(handles.map(({ location }) => location)).toEqual(['us-east1-d', 'us-west1-b']);
    for (const name of ['east', 'west']) {
      expect(junit(`tfjob-test-${name}`)).toContain('name="reach Succeeded"');
      expect(readdirSync(join(dir, `artifacts/cluster-${name}`)).length).toBeGreaterThan(0);
    }
  });

  it('runs what --only names, and nothing of a cluster', async () => {
    await using repo = await exampleRepo();
    const { code, stdout } = await trial(repo, ['--only', 'clone,build']);
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/build +succeeded/);
    expect(stdout).not.toMatch(/create-cluster/);
    const { dir } = readResults(repo);
    expect(readdirSync(join(dir, 'artifacts')).filter((name) => name.startsWith('junit_'))).toEqual([
      'junit_build.xml',
      'junit_clone.xml',
    ]);
  });

  it('leaves out what --skip names, keeps the cluster when asked, and does the step later', async () => {
    await using repo = await exampleRepo();
    await using sandbox = await startSandbox({ docker: 'off' });
    const env = { ...sandbox.env };
    const args = ['--provider', 'gke', '--config', join(repo.dir, 'seatrial.yaml'), '--results', repo.results];
    const run = await seatrial(['e2e', ...args, '--skip', 'lint,unit-tests,helm-test', '--keep-cluster'], { env });
    expect(run.code).toBe(0);
    expect(run.stdout).not.toMatch(/helm-test/);
    expect(run.stdout).toMatch(/tfjob-test +succeeded/);

    const uri = /^results +(\S+)$/m.exec(run.stdout)?.[1] ?? '';
    const foldersOfSteps = () => readdirSync(tmpdir()).filter((name) => name.startsWith('seatrial-step-'));
    const folders = foldersOfSteps();
    const step = await seatrial(['step', 'helm-test', '--run', uri], { env });
    expect(foldersOfSteps()).toEqual(folders);
    expect(step.stdout).toMatch(/helm-test +succeeded/);
    expect(step.code).toBe(0);
    expect(readResults(repo).junit('helm-test')).toContain('tf-job-operator-test');

    const [, deleteCommand = ''] = /^delete +seatrial (.+)$/m.exec(run.stdout) ?? [];
    expect((await seatrial(deleteCommand.split(' '), { env })).code).toBe(0);
    expect(await clustersOf(env)).toEqual([]);
  });

  it('deletes the cluster and finishes as ABORTED when it is stopped, and can be resumed', async () => {
    await using repo = await exampleRepo();
    await using sandbox = await startSandbox({ docker: 'off', operationMs: 3_000 });
    const env = { ...sandbox.env };
    const controller = new AbortController();
    const args = ['--provider', 'gke', '--config', join(repo.dir, 'seatrial.yaml'), '--results', repo.results];
    const running = seatrial(['e2e', ...args, ...CLUSTER_ONLY], { env, signal: controller.signal });
    await expect.poll(() => clustersOf(env), { timeout: 30_000 }).toHaveLength(1);
    controller.abort(new Error('stopped by SIGINT'));
    const stopped = await running;
    expect(stopped.code).not.toBe(0);
    expect(await clustersOf(env)).toEqual([]);
    expect(readResults(repo).finished).toMatchObject({ passed: false, result: 'ABORTED' });

    const uri = /^resume .* (\S+)$/m.exec(stopped.stdout)?.[1] ?? '';
    const resumed = await seatrial(['e2e', '--resume', uri], { env });
    expect(resumed.code, resumed.stdout).toBe(0);
    expect(await clustersOf(env)).toEqual([]);
    expect(readResults(repo).finished).toMatchObject({ passed: true, result: 'SUCCESS' });
  });

  it('moves latest_green.json and latest_release.json by a postsubmit that passed, and by nothing else', async () => {
    await using repo = await exampleRepo();
    const sha = await repo.head();
    const refs = { org: 'acme', repo: 'widgets', base_ref: 'main', base_sha: sha };
    const jobOf = (buildid: string, base_sha: string) =>
      JSON.stringify({ type: 'postsubmit', job: 'post-e2e', buildid, prowjobid: 'x', refs: { ...refs, base_sha } });
    const releases = `${repo.results}-releases`;
    const run = (JOB_SPEC: string) => trial(repo, ['--releases', releases], { JOB_SPEC });
    const green = join(fileURLToPath(repo.results), 'post-e2e/latest_green.json');
    const release = join(fileURLToPath(releases), 'latest_release.json');

    const other = await run(jobOf('1700000000000000001', 'b'.repeat(40)));
    expect(other.code, other.stdout).toBe(0);
    expect(existsSync(green) || existsSync(release)).toBe(false);

    const passed = await run(jobOf('1700000000000000002', sha));
    expect(passed.code, passed.stdout).toBe(0);
    expect(JSON.parse(readFileSync(green, 'utf8'))).toMatchObject({ status: 'passing', job: 'post-e2e', sha });
    const latest = JSON.parse(readFileSync(release, 'utf8')) as { sha: string; target: string };
    expect(latest.sha).toBe(sha);
    expect(existsSync(fileURLToPath(latest.target))).toBe(true);
    const index = readFileSync(join(fileURLToPath(releases), 'index.yaml'), 'utf8');
    expect(index).toContain(latest.target.split('/').slice(-2).join('/'));
  });

  it('takes results of before, below the repository, for no change of it', async () => {
    await using repo = await exampleRepo();
    const results = `file://${join(repo.dir, '_results')}`;
    for (const round of ['first', 'second']) {
      const config = join(repo.dir, 'seatrial.yaml');
      const { code, stderr } = await seatrial(['e2e', '--config', config, '--results', results, '--only', 'clone']);
      expect(code, `${round}: ${stderr}`).toBe(0);
      expect(stderr).toContain(await repo.head());
      expect(stderr).not.toContain('with uncommitted changes');
    }
  });

  it("makes no folder of results where Prow's sidecar uploads them", async () => {
    await using repo = await exampleRepo();
    const artifacts = join(fileURLToPath(repo.results), 'artifacts');
    const JOB_SPEC = '{"type":"periodic","job":"e2e","buildid":"1","decoration_config":{}}';
    const env = { JOB_SPEC, ARTIFACTS: artifacts };
    const { code, stderr } = await seatrial(['e2e', '--only', 'clone'], { cwd: repo.dir, env });
    expect(code, stderr).toBe(0);
    expect(readdirSync(artifacts)).toContain('junit_clone.xml');
    expect(existsSync(join(repo.dir, '_results'))).toBe(false);
  });

  it('starts nothing when a file that the config names is not there', async () => {
    await using repo = await exampleRepo();
    await repo.edit('seatrial.yaml', (text) => text.replace('path: chart/tf-job-operator', 'path: charts/operator'));
    const run = await seatrial(['e2e', '--config', join(repo.dir, 'seatrial.yaml'), '--results', repo.results]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(`chart.path: there is no file ${join(repo.dir, 'charts/operator/Chart.yaml')}`);
    expect(existsSync(fileURLToPath(repo.results))).toBe(false);
  });

  it('starts nothing when the config is wrong', async () => {
    await using repo = await exampleRepo();
    const config = join(repo.dir, 'seatrial.yaml');
    const missing = await seatrial(['e2e', '--config', 'missing.yaml', '--results', repo.results]);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain('no config file at missing.yaml');
    await repo.edit('seatrial.yaml', (text) =>
      text
        .replace('version: 1', 'version: 7')
        .replace('name: tf-job-operator', 'name: TF')
        .replace(/^chart:/m, 'chrt:'),
    );
    const wrong = await seatrial(['e2e', '--config', config, '--results', repo.results]);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/seatrial\.yaml:\d+:\d+: version: /);
    expect(wrong.stderr).toMatch(/seatrial\.yaml:\d+:\d+: name: /);
    expect(wrong.stderr).toMatch(/seatrial\.yaml:\d+:\d+: chrt: is no field/);
    expect(existsSync(fileURLToPath(repo.results))).toBe(false);
  });
});
