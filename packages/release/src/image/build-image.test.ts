import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRedactor } from '@seatrial/cli';
import { describe, expect, it } from 'vitest';
import { type EngineAnswer, startEngine } from '../testing/engine-server.js';
import { tempFolder } from '../testing/temp-folder.js';
import { buildImage } from './build-image.js';
import { createDocker } from './engine.js';

const ID = 'sha256:0011223344556677889900112233445566778899001122334455667788990011';
const REFERENCE = '127.0.0.1:5000/team/app:v1';

async function context(dockerfile = 'FROM scratch\n'): Promise<string> {
  const dir = await tempFolder();
  await writeFile(join(dir, 'Dockerfile'), dockerfile);
  await writeFile(join(dir, 'a.txt'), 'one');
  return dir;
}

const built: EngineAnswer = {
  events: [
    { stream: 'Step 1/1 : FROM scratch' },
    { stream: '\n' },
    { stream: ' ---> 00112233\n' },
    { aux: { ID } },
    { stream: 'Successfully built\n' },
  ],
};

describe(buildImage, () => {
  it('sends the context and gives back the id', async () => {
    const { docker, requests } = await startEngine(() => built);
    const lines: string[] = [];
    const request = {
      context: await context(),
      reference: REFERENCE,
      buildArgs: { BASE: 'x' },
      labels: { a: 'b' },
      target: 'prod',
    };
    expect(await buildImage(docker, request, { onLine: (line) => lines.push(line) })).toEqual({ imageId: ID });
    expect(lines).toEqual(['Step 1/1 : FROM scratch', ' ---> 00112233', 'Successfully built']);
    const [{ path, query, files } = { path: '', query: new URLSearchParams(), files: new Map() }] = requests;
    expect(path).toMatch(/\/build$/);
    expect(Object.fromEntries(files)).toEqual({ Dockerfile: 'FROM scratch\n', 'a.txt': 'one' });
    expect(Object.fromEntries(query)).toMatchObject({
      t: REFERENCE,
      dockerfile: 'Dockerfile',
      target: 'prod',
      buildargs: '{"BASE":"x"}',
      labels: '{"a":"b"}',
      forcerm: 'true',
    });
  });

  it('throws when a RUN fails, with its code and the last lines', async () => {
    const message = "The command '/bin/sh -c make' returned a non-zero code: 7";
    const steps = Array.from({ length: 80 }, (_, index) => ({ stream: `line ${index}\n` }));
    const { docker } = await startEngine(() => ({
      events: [...steps, { stream: 'make: no rule' }, { errorDetail: { code: 7, message }, error: message }],
    }));
    const error: unknown = await buildImage(docker, { context: await context(), reference: REFERENCE }).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({
      code: 'BUILD_FAILED',
      childExitCode: 7,
      infrastructure: false,
      message: `cannot build ${REFERENCE}: ${message}`,
    });
    const { detail } = error as { detail: string };
    expect(detail.split('\n')).toHaveLength(50);
    expect(detail.endsWith('line 79\nmake: no rule')).toBe(true);
  });

  it.each([
    [
      'a missing base image',
      { errorDetail: { message: 'pull access denied for no-such' }, error: 'pull access denied for no-such' },
    ],
    ['a missing file to copy', { error: 'COPY failed: no source files were specified' }],
    [
      'an error of BuildKit, without a code',
      { errorDetail: { message: 'process "/bin/sh -c false" did not complete' } },
    ],
  ])('throws on %s, told as an event', async (_what, event) => {
    const { docker } = await startEngine(() => ({ events: [{ stream: 'Step 1/2\n' }, event] }));
    const building = buildImage(docker, { context: await context(), reference: REFERENCE });
    await expect(building).rejects.toThrow(
      expect.objectContaining({ code: 'BUILD_FAILED', detail: 'Step 1/2' }) as Error,
    );
  });

  it.each([400, 500])('throws when the engine refuses the Dockerfile with %i', async (status) => {
    const { docker } = await startEngine(() => ({
      status,
      body: { message: 'dockerfile parse error line 2: unknown instruction: FORM' },
    }));
    const building = buildImage(docker, { context: await context(), reference: REFERENCE });
    await expect(building).rejects.toThrow(
      expect.objectContaining({
        code: 'BUILD_FAILED',
        httpStatus: status,
        message: `cannot build ${REFERENCE}: dockerfile parse error line 2: unknown instruction: FORM`,
      }) as Error,
    );
  });

  it('throws when the connection breaks off in the middle', async () => {
    const { docker } = await startEngine(() => ({ events: [{ stream: 'Step 1/2\n' }], cut: true }));
    const building = buildImage(docker, { context: await context(), reference: REFERENCE });
    await expect(building).rejects.toThrow(expect.objectContaining({ infrastructure: true }) as Error);
  });

  it('does not believe a stream that ends without an image', async () => {
    const { docker, requests } = await startEngine(({ path }) =>
      path.endsWith('/json') ? { status: 404, body: { message: 'No such image' } } : { events: [] },
    );
    const building = buildImage(docker, { context: await context(), reference: REFERENCE });
    await expect(building).rejects.toThrow(expect.objectContaining({ code: 'BUILD_FAILED' }) as Error);
    expect(requests).toHaveLength(2);
  });

  it('says that no engine answers', async () => {
    const docker = await createDocker({ host: 'unix:///no/such/docker.sock' });
    const building = buildImage(docker, { context: await context(), reference: REFERENCE });
    await expect(building).rejects.toThrow(
      expect.objectContaining({
        code: 'ENGINE_UNREACHABLE',
        infrastructure: true,
        hint: 'Start Docker, or set DOCKER_HOST to where it runs.',
      }) as Error,
    );
  });

  it('takes secrets out of what is streamed in pieces, and of what the error repeats', async () => {
    const redact = createRedactor(['ab\ncd\nef', 'correct-horse']);
    const streams = ['x a', 'b\nc', 'd\nef', '\ncorrect-', 'horse\n'];
    const { docker } = await startEngine(() => ({
      events: [...streams.map((stream) => ({ stream })), { error: 'no', errorDetail: { message: 'no' } }],
    }));
    const lines: string[] = [];
    const io = { onLine: (line: string) => lines.push(line), createFilter: () => redact.stream() };
    const building = buildImage(docker, { context: await context(), reference: REFERENCE }, io);
    await expect(building).rejects.toThrow(
      expect.objectContaining({ code: 'BUILD_FAILED', detail: 'x [redacted]\n[redacted]' }) as Error,
    );
    expect(lines).toEqual(['x [redacted]', '[redacted]']);
  });

  it('stops a build that hangs', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped by SIGTERM');
    const { docker } = await startEngine(() => ({ events: [{ stream: 'Step 1/2 : RUN sleep 1d\n' }], hang: true }));
    const io = { signal: controller.signal, onLine: () => controller.abort(reason) };
    await expect(buildImage(docker, { context: await context(), reference: REFERENCE }, io)).rejects.toBe(reason);
  });

  it.each([
    ['a missing folder', async () => ({ context: '/no/such/folder' }), 'CONTEXT_MISSING'],
    [
      'a missing Dockerfile',
      async () => ({ context: await context(), dockerfile: 'Dockerfile.prod' }),
      'DOCKERFILE_MISSING',
    ],
    ['a Dockerfile without FROM', async () => ({ context: await context('RUN true\n') }), 'BUILD_FAILED'],
    ['a name that is none', async () => ({ context: await context(), reference: 'Team/App' }), 'INVALID_OPTION'],
  ])('rejects %s before it asks the engine', async (_what, request, code) => {
    const { docker, requests } = await startEngine(() => built);
    const building = buildImage(docker, { reference: REFERENCE, ...(await request()) });
    await expect(building).rejects.toThrow(expect.objectContaining({ code }) as Error);
    expect(requests).toEqual([]);
  });

  it('tells a file of the context that cannot be read', async () => {
    const { docker } = await startEngine(() => built);
    const dir = await context();
    const broken = {
      ...docker,
      getImage: docker.getImage.bind(docker),
      ping: docker.ping.bind(docker),
      buildImage: async (packed: NodeJS.ReadableStream, options: Record<string, unknown>) => {
        (packed as unknown as { destroy(error: Error): void }).destroy(new Error('EIO: i/o error, read'));
        return docker.buildImage(packed, options);
      },
    };
    const building = buildImage(broken, { context: dir, reference: REFERENCE });
    await expect(building).rejects.toThrow(/cannot read the build context: EIO/);
    expect((await readdir(dir)).length).toBe(2);
  });
});
