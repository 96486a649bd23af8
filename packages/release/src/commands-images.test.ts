import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runCommand } from '@seatrial/cli';
import { startSandbox } from '@seatrial/sandbox';
import { describe, expect, it, onTestFinished } from 'vitest';
import { machineClock } from './clock.js';
import { command } from './commands.js';
import { listReferrers } from './registry/referrers.js';
import { openRepository } from './registry/repository-client.js';
import { createRepository } from './testing/repository.js';
import { tempFolder } from './testing/temp-folder.js';

async function start() {
  const sandbox = await startSandbox({ docker: 'off', operationMs: 5 });
  onTestFinished(() => sandbox.close());
  const repo = await createRepository({
    'a/Dockerfile': 'FROM scratch\nCOPY Dockerfile /\n',
    'b/Dockerfile': 'FROM scratch\nCOPY Dockerfile /b\n',
    'seatrial.yaml': 'images: [{name: a, context: a}, {name: b, context: b}]\nchart: {path: chart}\n',
    'chart/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 0.1.0\n',
    'chart/values.yaml': 'image: app:dev\n',
  });
  const cwd = await tempFolder();
  const run = async (env: Readonly<Record<string, string>>, ...argv: string[]) => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    // Polls of Cloud Build are two seconds apart: here they follow each other.
    const clock = { now: machineClock.now, sleep: () => new Promise<void>((resolve) => setImmediate(resolve)) };
    const { signal } = new AbortController();
    const full = { ...sandbox.env, HOME: cwd, ...env };
    const io = { env: full, cwd, stdin: new PassThrough(), stdout, stderr, signal, clock };
    const code = await runCommand(command, ['local', '--repo', repo.dir, ...argv, '--json'], io);
    stdout.end();
    stderr.end();
    return { code, out: await text(stdout), err: await text(stderr) };
  };
  return { run, cwd };
}

interface Info {
  readonly images: readonly { readonly image: string; readonly digest: string }[];
}

describe('seatrial-release local, in the sandbox', () => {
  it.each([
    ['the Docker Engine', {}, []],
    ['Cloud Build', {}, ['--builder', 'cloudbuild']],
    ['Cloud Build where no engine answers', { DOCKER_HOST: 'unix:///no/such/docker.sock' }, []],
  ])('builds, pushes and attests all images on %s', async (_what, env, argv) => {
    const { run, cwd } = await start();
    const { code, out, err } = await run(env, ...argv);
    expect(err).not.toMatch(/^error/m);
    expect(code).toBe(0);
    const { images } = JSON.parse(out) as Info;
    expect(images).toHaveLength(2);
    for (const { image, digest } of images) {
      const repository = openRepository(image, { clock: machineClock });
      expect((await repository.stat('latest'))?.digest).toBe(digest);
      const types = (await listReferrers(repository, digest)).map(({ artifactType }) => artifactType);
      expect(types.sort()).toEqual(['application/vnd.cyclonedx+json', 'application/vnd.in-toto+json']);
    }
    const files = await readdir(join(cwd, 'release'));
    expect(files).toEqual(expect.arrayContaining(['a.sbom.cdx.json', 'b.sbom.cdx.json', 'provenance.intoto.json']));
  });

  it('attests nothing with --no-attest, and moves nothing with --no-latest', async () => {
    const { run } = await start();
    const { images } = JSON.parse((await run({}, '--no-attest', '--no-latest')).out) as Info;
    const [{ image, digest } = { image: '', digest: '' }] = images;
    const repository = openRepository(image, { clock: machineClock });
    expect(await listReferrers(repository, digest)).toEqual([]);
    expect(await repository.stat('latest')).toBeUndefined();
  });

  it('refuses a flag for one image where the config has several', async () => {
    const { run } = await start();
    expect(await run({}, '--target', 'x')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--target is for one image, and .*seatrial.yaml has 2/) as string,
    });
  });

  it('refuses several platforms without a push', async () => {
    const { run } = await start();
    expect(await run({}, '--platform', 'linux/amd64,linux/arm64', '--no-push')).toMatchObject({
      code: 2,
      err: expect.stringContaining('an image for linux/amd64 and linux/arm64 has to be pushed') as string,
    });
  });
});
