import { describe, expect, it } from 'vitest';
import { startEngine } from '../testing/engine-server.js';
import { createDocker } from './engine.js';
import { pushImage, tagImage } from './push-image.js';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const NAME = '127.0.0.1:5000/team/app';

describe(pushImage, () => {
  it('gives back the digest and reports each state of a layer once', async () => {
    const { docker, requests } = await startEngine(() => ({
      events: [
        { status: `The push refers to repository [${NAME}]` },
        { status: 'Pushing', id: 'aa', progressDetail: { current: 1, total: 9 } },
        { status: 'Pushing', id: 'aa', progressDetail: { current: 9, total: 9 } },
        { status: 'Pushed', id: 'aa' },
        { progressDetail: {}, aux: { Tag: 'v1', Digest: DIGEST, Size: 528 } },
      ],
    }));
    const lines: string[] = [];
    expect(await pushImage(docker, `${NAME}:v1`, { onLine: (line) => lines.push(line) })).toEqual({ digest: DIGEST });
    expect(lines).toEqual([`The push refers to repository [${NAME}]`, 'aa: Pushing', 'aa: Pushed']);
    expect(requests[0]?.path).toContain('/push');
    expect(requests[0]?.query.get('tag')).toBe('v1');
  });

  it('sends credentials in the header, an empty object for none', async () => {
    const { docker, requests } = await startEngine(() => ({ events: [{ aux: { Digest: DIGEST } }] }));
    await pushImage(docker, `${NAME}:v1`);
    await pushImage(docker, `${NAME}:v1`, { auth: { username: 'u', password: 'p' } });
    const sent = requests.map(
      ({ headers }) => JSON.parse(Buffer.from(String(headers['x-registry-auth']), 'base64').toString()) as unknown,
    );
    expect(sent).toEqual([{}, { username: 'u', password: 'p' }]);
    expect(requests.map(({ query }) => query.toString()).join()).not.toContain('password');
  });

  it.each([
    ['denied: requested access to the resource is denied', 'DENIED'],
    ['unauthorized: authentication required', 'DENIED'],
    ['Get "http://127.0.0.1:5000/v2/": dial tcp 127.0.0.1:5000: connect: connection refused', 'PUSH_FAILED'],
    ['An image does not exist locally with the tag: 127.0.0.1:5000/team/app', 'PUSH_FAILED'],
  ])('throws on %j, told as an event', async (message, code) => {
    const { docker } = await startEngine(() => ({ events: [{ errorDetail: { message }, error: message }] }));
    await expect(pushImage(docker, `${NAME}:v1`)).rejects.toThrow(
      expect.objectContaining({ code, infrastructure: true, message: `cannot push ${NAME}:v1: ${message}` }) as Error,
    );
  });

  it('asks the engine for the digest where the stream has none', async () => {
    const inspected = { Id: 'sha256:1', RepoDigests: [`other@sha256:${'0'.repeat(64)}`, `${NAME}@${DIGEST}`] };
    const { docker } = await startEngine(({ path }) =>
      path.endsWith('/json') ? { status: 200, body: inspected } : { events: [] },
    );
    expect(await pushImage(docker, `${NAME}:v1`)).toEqual({ digest: DIGEST });
  });

  it('does not believe a push without any digest', async () => {
    const { docker } = await startEngine(({ path }) =>
      path.endsWith('/json') ? { status: 200, body: { Id: 'sha256:1', RepoDigests: null } } : { events: [] },
    );
    await expect(pushImage(docker, `${NAME}:v1`)).rejects.toThrow(/the registry told no digest/);
  });

  it('rejects an image without a tag', async () => {
    const docker = await createDocker({ host: 'unix:///no/such/docker.sock' });
    await expect(pushImage(docker, NAME)).rejects.toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }) as Error);
  });

  it('gives up on a push that nothing is heard of, with an error that is worth another try', async () => {
    const { docker, requests } = await startEngine(() => ({ events: [{ status: 'Pushing', id: 'aa' }], hang: true }));
    await expect(pushImage(docker, `${NAME}:v1`, { silenceMs: 60 })).rejects.toMatchObject({
      code: 'PUSH_FAILED',
      message: `cannot push ${NAME}:v1: timed out: the engine told nothing for 0.06 s`,
    });
    expect(requests).toHaveLength(1);
  });

  it('is stopped by its signal', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped by SIGTERM');
    const { docker } = await startEngine(() => ({ events: [{ status: 'Pushing', id: 'aa' }], hang: true }));
    const pushing = pushImage(docker, `${NAME}:v1`, {
      signal: controller.signal,
      onLine: () => controller.abort(reason),
    });
    await expect(pushing).rejects.toBe(reason);
  });
});

describe(tagImage, () => {
  it('says which image is missing', async () => {
    const { docker } = await startEngine(() => ({ status: 404, body: { message: 'No such image: a:v1' } }));
    await expect(tagImage(docker, 'a:v1', 'a:latest')).rejects.toThrow(
      'cannot tag a:v1 as a:latest: No such image: a:v1',
    );
  });
});
