import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createObjectStore, storeOptionsFromEnv } from '@seatrial/storage';
import { startSandbox } from '@seatrial/sandbox';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openRepository } from '../registry/repository-client.js';
import { tempFolder } from '../testing/temp-folder.js';
import { type CloudBuildApi, createCloudBuildApi } from './cloud-build-api.js';
import { type CloudBuilderOptions, createCloudBuilder } from './cloud-builder.js';

// Time passes only as the sandbox's builds do: a sleep is a turn of the event loop that lets them.
const clock = { now: () => 0, sleep: () => new Promise<void>((resolve) => setImmediate(resolve)) };

async function start(options: { operationMs?: number; faults?: string[] } = {}) {
  const sandbox = await startSandbox({ docker: 'off', operationMs: 5, ...options });
  onTestFinished(() => sandbox.close());
  const store = createObjectStore(storeOptionsFromEnv(sandbox.env));
  const endpoint = sandbox.env['SEATRIAL_CLOUDBUILD_ENDPOINT'];
  const cloud: CloudBuilderOptions = { project: 'sandbox', region: 'global', endpoint, store, clock };
  const context = async (dockerfile: string) => {
    const dir = await tempFolder();
    await writeFile(join(dir, 'Dockerfile'), dockerfile);
    return dir;
  };
  return { sandbox, store, cloud, context, reference: `${sandbox.env['SEATRIAL_REGISTRY']}/app:v1` };
}

describe(createCloudBuilder, () => {
  it('uploads the context, streams the log, and gives the digest that the registry has', async () => {
    const { cloud, context, reference, store } = await start();
    const lines: string[] = [];
    const request = {
      reference,
      context: await context('FROM scratch\nARG WHO\nLABEL who=$WHO\nCOPY Dockerfile /\n'),
      buildArgs: { WHO: 'a $PROJECT' },
      labels: { team: 'x' },
      push: true,
    };
    const { digest, moved } = await createCloudBuilder(cloud).build(request, { onLine: (line) => lines.push(line) });
    expect(moved).toBe(true);
    const repository = openRepository(reference, { clock });
    const stored = await repository.readManifest('v1');
    expect(stored?.descriptor.digest).toBe(digest);
    const chunks: Buffer[] = [];
    for await (const chunk of await repository.readBlob(stored?.manifest.config?.digest ?? '')) chunks.push(chunk);
    expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({
      config: { Labels: { who: 'a $PROJECT', team: 'x' } },
    });
    expect(lines).toEqual(expect.arrayContaining(['Step 1/4 : FROM scratch', 'PUSH', 'DONE']));
    const left: string[] = [];
    for await (const { uri } of store.list('gs://sandbox_cloudbuild/source/')) left.push(uri);
    expect(left).toEqual([]);
  });

  it('builds without a push where none is wanted', async () => {
    const { cloud, context, reference } = await start();
    const request = { reference, context: await context('FROM scratch\nCOPY Dockerfile /\n'), push: false };
    expect(await createCloudBuilder(cloud).build(request)).toEqual({ moved: false });
    expect(await openRepository(reference, { clock }).stat('v1')).toBeUndefined();
  });

  it('tells why a step failed, with the last lines of the log', async () => {
    const { cloud, context, reference } = await start();
    const request = { reference, context: await context('FROM scratch\nCOPY nowhere /\n'), push: true };
    const error: unknown = await createCloudBuilder(cloud)
      .build(request)
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'BUILD_FAILED', infrastructure: false });
    expect((error as Error).message).toContain('Build step 0 failed: COPY failed');
    expect((error as { detail: string }).detail).toMatch(/Step 2\/2 : COPY nowhere[^]*ERROR: /);
  });

  it('goes on after answers that got lost, and begins the build once', async () => {
    const faults = ['cloudbuild.CreateBuild:drop:#1', 'cloudbuild.GetBuild:UNAVAILABLE:#1-2'];
    const { cloud, context, reference } = await start({ faults });
    const request = { reference, context: await context('FROM scratch\nCOPY Dockerfile /\n'), push: true };
    expect((await createCloudBuilder(cloud).build(request)).digest).toMatch(/^sha256:/);
    expect(await createCloudBuildApi(cloud).findByTag('no-such-tag')).toBeUndefined();
  });

  it.each([
    ['refuses', 'PERMISSION_DENIED', 'DENIED'],
    ['knows no such project', 'NOT_FOUND', 'CLOUD_BUILD_FAILED'],
    ['stays away', 'UNAVAILABLE', 'CLOUD_BUILD_FAILED'],
  ])('throws when the service %s', async (_what, status, code) => {
    const { cloud, context, reference } = await start({ faults: [`cloudbuild:${status}`] });
    const building = createCloudBuilder(cloud).build({
      reference,
      context: await context('FROM scratch\n'),
      push: true,
    });
    await expect(building).rejects.toThrow(expect.objectContaining({ code, infrastructure: true }) as Error);
  });

  it('cancels the build when it is told to stop', async () => {
    const { cloud, context, reference } = await start({ operationMs: 60_000 });
    const controller = new AbortController();
    const reason = new Error('stopped by SIGTERM');
    const real = createCloudBuildApi(cloud);
    onTestFinished(() => real.close());
    let id = '';
    const api: CloudBuildApi = {
      ...real,
      async get(asked) {
        id = asked;
        controller.abort(reason);
        return real.get(asked);
      },
    };
    const request = { reference, context: await context('FROM scratch\n'), push: true };
    const stopping = { now: () => 0, sleep: async (_ms: number, signal?: AbortSignal) => signal?.throwIfAborted() };
    const building = createCloudBuilder({ ...cloud, clock: stopping, api }).build(request, {
      signal: controller.signal,
    });
    await expect(building).rejects.toBe(reason);
    expect((await real.get(id)).status).toBe('CANCELLED');
  });
});
