import { createGzip } from 'node:zlib';
import { buffer } from 'node:stream/consumers';
import { CloudBuildClient, type protos } from '@google-cloud/cloudbuild';
import { Storage } from '@google-cloud/storage';
import { grpc } from 'google-gax';
import { PassThroughClient } from 'google-auth-library';
import { pack as createPack } from 'tar-stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startSandbox } from '../start-sandbox.js';

const once = { timeout: 30_000, retry: null };
const projectId = 'sandbox';
const BUCKET = 'sandbox_cloudbuild';
type Build = protos.google.devtools.cloudbuild.v1.IBuild;

async function start(options: { operationMs?: number; faults?: string[] } = {}) {
  const sandbox = await startSandbox({ docker: 'off', operationMs: 5, ...options });
  const { port } = new URL(sandbox.env['SEATRIAL_CLOUDBUILD_ENDPOINT'] ?? '');
  const client = new CloudBuildClient({
    apiEndpoint: '127.0.0.1',
    port: Number(port),
    sslCreds: grpc.credentials.createInsecure(),
    authClient: new PassThroughClient(),
  });
  const storage = new Storage({ apiEndpoint: sandbox.env['STORAGE_EMULATOR_HOST'] ?? '', projectId });
  onTestFinished(async () => {
    await client.close();
    await sandbox.close();
  });
  const image = `${sandbox.env['SEATRIAL_REGISTRY']}/app:v1`;
  const create = async (more: Partial<Build> = {}) => {
    const build: Build = {
      source: { storageSource: { bucket: BUCKET, object: 'source.tgz' } },
      steps: [{ name: 'gcr.io/cloud-builders/docker', args: ['build', '--tag', image, '.'] }],
      images: [image],
      logsBucket: `gs://${BUCKET}/logs`,
      ...more,
    };
    const [{ metadata }] = await client.createBuild({ projectId, build }, once);
    return (metadata as protos.google.devtools.cloudbuild.v1.IBuildOperationMetadata).build ?? {};
  };
  const wait = async ({ id }: Build) => {
    const get = async () => (await client.getBuild({ projectId, id: id ?? '' }, once))[0];
    await expect.poll(async () => (await get()).finishTime).toBeTruthy();
    return get();
  };
  const upload = async (dockerfile: string) => {
    const archive = createPack();
    archive.entry({ name: 'Dockerfile' }, dockerfile);
    archive.finalize();
    const bytes = await buffer((archive as unknown as NodeJS.ReadableStream).pipe(createGzip()));
    await storage.bucket(BUCKET).file('source.tgz').save(bytes);
  };
  const log = async ({ id }: Build) => String((await storage.bucket(BUCKET).file(`logs/log-${id}.txt`).download())[0]);
  return { sandbox, client, create, wait, upload, log, image };
}

describe('serveCloudBuild, asked by @google-cloud/cloudbuild', () => {
  it('builds what was uploaded, pushes it, logs it and tells its digest', async () => {
    const { sandbox, create, wait, upload, log, image } = await start();
    await upload('FROM scratch\nCOPY Dockerfile /\n');
    const begun = await create({ tags: ['mine'] });
    expect(begun).toMatchObject({ status: 1, projectId }); // QUEUED: the client leaves numbers in an operation's metadata
    const build = await wait(begun);
    expect(build).toMatchObject({ status: 'SUCCESS', tags: ['mine'] });
    const [pushed] = build.results?.images ?? [];
    const repository = image.replace(/^[^/]+\/|:v1$/g, '');
    expect(pushed).toMatchObject({ name: image, digest: sandbox.registry.findManifest(repository, 'v1')?.digest });
    expect(await log(begun)).toMatch(/Step 1\/2 : FROM scratch[^]*PUSH[^]*DONE\n$/);
  });

  it.each([
    ['a failing step', 'FROM scratch\nCOPY nowhere /\n', {}, /^Build step 0 failed: COPY failed/],
    ['another builder', 'FROM scratch\n', { steps: [{ name: 'ubuntu', args: ['true'] }] }, /not ubuntu/],
    [
      'a source that is not there',
      'FROM scratch\n',
      { source: { storageSource: { bucket: BUCKET, object: 'x' } } },
      /^no source at/,
    ],
    [
      'an image that was not built',
      'FROM scratch\nCOPY Dockerfile /\n',
      { images: ['127.0.0.1:1/b:1'] },
      /^failed to push/,
    ],
  ])('ends as FAILURE on %s', async (_what, dockerfile, more, detail) => {
    const { create, wait, upload, log } = await start();
    await upload(dockerfile);
    const build = await wait(await create(more));
    expect(build).toMatchObject({
      status: 'FAILURE',
      failureInfo: { detail: expect.stringMatching(detail) as string },
    });
    expect(await log(build)).toMatch(/ERROR: /);
  });

  it('cancels a build, lists builds by tag, and knows no others', async () => {
    const { client, create, wait, upload } = await start({ operationMs: 60_000 });
    await upload('FROM scratch\n');
    const { id = '' } = await create({ tags: ['a'] });
    await create({ tags: ['b'] });
    const [listed] = await client.listBuilds({ projectId, filter: 'tags="a"' }, once);
    expect(listed.map((each) => each.id)).toEqual([id]);
    await client.cancelBuild({ projectId, id: id ?? '' }, once);
    expect((await wait({ id })).status).toBe('CANCELLED');
    await expect(client.getBuild({ projectId, id: 'no' }, once)).rejects.toMatchObject({ code: 5 });
    await expect(create({ steps: [] })).rejects.toMatchObject({ code: 3 });
  });

  it('carries out faults', async () => {
    const { create } = await start({ faults: ['cloudbuild.CreateBuild:UNAVAILABLE:#1'] });
    await expect(create()).rejects.toMatchObject({ code: 14 });
    expect(await create()).toMatchObject({ projectId });
  });
});
