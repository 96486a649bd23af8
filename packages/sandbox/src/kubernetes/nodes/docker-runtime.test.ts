import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { resources } from '../controllers/resources.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { ContainerEngine } from './docker-runtime.js';
import { startTestCluster } from './testing.js';

const { pods } = resources;
const inPhase =
  (phase: string) =>
  (pod: KubeObject): boolean =>
    pod.status?.['phase'] === phase;

interface FakeContainer {
  readonly id: string;
  start(): Promise<void>;
  attach(): Promise<PassThrough>;
  wait(options: { condition?: string }): Promise<{ StatusCode: number }>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  remove(): Promise<void>;
  inspect(): Promise<Fields>;
  exec(): Promise<never>;
}

/** An engine in memory: containers print, and end when told or stopped. */
function fakeEngine({ images = ['app:1'] }: { readonly images?: readonly string[] } = {}) {
  const created: Fields[] = [];
  const running = new Map<string, { end: (code: number) => void; options: Fields }>();
  const removed: string[] = [];
  const containers = new Map<string, FakeContainer>();
  const engine = {
    async pull(reference: string) {
      if (!images.includes(reference))
        throw new Error(`(HTTP code 404) no such image - manifest for ${reference} not found: manifest unknown`);
      return new PassThrough();
    },
    getImage: (reference: string) => ({
      async inspect() {
        if (!images.includes(reference)) throw new Error('no such image');
        return {
          Id: 'sha256:1',
          RepoDigests: ['app@sha256:2'],
          Config: { Entrypoint: ['/entry'], Cmd: ['serve'], WorkingDir: '/srv' },
        };
      },
    }),
    async createContainer(options: Fields) {
      created.push(options);
      const id = `c${created.length}`;
      const output = new PassThrough();
      const ended = withResolvers<number>();
      const end = (code: number): void => {
        output.end();
        ended.resolve(code);
      };
      const container: FakeContainer = {
        id,
        async start() {
          if ((options['Entrypoint'] as string[])[0] === '/missing')
            throw new Error(
              '(HTTP code 400) bad parameter - exec: "/missing": stat /missing: no such file or directory',
            );
          running.set(id, { end, options });
          output.write('hello\n');
          if ((options['Cmd'] as string[])[0] === 'fail') end(3);
        },
        attach: async () => output,
        // As the engine does: a container that has not been started is not running.
        wait: async ({ condition }) => ({ StatusCode: condition === 'next-exit' ? await ended.promise : 0 }),
        stop: async () => end(143),
        kill: async () => end(137),
        async remove() {
          removed.push(id);
          containers.delete(id);
          end(137);
        },
        inspect: async () => ({ NetworkSettings: { IPAddress: '172.17.0.9' } }),
        exec: () => Promise.reject(new Error('not in this test')),
      };
      containers.set(id, container);
      return container;
    },
    getContainer(id: string) {
      const container = containers.get(id);
      if (container === undefined) throw new Error('no such container');
      return container;
    },
    listContainers: async () => [...containers.keys()].map((Id) => ({ Id })),
    modem: {
      followProgress: (_stream: unknown, onFinished: (error: Error | null) => void) => onFinished(null),
      demuxStream: (stream: PassThrough, stdout: PassThrough) => void stream.pipe(stdout, { end: false }),
    },
  };
  // Only what the runtime uses of dockerode's many overloads.
  return { engine: engine as unknown as ContainerEngine, created, removed };
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

describe('pods of a container engine', () => {
  it('run as containers with the image’s command, the pod’s environment and its mounts', async () => {
    const { engine, created } = fakeEngine();
    await using cluster = await startTestCluster({ engine, engineOwner: 'b1/1' });
    cluster.create(resources.configMaps, 'ConfigMap', 'v1', 'cm', { data: { k: 'v' } });
    cluster.createPod('web', {
      containers: [
        {
          name: 'main',
          image: 'app:1',
          args: ['--x'],
          env: [{ name: 'A', value: 'a' }],
          volumeMounts: [{ name: 'cm', mountPath: '/etc/cm', readOnly: true }],
        },
      ],
      volumes: [{ name: 'cm', configMap: { name: 'cm' } }],
    });
    const pod = await cluster.until(pods, 'web', inPhase('Running'));
    const [options] = created;
    expect(options).toMatchObject({
      Image: 'app:1',
      Entrypoint: ['/entry'],
      Cmd: ['--x'],
      WorkingDir: '/srv',
      Hostname: 'web',
      Labels: {
        'seatrial-sandbox': expect.any(String),
        'seatrial-sandbox.owner': 'b1/1',
        'io.kubernetes.pod.name': 'web',
      },
      HostConfig: { NetworkMode: 'bridge' },
    });
    expect(options?.['name']).toMatch(/^seatrial-sandbox_main_web_test_/);
    expect(options?.['Env']).toEqual(
      expect.arrayContaining(['A=a', 'KUBERNETES_SERVICE_HOST=127.0.0.1', 'HOSTNAME=web']),
    );
    expect(options?.['HostConfig'].Binds).toContainEqual(expect.stringMatching(/\/volumes\/cm:\/etc\/cm:ro$/));
    expect(pod.status).toMatchObject({
      podIP: '172.17.0.9',
      containerStatuses: [
        { imageID: 'docker-pullable://app@sha256:2', containerID: expect.stringMatching(/^docker:\/\//) },
      ],
    });
    expect(pod.metadata.annotations).toEqual({ 'sandbox.seatrial.dev/runtime': 'docker' });
    expect(await cluster.logs('web')).toBe('hello\n');
  });

  it('share the network of their first container', async () => {
    const { engine, created } = fakeEngine();
    await using cluster = await startTestCluster({ engine });
    cluster.createPod('two', { containers: ['a', 'b'].map((name) => ({ name, image: 'app:1' })) });
    await cluster.until(pods, 'two', inPhase('Running'));
    expect(created.map((options) => options['HostConfig'].NetworkMode).sort()).toEqual(['bridge', 'container:c1']);
  });

  it('end with the container’s exit code', async () => {
    const { engine, removed } = fakeEngine();
    await using cluster = await startTestCluster({ engine });
    cluster.createPod('bad', {
      restartPolicy: 'Never',
      containers: [{ name: 'main', image: 'app:1', args: ['fail'] }],
    });
    const pod = await cluster.until(pods, 'bad', inPhase('Failed'));
    expect(pod.status?.['containerStatuses'][0].state.terminated).toMatchObject({ exitCode: 3 });
    expect(removed).toEqual(['c1']);
  });

  it('fail to start with the engine’s words', async () => {
    const { engine } = fakeEngine();
    await using cluster = await startTestCluster({ engine });
    cluster.createPod('nocmd', {
      restartPolicy: 'Never',
      containers: [{ name: 'main', image: 'app:1', command: ['/missing'] }],
    });
    const pod = await cluster.until(pods, 'nocmd', inPhase('Failed'));
    expect(pod.status?.['containerStatuses'][0].state.terminated).toMatchObject({
      exitCode: 127,
      message: 'exec: "/missing": stat /missing: no such file or directory',
    });
  });

  it('wait for an image that cannot be pulled', async () => {
    const { engine } = fakeEngine({ images: [] });
    await using cluster = await startTestCluster({ engine });
    cluster.createPod('absent');
    const pod = await cluster.until(
      pods,
      'absent',
      ({ status }) => status?.['containerStatuses']?.[0].state.waiting?.reason === 'ErrImagePull',
    );
    expect(pod.status?.['containerStatuses'][0].state.waiting.message).toBe(
      'Error response from daemon: manifest for app:1 not found: manifest unknown',
    );
  });

  it('are all removed when the nodes stop', async () => {
    const { engine, removed } = fakeEngine();
    {
      await using cluster = await startTestCluster({ engine });
      for (const name of ['a', 'b']) cluster.createPod(name);
      await cluster.until(pods, 'a', inPhase('Running'));
      await cluster.until(pods, 'b', inPhase('Running'));
    }
    expect(new Set(removed)).toEqual(new Set(['c1', 'c2']));
  });
});
