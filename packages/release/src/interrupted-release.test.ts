import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { startSandbox } from '@seatrial/sandbox';
import { createObjectStore, storeOptionsFromEnv } from '@seatrial/storage';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { machineClock } from './clock.js';
import { imageOfValues } from '@seatrial/helm';
import { findPublishedRelease } from './records/published-chart.js';
import { findLatestRelease } from './records/latest-release.js';
import { openRepository, type RepositoryClient } from './registry/repository-client.js';
import { createOperator } from './testing/operator.js';
import { runRelease } from './testing/run-command.js';
import { startGate } from './testing/request-gate.js';
import { tempFolder } from './testing/temp-folder.js';

const SEED = 20_260_102;
/** Each is a release in a process of its own: all 20 take minutes, and are for `nx run release:integration`. */
const ROUNDS = process.env['MODE'] === 'integration' ? 20 : 3;
const BIN = join(import.meta.dirname, 'bin.ts');
const RELEASES = 'gs://seatrial-releases';

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A cloud that outlives the releases made in it, with a gate in front of each service. */
async function setUp() {
  const sandbox = await startSandbox({ docker: 'off' });
  let steps = 0;
  let killAt = Infinity;
  let kill = (_what: string) => {};
  const onStep = (what: string) => {
    steps += 1;
    if (steps === killAt) kill(what);
  };
  const { env } = sandbox;
  const storage = await startGate(env['STORAGE_EMULATOR_HOST'] ?? '', onStep);
  const docker = await startGate((env['DOCKER_HOST'] ?? '').replace('tcp:', 'http:'), onStep);
  const registry = await startGate(`http://${env['SEATRIAL_REGISTRY'] ?? ''}`, onStep);
  const repo = await createOperator();
  const sha = await repo.git('rev-parse', 'HEAD');
  const cwd = await tempFolder();
  await writeFile(join(cwd, 'green.json'), JSON.stringify({ status: 'passing', job: 'j', sha }));
  return {
    sandbox,
    sha,
    cwd,
    host: registry.replace('http://', ''),
    env: { ...env, STORAGE_EMULATOR_HOST: storage, DOCKER_HOST: docker.replace('http:', 'tcp:') },
    store: createObjectStore(storeOptionsFromEnv(env)),
    /** Forgets steps; `kill` is called at the one of this number. */
    arm(at: number, work: (what: string) => void) {
      [steps, killAt, kill] = [0, at, work];
    },
    /** How many steps there were since. */
    countSteps: () => steps,
    argv: (name: string) => [
      'build-new-release',
      ...['--repo', repo.dir, '--latest-green', 'file://./green.json', '--output-dir', `out-${name}`],
      ...['--releases-path', `${RELEASES}/${name}`, '--registry', `${registry.replace('http://', '')}/${name}`],
    ],
  };
}

type Cloud = Awaited<ReturnType<typeof setUp>>;

/** A release in a process of its own. @returns where it was killed, undefined when it came to its end before that */
async function releaseInChild(cloud: Cloud, name: string, killAt: number): Promise<string | undefined> {
  let killed: string | undefined;
  const child = spawn(
    process.execPath,
    // The package's own sources, as all tests take them.
    ['--conditions=@seatrial/source', '--import', import.meta.resolve('tsx'), BIN, ...cloud.argv(name)],
    {
      cwd: cloud.cwd,
      env: { PATH: process.env['PATH'], TMPDIR: tmpdir(), ...cloud.env },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  cloud.arm(killAt, (what) => {
    killed = what;
    child.kill('SIGKILL');
  });
  const [log] = await Promise.all([text(child.stderr), once(child, 'close')]);
  expect([child.exitCode, child.signalCode], log).toEqual(killed === undefined ? [0, null] : [null, 'SIGKILL']);
  return killed;
}

/** The image of a published chart, which has to be there to the last byte. */
async function requireImage(repository: RepositoryClient, digest: string): Promise<void> {
  const stored = await repository.readManifest(digest);
  const { config, layers = [] } = stored?.manifest ?? {};
  expect(layers.length).toBeGreaterThan(0);
  for (const blob of [config, ...layers]) {
    if (blob !== undefined) expect(await buffer(await repository.readBlob(blob.digest))).toHaveLength(blob.size);
  }
}

/** Looks at all that others can see, and fails where it is not whole. @returns published versions, and what is the latest */
async function inspect({ store, sha, host, cwd }: Cloud, name: string) {
  const releasesUri = `${RELEASES}/${name}`;
  const repository = openRepository(`${host}/${name}/app:x`, {
    credentials: async () => undefined,
    clock: machineClock,
  });
  const query = { releasesUri, chart: { name: 'app', version: '0.1.0' }, commit: sha, outDir: join(cwd, 'fetched') };
  const published = await findPublishedRelease(store, query);
  const digest = published === undefined ? undefined : imageOfValues(published.values)?.digest;
  if (published !== undefined) await requireImage(repository, digest ?? 'the chart names none');
  const objects: string[] = [];
  for await (const { uri } of store.list(`${releasesUri}/`)) objects.push(uri.slice(releasesUri.length + 1));
  const record = await findLatestRelease(store, releasesUri);
  if (record !== undefined) expect(record).toMatchObject({ sha, target: published?.uri });
  if (objects.includes('latest/app-latest.tgz')) {
    const latest = await store.read(`${releasesUri}/latest/app-latest.tgz`);
    expect(latest).toEqual(await store.read(published?.uri ?? 'nothing is published'));
  }
  // What helm repo add reads names nothing that is not there.
  const index = parse((await store.find(`${releasesUri}/index.yaml`))?.text ?? '{}') as {
    readonly entries?: { readonly app?: readonly { readonly urls: readonly string[] }[] };
  };
  const indexed = index.entries?.app?.flatMap(({ urls }) => urls) ?? [];
  expect(objects).toEqual(expect.arrayContaining(indexed));
  const latestImage = (await repository.stat('latest'))?.digest;
  if (latestImage !== undefined) expect(latestImage).toBe(digest);
  return { objects: objects.sort(), indexed, digest, latestImage, target: record?.target };
}

it(
  `kill -9 at ${ROUNDS} random moments leaves nothing half done to be seen, and the next run completes the one release`,
  { timeout: 600_000 },
  async (test) => {
    const cloud = await setUp();
    test.onTestFinished(() => cloud.sandbox.close());
    expect(await releaseInChild(cloud, 'whole', Infinity)).toBeUndefined();
    const total = cloud.countSteps();
    expect(total).toBeGreaterThan(40);

    const random = seeded(SEED);
    const moments: string[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const name = `round-${round}`;
      // One in each twentieth of the way, so that each part of a release is hit.
      const at = 1 + Math.floor(((round - 1 + random()) * total) / ROUNDS);
      const killed = await releaseInChild(cloud, name, at);
      cloud.arm(Infinity, () => {});
      moments.push(`step ${at} of ${total}: ${killed ?? 'over before'}`);
      const before = await inspect(cloud, name);
      // The next day: what is published already has yesterday's date, and is not to be released a second time.
      const again = { cwd: cloud.cwd, env: cloud.env, nowMs: Date.now() + 86_400_000 };
      expect(await runRelease(cloud.argv(name), again), moments.at(-1)).toMatchObject({ code: 0 });
      const after = await inspect(cloud, name);
      const [version = ''] = after.objects;
      expect(after.objects, moments.at(-1)).toEqual([
        version,
        'index.yaml',
        'latest/app-latest.tgz',
        'latest_release.json',
      ]);
      expect(after.indexed).toEqual([version]);
      expect(after.target).toBe(`${RELEASES}/${name}/${version}`);
      expect(after.latestImage).toBe(after.digest);
      if (before.digest !== undefined) expect(after.digest).toBe(before.digest);
      const third = await runRelease(cloud.argv(name), again);
      expect(third).toMatchObject({ code: 0, out: expect.stringContaining('is the newest release already') as string });
      expect(await inspect(cloud, name)).toEqual(after);
    }
    // Else this shows nothing: the requests of a release have become fewer.
    expect(moments.filter((moment) => !moment.endsWith('over before')).length).toBeGreaterThan(ROUNDS / 2);
  },
);
