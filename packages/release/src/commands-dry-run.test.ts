import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startSandbox } from '@seatrial/sandbox';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseBuildInfo } from './records/build-info.js';
import { createOperator } from './testing/operator.js';
import { startGate } from './testing/request-gate.js';
import { runRelease } from './testing/run-command.js';
import { tempFolder } from './testing/temp-folder.js';

const nowMs = Date.parse('2026-01-02T03:04:05Z');
const RELEASES = 'gs://seatrial-releases';

async function setUp() {
  const sandbox = await startSandbox({ docker: 'off' });
  onTestFinished(() => sandbox.close());
  const asked: string[] = [];
  const watch = (step: string) => void (step.startsWith('before ') && asked.push(step.slice('before '.length)));
  const { env } = sandbox;
  const registry = (await startGate(`http://${env['SEATRIAL_REGISTRY'] ?? ''}`, watch)).replace('http://', '');
  const docker = await startGate((env['DOCKER_HOST'] ?? '').replace('tcp:', 'http:'), watch);
  const repo = await createOperator();
  await repo.git('update-ref', 'refs/pull/7/head', 'HEAD');
  const sha = await repo.git('rev-parse', 'HEAD');
  const cwd = await tempFolder();
  await mkdir(join(cwd, 'green'));
  await writeFile(join(cwd, 'green/latest_green.json'), JSON.stringify({ status: 'passing', job: 'j', sha }));
  const surroundings = {
    cwd,
    nowMs,
    env: {
      ...env,
      STORAGE_EMULATOR_HOST: await startGate(env['STORAGE_EMULATOR_HOST'] ?? '', watch),
      DOCKER_HOST: docker.replace('http:', 'tcp:'),
    },
  };
  return { repo, sha, cwd, asked, surroundings, registry: `${registry}/team` };
}

describe('--dry-run', () => {
  const fromRepo = (dir: string) => ['--repo', dir];
  it.each([
    ['build', (dir: string) => ['build', '--src-dir', dir], []],
    ['local', (dir: string) => ['local', ...fromRepo(dir)], []],
    ['pr', (dir: string) => ['pr', '--pr', '7', '--head', ...fromRepo(dir)], []],
    ['postsubmit', (dir: string) => ['postsubmit', ...fromRepo(dir)], []],
    [
      'build-new-release',
      (dir: string) => ['build-new-release', ...fromRepo(dir), '--latest-green', 'file://./green/latest_green.json'],
      // What the latest release is decides what would be done.
      ['GET /storage/v1/b/seatrial-releases/o/latest_release.json'],
    ],
  ])('of %s prints every action, does none, and writes a build_info that says so', async (name, argvOf, reads) => {
    const { repo, sha, cwd, asked, surroundings, registry } = await setUp();
    const places = ['--registry', registry, '--releases-path', RELEASES, '--build-info-path', 'info.yaml'];
    places.push('--chart-registry', `oci://${registry}/charts`);
    const { code, out } = await runRelease([...argvOf(repo.dir), ...places, '--dry-run'], surroundings);
    expect(code).toBe(0);
    const tag = `v20260102-${sha.slice(0, 7)}`;
    const chart = `${RELEASES}/0.1.0-${tag}/app-0.1.0-${tag}.tgz`;
    expect(out.split('\n').map((line) => line.replace(/ from .*/, ''))).toEqual([
      `would build ${registry}/app:${tag}`,
      `would push ${registry}/app:${tag}`,
      `would package ${join(cwd, 'release', `app-0.1.0-${tag}.tgz`)}`,
      `would attach SBOM and provenance to ${registry}/app:${tag}`,
      `would publish ${chart}`,
      `would push oci://${registry}/charts/app:0.1.0-${tag}`,
      `would attach SBOM and provenance to oci://${registry}/charts/app:0.1.0-${tag}`,
      `would move ${registry}/app:latest`,
      ...(name === 'build-new-release' ? [`would move ${RELEASES}/latest_release.json to ${sha}`] : []),
      '',
    ]);
    expect(asked).toEqual(reads);
    // Names that begin with a dot are the file store's own: its locks.
    expect((await readdir(cwd)).filter((each) => !each.startsWith('.')).sort()).toEqual(['green', 'info.yaml']);
    expect(await repo.git('status', '--porcelain')).toBe('');
    expect(parseBuildInfo(await readFile(join(cwd, 'info.yaml'), 'utf8'))).toEqual({
      image: `${registry}/app:${tag}`,
      commit: sha,
      helm_chart: chart,
      dry_run: true,
    });
  });

  it('finds what is wrong with the chart, as the build would', async () => {
    const { repo, registry, surroundings } = await setUp();
    const { code, out, err } = await runRelease(
      ['build', '--src-dir', repo.dir, '--registry', registry, '--image-value', 'nope.image', '--dry-run'],
      surroundings,
    );
    expect(err).toContain('values.yaml has no image at "nope.image"');
    expect([code, out]).toEqual([2, '']);
  });
});
