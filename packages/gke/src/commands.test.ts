import type { CommandIo } from '@seatrial/cli';
import { runCommand } from '@seatrial/cli';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, FakeGke } from './__fixtures__/fake-gke.js';
import { command } from './commands.js';

let server: FakeGke;
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gke-'));
  server = new FakeGke();
  await server.start();
});
afterEach(async () => {
  server.stop();
  await rm(dir, { recursive: true });
});

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const env = {
    SEATRIAL_GKE_ENDPOINT: server.endpoint,
    CLOUDSDK_AUTH_ACCESS_TOKEN: 'secret-token',
    CLOUDSDK_CORE_PROJECT: 'p',
  };
  const signal = new AbortController().signal;
  const io: CommandIo = { env, cwd: dir, stdin: new PassThrough(), stdout, stderr, signal, clock: new FakeClock() };
  const code = await runCommand(command, argv, io);
  stdout.end();
  stderr.end();
  return { code, out: await text(stdout), err: await text(stderr) };
}

describe('seatrial-gke', () => {
  it('creates, lists, gives credentials and deletes', async () => {
    const kubeconfig = join(dir, 'kubeconfig');
    const created = await run('create', '--zone', 'us-east1-b', '--run-id', 'r1', '--kubeconfig', kubeconfig);
    expect(created).toMatchObject({ code: 0, out: 'seatrial-r1 in us-east1-b is RUNNING at 10.0.0.1\n' });
    expect(await readFile(kubeconfig, 'utf8')).toContain('token: secret-token');

    const listed = await run('list');
    expect(listed.code).toBe(0);
    expect(listed.out).toMatch(/seatrial-r1 +us-east1-b +RUNNING +r1 +2023-11-15T/);

    const place = ['--zone', 'us-east1-b', '--cluster', 'seatrial-r1'];
    expect(await run('get-credentials', ...place, '--kubeconfig', kubeconfig)).toMatchObject({
      code: 0,
      out: `${kubeconfig}\n`,
    });
    expect(await run('delete', ...place)).toMatchObject({ code: 0, out: 'seatrial-r1 in us-east1-b is gone\n' });
    expect(server.clusters.size).toBe(0);
  });

  it('O1: sends nothing in a dry run', async () => {
    const { code, out } = await run(
      'create',
      '--zone',
      'us-east1-b',
      '--run-id',
      'r1',
      '--accelerator',
      'nvidia-l4=1',
      '--dry-run',
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ cluster: { name: 'seatrial-r1', nodePools: [{}, { name: 'gpu' }] } });
    expect(server.calls).toEqual([]);
  });

  it('exits with 3 when the list is incomplete', async () => {
    server.missingZones = ['us-east1-c'];
    const { code, out } = await run('list', '--json');
    expect(code).toBe(3);
    expect(JSON.parse(out)).toEqual({ clusters: [], missingZones: ['us-east1-c'] });
  });

  it('exits with 3 and a hint when the service refuses', async () => {
    server.faults.deleteCluster = [{ code: 7, details: 'Required permission' }];
    const { code, err } = await run('delete', '--zone', 'us-east1-b', '--cluster', 'trial');
    expect(code).toBe(3);
    expect(err).toContain('hint: Delete it by hand: gcloud container clusters delete trial');
    expect(err).not.toContain('secret-token');
  });

  it('says which flag is missing', async () => {
    expect(await run('delete', '--cluster', 'trial')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--zone'),
    });
  });

  it('prints the token for kubectl', async () => {
    const { out } = await run('exec-credential');
    expect(JSON.parse(out).status).toEqual({ token: 'secret-token' });
  });
});
