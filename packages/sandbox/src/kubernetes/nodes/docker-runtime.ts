import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Duplex, Writable } from 'node:stream';
import type { Clock } from '../../clock.js';
import { PullError, StartError } from './container-runtime.js';
import type { ContainerExit, ContainerHandle, ContainerRequest, ContainerRuntime } from './container-runtime.js';
import { execInContainer, messageOf, openInContainer } from './docker-session.js';
import { repositoryOf } from './runtimes.js';

/** What is used of a `dockerode` client. */
export interface ContainerEngine {
  pull(reference: string): Promise<NodeJS.ReadableStream>;
  getImage(reference: string): { inspect(): Promise<ImageInspection> };
  createContainer(options: object): Promise<EngineContainer>;
  getContainer(id: string): EngineContainer;
  listContainers(options: {
    all: boolean;
    filters: Record<string, readonly string[]>;
    abortSignal?: AbortSignal;
  }): Promise<readonly { Id: string; Labels?: Readonly<Record<string, string>> }[]>;
  readonly modem: {
    followProgress(stream: NodeJS.ReadableStream, onFinished: (error: Error | null) => void): void;
    demuxStream(stream: NodeJS.ReadableStream, stdout: Writable, stderr: Writable): void;
  };
}

/** A container as `dockerode` hands it out. */
export interface EngineContainer {
  readonly id: string;
  start(): Promise<unknown>;
  attach(options: { stream: true; stdout: true; stderr: true; stdin?: true; hijack?: true }): Promise<Duplex>;
  wait(options: { condition: 'next-exit' }): Promise<{ StatusCode: number }>;
  stop(options: { t: number }): Promise<unknown>;
  kill(): Promise<unknown>;
  remove(options: { force: true; v: true; abortSignal?: AbortSignal }): Promise<unknown>;
  inspect(): Promise<{ NetworkSettings: { IPAddress?: string; Networks?: Record<string, { IPAddress?: string }> } }>;
  exec(options: {
    Cmd: readonly string[];
    AttachStdout: true;
    AttachStderr: true;
    AttachStdin?: boolean;
    Tty?: boolean;
  }): Promise<EngineExec>;
}

/** A command in a container as `dockerode` hands it out. */
export interface EngineExec {
  start(options: { hijack: true; stdin: boolean; Tty?: boolean }): Promise<Duplex>;
  inspect(): Promise<{ ExitCode: number | null }>;
  resize(options: { h: number; w: number }): Promise<unknown>;
}

/** What is read of an image. */
export interface ImageInspection {
  readonly Id: string;
  readonly RepoDigests?: readonly string[] | null;
  readonly Config?: {
    readonly Entrypoint?: readonly string[] | null;
    readonly Cmd?: readonly string[] | null;
    readonly WorkingDir?: string;
  };
}

/** Label of every container that belongs to a sandbox; its value is the sandbox's own. */
export const LABEL = 'seatrial-sandbox';
/** Label that names the process that made the container, where the system can tell. */
export const OWNER_LABEL = 'seatrial-sandbox.owner';

/**
 * Runs containers with a real container engine.
 *
 * @param options.instance Value of {@link LABEL}: what bears it is removed on close.
 * @param options.owner Value of {@link OWNER_LABEL}. @default no such label
 */
export function createDockerRuntime(options: {
  readonly engine: ContainerEngine;
  readonly clock: Clock;
  readonly instance: string;
  readonly owner?: string;
}): ContainerRuntime {
  const { engine, clock, instance, owner: sandboxOwner } = options;
  // The first container of a pod has the network that the others join.
  const networks = new Map<string, string>();

  return {
    kind: 'docker',
    async pull(reference) {
      try {
        const stream = await engine.pull(reference);
        await new Promise<void>((resolve, reject) => {
          engine.modem.followProgress(stream, (error) => (error === null ? resolve() : reject(error)));
        });
      } catch (cause) {
        // An image that was only built and never pushed is on the machine all the same.
        const local = await engine
          .getImage(reference)
          .inspect()
          .catch(() => undefined);
        if (local === undefined) throw new PullError(`Error response from daemon: ${messageOf(cause)}`, { cause });
      }
      const { Id, RepoDigests, Config } = await engine.getImage(reference).inspect();
      const digest = RepoDigests?.find((text) => text.startsWith(`${repositoryOf(reference)}@`)) ?? RepoDigests?.[0];
      return {
        reference,
        imageId: digest === undefined ? `docker://${Id}` : `docker-pullable://${digest}`,
        config: Config ?? {},
      };
    },

    async start(request) {
      const { pod, init } = request;
      const uid = pod.metadata.uid ?? '';
      const messageFile = join(request.dir, 'termination-log');
      await writeFile(messageFile, '', { mode: 0o666 });
      const owner = init ? undefined : networks.get(uid);
      const created = await create(request, messageFile, owner);
      const [stdout, stderr] = [new PassThrough(), new PassThrough()];
      stdout.on('data', (chunk: Buffer) => request.log(chunk, 'stdout'));
      stderr.on('data', (chunk: Buffer) => request.log(chunk, 'stderr'));
      const input = request.container['stdin'] === true ? ({ stdin: true, hijack: true } as const) : {};
      const stream = await created.attach({ stream: true, stdout: true, stderr: true, ...input });
      const stdin = 'stdin' in input ? stream : undefined;
      engine.modem.demuxStream(stream, stdout, stderr);
      // The default condition, not-running, is met before the start.
      const waiting = created.wait({ condition: 'next-exit' });
      try {
        await created.start();
      } catch (cause) {
        waiting.catch(() => undefined); // the start's own failure is told
        await created.remove({ force: true, v: true }).catch(() => undefined); // tried again on close
        throw new StartError(messageOf(cause), { cause });
      }
      if (!init && owner === undefined) networks.set(uid, created.id);
      const exited = waiting.then(
        async ({ StatusCode }): Promise<ContainerExit> => {
          if (networks.get(uid) === created.id) networks.delete(uid);
          const message = (await readFile(messageFile, 'utf8').catch(() => '')).slice(0, 4_096);
          await created.remove({ force: true, v: true }).catch(() => undefined); // tried again on close
          return { exitCode: StatusCode, ...(message === '' ? {} : { message }) };
        },
        (error: unknown): ContainerExit => ({ exitCode: 255, message: messageOf(error) }),
      );
      const { NetworkSettings } = await engine
        .getContainer(owner ?? created.id)
        .inspect()
        .catch(() => nowhere);
      const address = NetworkSettings.IPAddress || Object.values(NetworkSettings.Networks ?? {})[0]?.IPAddress;
      return handleOf(created, exited, { address: address === '' ? undefined : address, stdin });
    },

    async close() {
      const left = await engine.listContainers({ all: true, filters: { label: [`${LABEL}=${instance}`] } });
      await Promise.all(
        left.map(({ Id }) =>
          engine
            .getContainer(Id)
            .remove({ force: true, v: true })
            .catch(() => undefined),
        ),
      );
    },
  };

  async function create(
    request: ContainerRequest,
    messageFile: string,
    owner: string | undefined,
  ): Promise<EngineContainer> {
    const { pod, container, image, env, mounts, workingDir } = request;
    const { namespace, name, uid } = pod.metadata;
    const binds = mounts.map(({ source, mountPath, readOnly }) => `${source}:${mountPath}${readOnly ? ':ro' : ''}`);
    const messagePath: string = container['terminationMessagePath'] ?? '/dev/termination-log';
    const user = container['securityContext']?.runAsUser ?? pod.spec?.['securityContext']?.runAsUser;
    try {
      return await engine.createContainer({
        name: `${LABEL}_${container['name']}_${name}_${namespace}_${uid}_${request.id.slice(0, 12)}`,
        Image: image.reference,
        Labels: {
          [LABEL]: instance,
          ...(sandboxOwner === undefined ? {} : { [OWNER_LABEL]: sandboxOwner }),
          'io.kubernetes.container.name': container['name'],
          'io.kubernetes.pod.name': name,
          'io.kubernetes.pod.namespace': namespace,
          'io.kubernetes.pod.uid': uid,
        },
        Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
        // The image's own entrypoint is in argv already.
        Entrypoint: request.argv.slice(0, 1),
        Cmd: request.argv.slice(1),
        WorkingDir: workingDir,
        ...(container['stdin'] === true ? { OpenStdin: true, StdinOnce: container['stdinOnce'] === true } : {}),
        ...(user === undefined ? {} : { User: String(user) }),
        ...(owner === undefined ? { Hostname: pod.spec?.['hostname'] ?? name } : {}),
        HostConfig: {
          Binds: [...binds, `${messageFile}:${messagePath}`],
          NetworkMode: owner === undefined ? 'bridge' : `container:${owner}`,
          ...(owner === undefined ? { ExtraHosts: ['host.docker.internal:host-gateway'] } : {}),
        },
      });
    } catch (cause) {
      throw new StartError(messageOf(cause), { cause });
    }
  }

  function handleOf(
    created: EngineContainer,
    exited: Promise<ContainerExit>,
    { address, stdin }: { readonly address: string | undefined; readonly stdin: Writable | undefined },
  ): ContainerHandle {
    return {
      exited,
      simulated: false,
      ...(address === undefined ? {} : { address }),
      async stop(graceMs) {
        // 304 and 404: it ended by itself.
        const asked = graceMs > 0 ? created.stop({ t: Math.ceil(graceMs / 1_000) }) : created.kill();
        await Promise.race([asked.catch(() => undefined), exited]);
        await exited;
      },
      exec: (argv, timeoutMs) => execInContainer(engine, created, { argv, timeoutMs, clock }),
      open: (request) => openInContainer(engine, created, request),
      ...(stdin === undefined ? {} : { stdin }),
    };
  }
}

const nowhere: { readonly NetworkSettings: { IPAddress?: string; Networks?: Record<string, { IPAddress?: string }> } } =
  {
    NetworkSettings: {},
  };
