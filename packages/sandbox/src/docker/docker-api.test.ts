import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import Docker from 'dockerode';
import type { Header } from 'tar-stream';
import { extract, pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.js';
import type { Listening } from '../http/listen.js';
import { serveApp } from '../http/listen.js';
import { createBlobStore } from '../registry/blob-store.js';
import type { ContainerConfig } from '../registry/image-config.js';
import { createImageStore } from '../registry/image-store.js';
import type { Registry } from '../registry/registry-api.js';
import { createRegistry } from '../registry/registry-api.js';
import { createDockerApi } from './docker-api.js';

let dir: string;
let registry: Registry;
let host: string;
let docker: Docker;
const servers: Listening[] = [];
const hostNode = { version: '20.20.2', arch: 'x64' };

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'seatrial-docker-test-'));
  registry = createRegistry(await createBlobStore(join(dir, 'registry')));
  const registryServer = await serveApp(registry.app, { port: 0, what: 'registry' });
  host = `127.0.0.1:${registryServer.port}`;
  const api = await createDockerApi({ dir: join(dir, 'docker'), clock: systemClock, hostNode });
  const server = await serveApp(api.app, { port: 0, what: 'docker' });
  docker = new Docker({ protocol: 'http', host: '127.0.0.1', port: server.port });
  servers.push(server, registryServer);
});

afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await registry.close();
  await rm(dir, { recursive: true });
});

type Files = Readonly<Record<string, string | Buffer | Partial<Header>>>;
interface Message {
  readonly stream?: string;
  readonly aux?: { readonly ID?: string; readonly Digest?: string };
  readonly error?: string;
  readonly errorDetail?: { readonly message: string };
}

function tar(files: Files): Readable {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) {
    const mtime = new Date('2026-01-02T03:04:05Z');
    if (typeof content === 'string' || Buffer.isBuffer(content)) archive.entry({ name, mtime }, content);
    else archive.entry({ name, mtime, ...content });
  }
  archive.finalize();
  return archive as unknown as Readable;
}

function follow(stream: NodeJS.ReadableStream): Promise<Message[]> {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (cause, messages) => (cause ? reject(cause) : resolve(messages)));
  });
}

async function run(dockerfile: string, files: Files = {}, options: Docker.ImageBuildOptions = {}): Promise<Message[]> {
  return follow(await docker.buildImage(tar({ Dockerfile: dockerfile, ...files }), options));
}

async function buildOk(
  ...request: Parameters<typeof run>
): Promise<{ id: string; messages: Message[]; config: ContainerConfig }> {
  const messages = await run(...request);
  const id = messages.find((message) => message.aux?.ID !== undefined)?.aux?.ID;
  if (id === undefined) throw new Error(`build failed: ${JSON.stringify(messages.at(-1))}`);
  const { Config } = await docker.getImage(id).inspect();
  return { id, messages, config: Config as unknown as ContainerConfig };
}

async function failure(...request: Parameters<typeof run>): Promise<string | undefined> {
  return (await run(...request)).at(-1)?.errorDetail?.message;
}

/** Files of an image by path: `mode uid:gid content`. */
async function filesOf(name: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const outer = extract();
  ((await docker.getImage(name).get()) as NodeJS.ReadableStream).pipe(outer as unknown as NodeJS.WritableStream);
  for await (const layer of outer) {
    if (!layer.header.name.endsWith('layer.tar')) {
      layer.resume();
      continue;
    }
    const inner = extract();
    layer.pipe(inner);
    for await (const { header, ...rest } of inner as AsyncIterable<{ header: Header } & Readable>) {
      void rest;
      found[header.name] = '';
    }
  }
  return found;
}

describe('building with dockerode', () => {
  it('streams steps, gives the id and tags', async () => {
    const { id, messages } = await buildOk('FROM scratch\nCOPY a /a\nCMD ["/a"]\n', { a: 'A' }, { t: 'trial:v1' });
    const text = messages.map((message) => message.stream ?? '').join('');
    expect(text).toMatch(
      /^Step 1\/3 : FROM scratch\n ---> \nStep 2\/3 : COPY a \/a\n ---> [0-9a-f]{12}\nStep 3\/3 : CMD \["\/a"\]\n/,
    );
    expect(text).toContain(`Successfully built ${id.slice(7, 19)}\nSuccessfully tagged trial:v1\n`);
    expect((await docker.getImage('trial:v1').inspect()).Id).toBe(id);
  });

  it('gives the same image for the same context', async () => {
    const dockerfile = 'FROM node:22-slim\nWORKDIR /app\nCOPY . .\n';
    const first = await buildOk(dockerfile, { 'a.js': '1', 'lib/b.js': '2' });
    expect((await buildOk(dockerfile, { 'a.js': '1', 'lib/b.js': '2' })).id).toBe(first.id);
    expect((await buildOk(dockerfile, { 'a.js': '1', 'lib/b.js': '3' })).id).not.toBe(first.id);
  });

  it('sets everything an image can say', async () => {
    const { config } = await buildOk(
      [
        '# syntax=docker/dockerfile:1',
        'ARG BASE=node:20',
        'FROM ${BASE} AS base',
        'ARG GREETING=hello',
        'ENV GREETING=$GREETING NAME="big world" \\',
        '    THIRD=3',
        'ENV OLD form of it',
        'LABEL a=1 b="two words"',
        'WORKDIR /srv',
        'WORKDIR app',
        'USER 1000:1000',
        'EXPOSE 80 443/tcp 53/udp',
        'VOLUME /data /cache',
        'STOPSIGNAL SIGINT',
        'SHELL ["/bin/bash", "-c"]',
        'HEALTHCHECK --interval=5s --retries=2 CMD curl localhost',
        'ENTRYPOINT ["node"]',
        'CMD ["${GREETING}"]',
      ].join('\n'),
      {},
      { buildargs: { GREETING: 'hi' }, labels: { run: 'r1' } },
    );
    expect(config).toMatchObject({
      Env: [
        expect.stringMatching(/^PATH=/),
        'NODE_VERSION=20.20.2',
        'GREETING=hi',
        'NAME=big world',
        'THIRD=3',
        'OLD=form of it',
      ],
      Labels: { a: '1', b: 'two words', run: 'r1', 'dev.seatrial.sandbox.host-node': 'true' },
      WorkingDir: '/srv/app',
      User: '1000:1000',
      ExposedPorts: { '80/tcp': {}, '443/tcp': {}, '53/udp': {} },
      Volumes: { '/data': {}, '/cache': {} },
      StopSignal: 'SIGINT',
      Healthcheck: { Test: ['CMD', '/bin/bash', '-c', 'curl localhost'], Interval: 5e9, Retries: 2 },
      Entrypoint: ['node'],
      Cmd: ['${GREETING}'],
    });
  });

  it('drops the command of the base with a new entrypoint, and wraps shell form', async () => {
    expect((await buildOk('FROM node:20\nENTRYPOINT ["x"]')).config).toMatchObject({ Entrypoint: ['x'], Cmd: null });
    expect((await buildOk('FROM node:20\nCMD a b')).config).toMatchObject({ Cmd: ['/bin/sh', '-c', 'a b'] });
  });

  const tree = { 'a.txt': 'a', 'b.txt': 'b', 'c.md': 'c', 'src/x.js': 'x', 'src/deep/y.js': 'y', '.hidden': 'h' };
  it.each([
    ['COPY a.txt /x', ['x']],
    ['COPY a.txt /x/', ['x/', 'x/a.txt']],
    ['COPY *.txt /x/', ['x/', 'x/a.txt', 'x/b.txt']],
    ['COPY ["a.txt", "c.md", "/x/"]', ['x/', 'x/a.txt', 'x/c.md']],
    ['COPY src /x', ['x/', 'x/deep/', 'x/deep/y.js', 'x/x.js']],
    ['COPY src/ ./', ['deep/', 'deep/y.js', 'x.js']],
    ['COPY s?c/x.js /x', ['x']],
    [
      'COPY . /x/',
      [
        'x/',
        'x/.hidden',
        'x/Dockerfile',
        'x/a.txt',
        'x/b.txt',
        'x/c.md',
        'x/src/',
        'x/src/deep/',
        'x/src/deep/y.js',
        'x/src/x.js',
      ],
    ],
  ])('%s', async (copy, expected) => {
    const { id } = await buildOk(`FROM scratch\n${copy}\n`, tree);
    expect(Object.keys(await filesOf(id)).sort()).toEqual(expected);
  });

  it('copies between stages, with owners, up to the target', async () => {
    const dockerfile = [
      'FROM scratch AS one',
      'COPY a.txt /out/a.txt',
      'FROM scratch AS two',
      'COPY --from=one --chown=10:20 /out /got',
      'FROM two AS three',
      'COPY --from=0 /out/a.txt /again',
    ].join('\n');
    expect(Object.keys(await filesOf((await buildOk(dockerfile, tree)).id)).sort()).toEqual([
      'again',
      'got/',
      'got/a.txt',
    ]);
    const { id } = await buildOk(dockerfile, tree, { target: 'two' });
    expect(Object.keys(await filesOf(id)).sort()).toEqual(['got/', 'got/a.txt']);
  });

  it('unpacks archives with ADD, not with COPY', async () => {
    const archive = gzipSync(await buffer(tar({ 'in/side': 's' })));
    expect(
      Object.keys(await filesOf((await buildOk('FROM scratch\nADD a.tgz /x/', { 'a.tgz': archive })).id)).sort(),
    ).toEqual(['x/', 'x/in/', 'x/in/side']);
    expect(
      Object.keys(await filesOf((await buildOk('FROM scratch\nCOPY a.tgz /x/', { 'a.tgz': archive })).id)).sort(),
    ).toEqual(['x/', 'x/a.tgz']);
  });

  it('leaves out Dockerfile and .dockerignore when they are ignored, as the engine', async () => {
    const { id } = await buildOk('FROM scratch\nCOPY . /', { '.dockerignore': 'Docker*\n.dockerignore\n', a: 'a' });
    expect(Object.keys(await filesOf(id))).toEqual(['a']);
  });

  it('takes a packed context and another Dockerfile', async () => {
    const context = gzipSync(await buffer(tar({ 'deploy/Dockerfile.x': 'FROM scratch\nCOPY a /\n', a: 'a' })));
    const { Readable } = await import('node:stream');
    const messages = await follow(
      await docker.buildImage(Readable.from([context]), { dockerfile: 'deploy/Dockerfile.x' }),
    );
    expect(messages.some((message) => message.aux?.ID !== undefined)).toBe(true);
  });

  it('runs what a base left to be run on build', async () => {
    await buildOk('FROM scratch\nONBUILD COPY a /from-trigger\nONBUILD ENV T=1', {}, { t: 'onbuild:1' });
    const { id, config } = await buildOk('FROM onbuild:1\n', { a: 'a' });
    expect(config).toMatchObject({ Env: ['T=1'] });
    expect(config.OnBuild ?? null).toBeNull();
    expect(Object.keys(await filesOf(id))).toEqual(['from-trigger']);
  });

  it.each([
    ['RUN', 'FROM node:20\nRUN npm ci', /^RUN needs a real Docker Engine.*line 2: RUN npm ci/],
    [
      'a missing source',
      'FROM scratch\nCOPY nope /',
      /^COPY failed: file not found in build context or excluded by \.dockerignore: stat nope: file does not exist$/,
    ],
    ['a pattern without a match', 'FROM scratch\nCOPY *.zip /', /^COPY failed: no source files were specified$/],
    ['a source outside', 'FROM scratch\nCOPY ../x /', /^COPY failed: forbidden path outside the build context/],
    [
      'several sources into a file',
      'FROM scratch\nCOPY Dockerfile Dockerfile /x',
      /must be a directory and end with a \/$/,
    ],
    ['a base from outside', 'FROM busybox', /^pull access denied for busybox, repository does not exist/],
    ['an unknown stage', 'FROM scratch\nCOPY --from=nope /a /', /^invalid from flag value nope: pull access denied/],
    ['ADD from outside', 'FROM scratch\nADD https://example.com/x /', /fetches nothing from outside/],
  ])('ends the stream in an error for %s', async (_what, dockerfile, message) => {
    expect(await failure(dockerfile)).toMatch(message);
  });

  it('tells that the registry has no such base', async () => {
    expect(await failure(`FROM ${host}/none:v1`)).toBe(
      `manifest for ${host}/none:v1 not found: manifest unknown: manifest unknown`,
    );
  });

  it.each([
    [
      'an unknown instruction',
      'FROM scratch\n\nFETCH x',
      {},
      400,
      'dockerfile parse error line 3: unknown instruction: FETCH',
    ],
    ['an unknown flag', 'FROM scratch\nCOPY --fast a /', {}, 400, 'dockerfile parse error line 2: unknown flag: fast'],
    ['no stage', 'ENV a=b', {}, 400, 'no build stage in current context'],
    [
      'no Dockerfile of that name',
      'FROM scratch',
      { dockerfile: 'Other' },
      500,
      'Cannot locate specified Dockerfile: Other',
    ],
    ['a bad tag', 'FROM scratch', { t: 'Bad' }, 500, 'invalid reference format'],
  ])('refuses %s before it streams', async (_what, dockerfile, options, statusCode, message) => {
    await expect(run(dockerfile, {}, options)).rejects.toMatchObject({
      statusCode,
      message: expect.stringContaining(message),
    });
  });

  it('refuses BuildKit', async () => {
    const reply = await fetch(`http://127.0.0.1:${servers[0]?.port}/v1.41/build?version=2`, { method: 'POST' });
    expect([reply.status, await reply.json()]).toMatchObject([400, { message: expect.stringContaining('BuildKit') }]);
  });

  it('warns of build arguments that nobody takes', async () => {
    const { messages } = await buildOk('FROM scratch', {}, { buildargs: { UNUSED: '1' } });
    expect(messages.map((message) => message.stream)).toContain(
      '[Warning] One or more build-args [UNUSED] were not consumed\n',
    );
  });

  it('leaves no context behind', async () => {
    await buildOk('FROM scratch\nCOPY a /', { a: 'a' });
    await failure('FROM scratch\nCOPY nope /');
    await expect.poll(() => readdir(join(dir, 'docker'))).toEqual(['layers', 'packed']);
  });
});

describe('pushing with dockerode', () => {
  it('pushes, gives the digest, and the nodes can unpack what was pushed', async () => {
    const name = `${host}/seatrial/app`;
    await buildOk(
      'FROM node:22\nWORKDIR /app\nCOPY main.js .\nCMD ["node", "main.js"]',
      { 'main.js': 'ok' },
      { t: `${name}:v1` },
    );
    const messages = await follow(
      await docker.getImage(name).push({ tag: 'v1', authconfig: { username: '', password: '', serveraddress: '' } }),
    );
    const digest = messages.find((message) => message.aux?.Digest !== undefined)?.aux?.Digest;
    expect(messages.at(-1)).toMatchObject({ aux: { Tag: 'v1', Digest: digest } });
    expect((await docker.getImage(`${name}:v1`).inspect()).RepoDigests).toEqual([`${name}@${digest}`]);
    const store = createImageStore(registry, { hosts: [host], hostNode });
    for (const reference of [`${name}:v1`, `${name}@${digest}`]) {
      const image = await store.find(reference);
      expect(image).toMatchObject({ node: true, digest, config: { config: { Cmd: ['node', 'main.js'] } } });
      const root = await mkdtemp(join(dir, 'root-'));
      await image?.unpack(root);
      expect(await readFile(join(root, 'app/main.js'), 'utf8')).toBe('ok');
    }
    expect(await store.find(`${name}:none`)).toBeUndefined();
    expect(await store.find('gcr.io/seatrial/app:v1')).toBeUndefined();
  });

  it('pulls again what was removed, also as a base', async () => {
    const name = `${host}/seatrial/base`;
    const { id } = await buildOk('FROM scratch\nCOPY a /a', { a: 'a' }, { t: `${name}:v1` });
    await follow(
      await docker.getImage(`${name}:v1`).push({ authconfig: { username: '', password: '', serveraddress: '' } }),
    );
    await docker.getImage(`${name}:v1`).remove();
    await expect(docker.getImage(id).inspect()).rejects.toMatchObject({ statusCode: 404 });
    await follow(await docker.pull(`${name}:v1`));
    expect((await docker.getImage(`${name}:v1`).inspect()).Id).toBe(id);
    await docker.getImage(`${name}:v1`).remove();
    expect(Object.keys(await filesOf((await buildOk(`FROM ${name}:v1\nCOPY b /b`, { b: 'b' })).id)).sort()).toEqual([
      'a',
      'b',
    ]);
  });

  it.each([
    ['an image that is not there', () => `${host}/none:v1`, /^An image does not exist locally with the tag/],
    ['a registry that is not there', () => '127.0.0.1:2/x:v1', /connection refused$/],
    ['a registry that is not on loopback', () => 'gcr.io/p/x:v1', /on loopback only/],
  ])('ends the stream in an error for %s', async (_what, name, message) => {
    await buildOk('FROM scratch\nCOPY a /a', { a: 'a' }, { t: '127.0.0.1:2/x:v1' });
    await docker.getImage('127.0.0.1:2/x:v1').tag({ repo: 'gcr.io/p/x', tag: 'v1' });
    const messages = await follow(
      await docker.getImage(name()).push({ authconfig: { username: '', password: '', serveraddress: '' } }),
    );
    expect(messages.at(-1)?.errorDetail?.message).toMatch(message);
  });

  it('wants credentials, even empty ones', async () => {
    await expect(docker.getImage(`${host}/x:v1`).push({})).rejects.toMatchObject({ statusCode: 400 });
  });

  it('answers 404 to a pull of what is missing', async () => {
    await expect(docker.pull(`${host}/none:v1`)).rejects.toMatchObject({ statusCode: 404 });
    await expect(docker.pull('busybox')).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe('the rest of the Engine API', () => {
  it('answers ping, version and info', async () => {
    expect(String(await docker.ping())).toBe('OK');
    expect(await docker.version()).toMatchObject({ ApiVersion: '1.41' });
    expect(await docker.info()).toMatchObject({ OperatingSystem: 'Seatrial sandbox' });
  });

  it('tags, lists, tells history and removes', async () => {
    const { id } = await buildOk('FROM scratch\nLABEL kind=listed\nCOPY a /', { a: 'listed' }, { t: 'listed:1' });
    await docker.getImage('listed:1').tag({ repo: 'listed', tag: '2' });
    const list = await docker.listImages({ filters: { label: ['kind=listed'] } });
    expect(list.map((image) => image.RepoTags)).toEqual([['listed:1', 'listed:2']]);
    const history = (await docker.getImage(id).history()) as { CreatedBy: string }[];
    expect(history.map((entry) => entry.CreatedBy)).toEqual([
      '/bin/sh -c #(nop) COPY a /',
      '/bin/sh -c #(nop)  LABEL kind=listed',
    ]);
    expect(await docker.getImage('listed:1').remove()).toEqual([{ Untagged: 'listed:1' }]);
    await docker.getImage('listed:2').remove();
    await expect(docker.getImage(id).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  it('runs no containers and says why', async () => {
    await buildOk('FROM scratch', {}, { t: 'run:1' });
    await expect(docker.createContainer({ Image: 'nope' })).rejects.toMatchObject({ statusCode: 404 });
    await expect(docker.createContainer({ Image: 'run:1' })).rejects.toMatchObject({
      statusCode: 501,
      json: { message: expect.stringContaining('real Docker Engine') },
    });
  });

  it('has nothing that docker exec could enter, and says so as the engine does', async () => {
    const exec = docker.getContainer('nope').exec({ Cmd: ['sh'], AttachStdout: true });
    const message = 'No such container: nope';
    await expect(exec).rejects.toMatchObject({ statusCode: 404, json: { message } });
    const none = { statusCode: 404, json: { message: 'No such exec instance: e1' } };
    await expect(docker.getExec('e1').inspect()).rejects.toMatchObject(none);
    for (const options of [{}, { hijack: true, stdin: true }]) {
      await expect(docker.getExec('e1').start(options)).rejects.toMatchObject({ statusCode: 404 });
    }
  });
});
