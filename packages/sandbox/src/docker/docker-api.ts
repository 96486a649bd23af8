import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from 'hono';
import { Hono } from 'hono';
import type { Clock } from '../clock.js';
import type { NodeEnv } from '../http/bindings.js';
import { streamBody } from '../http/bindings.js';
import type { FetchApp } from '../http/listen.js';
import { createBlobStore } from '../registry/blob-store.js';
import type { HostNode } from '../registry/image-config.js';
import { architectureOf, hostNodeConfig } from '../registry/image-config.js';
import type { ImageReference } from '../registry/reference.js';
import { familiarName, findReference, isLoopback } from '../registry/reference.js';
import { cleanPath } from '../registry/unpack-layer.js';
import { build } from './builder.js';
import { DockerError } from './docker-error.js';
import { parseDockerfile } from './dockerfile.js';
import type { FileTree } from './file-tree.js';
import { readTar, removePath } from './file-tree.js';
import { isIgnored } from './go-pattern.js';
import { saveImages } from './image-archive.js';
import { imageHistory, inspectImage, listImages } from './image-answers.js';
import type { ImageTable, LocalImage } from './image-table.js';
import { createImageTable, tagName } from './image-table.js';
import { API_VERSION, MIN_API_VERSION, streamMessages } from './message-stream.js';
import { isTrue, readAuth, readMap } from './query-values.js';
import type { PackedLayers, Progress } from './registry-client.js';
import { pullImage, pushImage } from './registry-client.js';

/** What answers in place of a Docker Engine. */
export interface DockerApi {
  readonly app: FetchApp;
  readonly images: ImageTable;
}

type Call = Context<NodeEnv>;

/**
 * The image side of the Docker Engine API: build, tag, push, pull, inspect. Nothing is executed, so RUN and containers are
 * refused.
 *
 * @param options.dir Folder for layers and contexts, made.
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/
 */
export async function createDockerApi(options: {
  readonly dir: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly hostNode: HostNode;
}): Promise<DockerApi> {
  const { dir, clock, hostNode } = options;
  const architecture = architectureOf(hostNode.arch);
  const images = createImageTable(await createBlobStore(join(dir, 'layers')), clock);
  const packed = await createBlobStore(join(dir, 'packed'));
  const packedLayers: PackedLayers = new Map();
  const started = clock.now();
  const app = new Hono<NodeEnv>();

  app.use(async (context, next) => {
    await next();
    context.res.headers.set('api-version', API_VERSION);
    context.res.headers.set('ostype', 'linux');
    context.res.headers.set('server', 'Docker/20.10.24 (seatrial-sandbox)');
  });
  app.onError((error, context) => {
    const status = error instanceof DockerError ? error.status : 500;
    return context.json({ message: error.message }, status);
  });
  app.notFound((context) => context.json({ message: 'page not found' }, 404));

  app.all('*', (context) => {
    const url = new URL(context.req.url);
    const path = decodeURIComponent(url.pathname).replace(/^\/v\d+\.\d+(?=\/)/, '');
    const { method } = context.req;
    if (path === '/_ping') return ping();
    const route = `${method === 'HEAD' ? 'GET' : method} ${path}`;
    if (route === 'GET /version') return Response.json(version());
    if (route === 'GET /info') return Response.json(info());
    if (route === 'POST /auth') return Response.json({ Status: 'Login Succeeded', IdentityToken: '' });
    if (route === 'POST /build') return buildImage(context, url.searchParams);
    if (route === 'POST /build/prune') return Response.json({ CachesDeleted: null, SpaceReclaimed: 0 });
    if (route === 'GET /images/json') return Response.json(listImages(images, url.searchParams));
    if (route === 'POST /images/create') return pull(context, url.searchParams);
    if (route === 'POST /images/prune') return Response.json({ ImagesDeleted: null, SpaceReclaimed: 0 });
    if (route === 'GET /images/get') return save(url.searchParams.getAll('names'));
    if (route === 'GET /containers/json' || route === 'GET /networks') return Response.json([]);
    if (route === 'GET /volumes') return Response.json({ Volumes: [], Warnings: null });
    if (route === 'POST /containers/create') return refuseContainer(context);
    const image = /^\/images\/(?<name>.+?)(?:\/(?<action>json|history|tag|push|get))?$/.exec(path)?.groups;
    if (image?.['name'] !== undefined) return answerImage(context, image['name'], image['action'], url.searchParams);
    const container = /^\/containers\/(?<id>[^/]+)/.exec(path)?.groups?.['id'];
    if (container !== undefined) throw new DockerError(404, `No such container: ${container}`);
    const exec = /^\/exec\/(?<id>[^/]+)/.exec(path)?.groups?.['id'];
    if (exec !== undefined) throw new DockerError(404, `No such exec instance: ${exec}`);
    return context.notFound();
  });

  function ping(): Response {
    // Builder-Version 1 keeps clients with the classic builder.
    return new Response('OK', {
      headers: {
        'builder-version': '1',
        'docker-experimental': 'false',
        'cache-control': 'no-cache',
        'content-type': 'text/plain; charset=utf-8',
      },
    });
  }

  function version() {
    return {
      Platform: { Name: 'Seatrial sandbox: builds without RUN, no containers' },
      Version: '20.10.24',
      ApiVersion: API_VERSION,
      MinAPIVersion: MIN_API_VERSION,
      GitCommit: 'sandbox',
      GoVersion: '',
      Os: 'linux',
      Arch: architecture,
      KernelVersion: '',
      BuildTime: new Date(started).toISOString(),
      Components: [
        {
          Name: 'Engine',
          Version: '20.10.24',
          Details: { ApiVersion: API_VERSION, MinAPIVersion: MIN_API_VERSION, Os: 'linux', Arch: architecture },
        },
      ],
    };
  }

  function info() {
    return {
      ID: 'seatrial-sandbox',
      Name: 'seatrial-sandbox',
      Containers: 0,
      ContainersRunning: 0,
      ContainersPaused: 0,
      ContainersStopped: 0,
      Images: images.list().length,
      Driver: 'sandbox',
      ServerVersion: '20.10.24',
      OperatingSystem: 'Seatrial sandbox',
      OSType: 'linux',
      Architecture: architecture,
      DockerRootDir: dir,
      IndexServerAddress: 'https://index.docker.io/v1/',
      RegistryConfig: { InsecureRegistryCIDRs: ['127.0.0.0/8'], IndexConfigs: {}, Mirrors: [] },
      Labels: ['dev.seatrial.sandbox=true'],
      ExperimentalBuild: false,
      Swarm: { LocalNodeState: 'inactive' },
      Warnings: ["This is the sandbox's stand-in: RUN and containers need a real Docker Engine."],
    };
  }

  async function refuseContainer(context: Call): Promise<Response> {
    const { Image = '' } = (await context.req.json()) as { Image?: string };
    images.get(Image);
    throw new DockerError(501, "containers need a real Docker Engine: the sandbox's stand-in executes nothing");
  }

  async function buildImage(context: Call, query: URLSearchParams): Promise<Response> {
    if (query.get('version') === '2') {
      throw new DockerError(
        400,
        "the sandbox's Docker stand-in has no BuildKit: leave version out, or set DOCKER_BUILDKIT=0",
      );
    }
    if (query.get('remote'))
      throw new DockerError(400, "the sandbox's Docker stand-in takes the build context from the request only");
    const tags = query
      .getAll('t')
      .filter((tag) => tag !== '')
      .map((tag) => {
        const name = tagName(tag);
        if (name === undefined || tag.includes('@')) throw new DockerError(500, `invalid reference format`);
        return name;
      });
    const buildArgs = readMap(query.get('buildargs'), 'buildargs');
    const labels = readMap(query.get('labels'), 'labels') as Record<string, string>;
    const work = join(dir, `build-${randomUUID()}`);
    await mkdir(work, { recursive: true });
    const clean = () => rm(work, { recursive: true, force: true });
    try {
      const tree: FileTree = new Map();
      await readTar(context.env.incoming, tree, { dir: work, whiteouts: false }).catch((cause: Error) => {
        throw new DockerError(500, `Error processing tar file(${cause.message})`);
      });
      const path = cleanPath(query.get('dockerfile') || 'Dockerfile');
      const file = tree.get(path);
      if (file?.content === undefined) throw new DockerError(500, `Cannot locate specified Dockerfile: ${path}`);
      const text = await readFile(file.content, 'utf8');
      if (text.trim() === '') throw new DockerError(500, `the Dockerfile (${path}) cannot be empty`);
      const dockerfile = await parseDockerfile(text);
      await dropIgnored(tree, path);
      const signal = signalOf(context);
      return streamMessages(async (emit) => {
        try {
          const line = (stream: string) => emit({ stream });
          const image = await build(images, {
            dockerfile,
            context: tree,
            dir: work,
            buildArgs,
            labels,
            target: query.get('target') ?? undefined,
            architecture,
            findImage: (reference) => findBase(reference, { emit, signal, pull: isTrue(query.get('pull')) }),
            emit: query.get('q') && isTrue(query.get('q')) ? () => undefined : line,
            signal,
          });
          await images.add(image.bytes);
          emit({ aux: { ID: image.id } });
          if (isTrue(query.get('q'))) return line(`${image.id}\n`);
          line(`Successfully built ${image.id.slice(7, 19)}\n`);
          for (const tag of tags) {
            images.tag(tag, image.id);
            line(`Successfully tagged ${tag}\n`);
          }
        } finally {
          await clean();
        }
      });
    } catch (cause) {
      await clean();
      throw cause;
    }
  }

  /** As the engine does: clients leave ignored files out themselves, but must send these two. */
  async function dropIgnored(tree: FileTree, dockerfile: string): Promise<void> {
    const file = tree.get('.dockerignore')?.content;
    if (file === undefined) return;
    const text = await readFile(file, 'utf8');
    for (const path of ['.dockerignore', dockerfile]) if (isIgnored(text, path)) removePath(tree, path);
  }

  async function findBase(
    reference: string,
    {
      emit,
      signal,
      pull: always,
    }: { readonly emit: (message: Progress) => void; readonly signal: AbortSignal; readonly pull: boolean },
  ): Promise<LocalImage> {
    const found = findReference(reference);
    const local = images.find(reference);
    if (local !== undefined && !always) return local;
    if (found === undefined) throw new DockerError(400, 'invalid reference format');
    const { host, repository } = found;
    if (host === 'docker.io' && repository === 'library/node') {
      return local ?? images.add(JSON.stringify(hostNodeConfig(hostNode)));
    }
    if (isLoopback(host)) return (await pullImage(found, { ...transfer(emit, signal), architecture })).image;
    throw new DockerError(404, denied(found));
  }

  function denied(reference: ImageReference): string {
    return `pull access denied for ${familiarName(reference)}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied (the sandbox's Docker stand-in has scratch, node:<tag> and what is in the sandbox's registry; use a real Docker Engine for other images)`;
  }

  function transfer(emit: (message: Progress) => void, signal: AbortSignal, authorization?: string) {
    return { table: images, packed, packedLayers, emit, signal, authorization };
  }

  function answerImage(
    context: Call,
    name: string,
    action: string | undefined,
    query: URLSearchParams,
  ): Response | Promise<Response> {
    const { method } = context.req;
    if (method === 'POST' && action === 'push') return push(context, name, query.get('tag') || undefined);
    if (method === 'POST' && action === 'tag') return tag(name, query);
    if (method === 'DELETE' && action === undefined) return remove(name, isTrue(query.get('force')));
    if (method !== 'GET') return context.notFound() as Response;
    if (action === 'json') return Response.json(inspectImage(images, images.get(name)));
    if (action === 'history') return Response.json(imageHistory(images, images.get(name)));
    if (action === 'get') return save([name]);
    return context.notFound() as Response;
  }

  async function remove(name: string, force: boolean): Promise<Response> {
    return Response.json(await images.remove(name, { force }));
  }

  function tag(name: string, query: URLSearchParams): Response {
    const { id } = images.get(name);
    const repo = query.get('repo') ?? '';
    const target = tagName(query.get('tag') ? `${repo}:${query.get('tag')}` : repo);
    if (target === undefined || repo.includes('@')) throw new DockerError(400, 'invalid reference format');
    images.tag(target, id);
    return new Response(null, { status: 201 });
  }

  function push(context: Call, name: string, tagged: string | undefined): Response {
    const header = context.req.header('x-registry-auth');
    if (header === undefined) {
      throw new DockerError(400, 'Bad parameters and missing X-Registry-Auth: EOF');
    }
    const authorization = readAuth(header);
    const reference = findReference(tagged === undefined ? name : `${name}:${tagged}`);
    if (reference === undefined) throw new DockerError(400, 'invalid reference format');
    const repository = familiarName(reference);
    const hasTag = tagged !== undefined || /:[^/]+$/.test(name);
    const signal = signalOf(context);
    return streamMessages(async (emit) => {
      emit({ status: `The push refers to repository [${reference.host}/${reference.repository}]` });
      const all = images.list().flatMap((image) => images.tagsOf(image.id).map((full) => ({ full, image })));
      const chosen = all.filter(({ full }) => {
        return hasTag ? full === `${repository}:${reference.tag}` : full.slice(0, full.lastIndexOf(':')) === repository;
      });
      if (chosen.length === 0) {
        const what = hasTag
          ? `An image does not exist locally with the tag: ${repository}`
          : `tag does not exist: ${repository}`;
        throw new DockerError(404, what);
      }
      for (const { full, image } of chosen) {
        const one = { ...reference, tag: full.slice(full.lastIndexOf(':') + 1) };
        const digest = await pushImage(image, one, transfer(emit, signal, authorization));
        images.addDigest(`${repository}@${digest}`, image.id);
      }
    });
  }

  async function pull(context: Call, query: URLSearchParams): Promise<Response> {
    const from = query.get('fromImage') ?? '';
    const tagged = query.get('tag');
    const separator = tagged?.startsWith('sha256:') === true ? '@' : ':';
    const reference = findReference(tagged ? `${from}${separator}${tagged}` : from);
    if (reference === undefined) throw new DockerError(400, 'invalid reference format');
    const signal = signalOf(context);
    const isNode =
      reference.host === 'docker.io' && reference.repository === 'library/node' && reference.tag !== undefined;
    if (isNode) {
      const image = await images.add(JSON.stringify(hostNodeConfig(hostNode)));
      images.tag(`node:${reference.tag}`, image.id);
      return streamMessages(async (emit) => emit({ status: `Status: Image is up to date for node:${reference.tag}` }));
    }
    if (!isLoopback(reference.host)) throw new DockerError(404, denied(reference));
    // What is missing is told by the status, so the first message decides when the answer begins.
    const messages: Progress[] = [];
    const authorization = readAuth(context.req.header('x-registry-auth') ?? '');
    await pullImage(reference, {
      ...transfer((message) => messages.push(message), signal, authorization),
      architecture,
    });
    return streamMessages(async (emit) => messages.forEach(emit));
  }

  function save(names: readonly string[]): Response {
    const chosen = names.map((name) => {
      const image = images.get(name);
      const named = tagName(name);
      return { image, tags: named !== undefined && images.tagsOf(image.id).includes(named) ? [named] : [] };
    });
    return new Response(streamBody(saveImages(chosen, images)), { headers: { 'content-type': 'application/x-tar' } });
  }

  return { app, images };
}

/** Aborts when the client goes away before it has its answer. */
function signalOf(context: Call): AbortSignal {
  const gone = new AbortController();
  const { outgoing } = context.env;
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) gone.abort(new Error('aborted'));
  });
  return gone.signal;
}
