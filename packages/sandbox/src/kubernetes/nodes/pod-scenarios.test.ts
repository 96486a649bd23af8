// What pod-*.json of the golden transcripts show, with simulated containers and a clock that is moved by hand.
import { describe, expect, it } from 'vitest';
import { resources } from '../controllers/resources.js';
import type { Fields, KubeObject } from '../kube-api.js';
import { fileImages, ManualClock, startTestCluster } from './testing.js';
import type { TestCluster } from './testing.js';

const { pods } = resources;
const never = { restartPolicy: 'Never' };

const mainOf = (pod: KubeObject): Fields => pod.status?.['containerStatuses']?.[0];
const waitingFor =
  (reason: string) =>
  (pod: KubeObject): boolean =>
    mainOf(pod)?.['state'].waiting?.reason === reason;
const inPhase =
  (phase: string) =>
  (pod: KubeObject): boolean =>
    pod.status?.['phase'] === phase;

/** `Type=Status Reason Message` of each condition, in order. */
function conditions(pod: KubeObject): string[] {
  const list: Fields[] = pod.status?.['conditions'] ?? [];
  return list.map(({ type, status, reason = '', message = '' }) => `${type}=${status} ${reason} ${message}`.trim());
}

/** Phases and states that a pod goes through, each once in a row. */
function follow(cluster: TestCluster, name: string): string[] {
  const seen: string[] = [];
  cluster.api.watch(pods, ({ object }) => {
    if (object.metadata.name !== name) return;
    const [state = 'none'] = Object.keys(mainOf(object)?.['state'] ?? {});
    const reason = mainOf(object)?.['state'][state]?.reason ?? '';
    const text = `${object.status?.['phase']} ${state} ${reason}`.trim();
    if (seen.at(-1) !== text) seen.push(text);
  });
  return seen;
}

describe('a pod that ends', () => {
  it('is Failed with the exit code when it is not restarted', async () => {
    await using cluster = await startTestCluster();
    const seen = follow(cluster, 'bad');
    cluster.createPod('bad', never, { 'sandbox.seatrial.dev/exit-code': '3' });
    const pod = await cluster.until(pods, 'bad', inPhase('Failed'));
    expect(seen).toEqual([
      'Pending none',
      'Pending waiting ContainerCreating',
      'Running running',
      'Failed terminated Error',
    ]);
    expect(mainOf(pod)).toMatchObject({
      name: 'main',
      state: {
        terminated: { exitCode: 3, reason: 'Error', startedAt: expect.any(String), finishedAt: expect.any(String) },
      },
      lastState: {},
      ready: false,
      restartCount: 0,
      image: 'app:1',
      started: false,
    });
    expect(conditions(pod)).toEqual([
      'Initialized=True',
      'Ready=False ContainersNotReady containers with unready status: [main]',
      'ContainersReady=False ContainersNotReady containers with unready status: [main]',
      'PodScheduled=True',
    ]);
    expect(pod.status).toMatchObject({ qosClass: 'BestEffort', hostIP: '127.0.0.1', startTime: expect.any(String) });
    expect(pod.status?.['podIPs']).toEqual([{ ip: pod.status?.['podIP'] }]);
    expect(cluster.events('bad')).toEqual([
      'Scheduled Successfully assigned test/bad to node-1',
      'Pulling Pulling image "app:1"',
      expect.stringMatching(/^Pulled Successfully pulled image "app:1" in /),
      'Created Created container main',
      'Started Started container main',
    ]);
  });

  it('is Succeeded when all its containers end with 0', async () => {
    await using cluster = await startTestCluster();
    cluster.createPod('done', never);
    const pod = await cluster.until(pods, 'done', inPhase('Succeeded'));
    expect(conditions(pod)).toEqual([
      'Initialized=True PodCompleted',
      'Ready=False PodCompleted',
      'ContainersReady=False PodCompleted',
      'PodScheduled=True',
    ]);
    expect(mainOf(pod)['state'].terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
  });

  it('is Running while one of two containers runs', async () => {
    await using cluster = await startTestCluster();
    const containers = ['a', 'b'].map((name) => ({ name, image: 'app:1' }));
    cluster.createPod('mixed', { ...never, containers }, { 'sandbox.seatrial.dev/duration.b': '1h' });
    const pod = await cluster.until(pods, 'mixed', (object) => {
      return mainOf(object)?.['state'].terminated !== undefined && inPhase('Running')(object);
    });
    expect(conditions(pod)).toContain('Ready=False ContainersNotReady containers with unready status: [a]');
  });

  it('backs off longer and longer when it is restarted', async () => {
    const clock = new ManualClock();
    await using cluster = await startTestCluster({ clock });
    const made = cluster.createPod('crash', {}, { 'sandbox.seatrial.dev/exit-code': '1' });
    for (const [seconds, restarts] of [
      ['10s', 1],
      ['20s', 2],
      ['40s', 3],
    ] as const) {
      const pod = await cluster.until(
        pods,
        'crash',
        (object) => waitingFor('CrashLoopBackOff')(object) && mainOf(object)['restartCount'] === restarts,
      );
      expect(pod.status?.['phase']).toBe('Running');
      expect(mainOf(pod)).toMatchObject({
        state: {
          waiting: {
            message: `back-off ${seconds} restarting failed container=main pod=crash_test(${made.metadata.uid})`,
          },
        },
        lastState: { terminated: { exitCode: 1, reason: 'Error' } },
        ready: false,
      });
      await clock.advance(Number.parseInt(seconds, 10) * 1_000);
    }
    const events = cluster.api.list(resources.events, { namespace: 'test' });
    const backOff = events.find((event) => event['reason'] === 'BackOff');
    expect(backOff).toMatchObject({ type: 'Warning', message: 'Back-off restarting failed container' });
    expect(backOff?.['count']).toBeGreaterThanOrEqual(3);
  });
});

describe('a pod whose image cannot be had', () => {
  it('alternates between ErrImagePull and ImagePullBackOff, and runs once the image is there', async () => {
    const clock = new ManualClock();
    const files: Record<string, Record<string, string>> = {};
    await using cluster = await startTestCluster({ clock, images: fileImages(files) });
    cluster.createPod('absent', {
      ...never,
      containers: [{ name: 'main', image: 'r:5000/absent:1', command: ['sh'] }],
    });
    const failed = await cluster.until(pods, 'absent', waitingFor('ErrImagePull'));
    expect(mainOf(failed)['state'].waiting.message).toContain(
      'manifest for r:5000/absent:1 not found: manifest unknown',
    );
    expect(failed.status?.['phase']).toBe('Pending');
    await clock.advance(1_000);
    const waiting = await cluster.until(pods, 'absent', waitingFor('ImagePullBackOff'));
    expect(mainOf(waiting)['state'].waiting.message).toBe('Back-off pulling image "r:5000/absent:1"');
    expect(cluster.events('absent')).toEqual([
      'Scheduled Successfully assigned test/absent to node-1',
      'Pulling Pulling image "r:5000/absent:1"',
      expect.stringContaining('Failed Failed to pull image "r:5000/absent:1": rpc error'),
      'Failed Error: ErrImagePull',
      'BackOff Back-off pulling image "r:5000/absent:1"',
      'Failed Error: ImagePullBackOff',
    ]);
    await clock.advance(9_000);
    await cluster.until(pods, 'absent', waitingFor('ErrImagePull'));
    files['r:5000/absent:1'] = {};
    await clock.advance(20_000);
    await cluster.until(pods, 'absent', inPhase('Succeeded'));
  });

  it('says that the name is none', async () => {
    await using cluster = await startTestCluster();
    cluster.createPod('badname', { containers: [{ name: 'main', image: 'UPPER/case:1' }] });
    const pod = await cluster.until(pods, 'badname', waitingFor('InvalidImageName'));
    expect(mainOf(pod)['state'].waiting.message).toContain('repository name must be lowercase');
  });

  it('says that it was not to be pulled', async () => {
    await using cluster = await startTestCluster();
    cluster.createPod('local', { containers: [{ name: 'main', image: 'app:1', imagePullPolicy: 'Never' }] });
    const pod = await cluster.until(pods, 'local', waitingFor('ErrImageNeverPull'));
    expect(mainOf(pod)['state'].waiting.message).toBe(
      'Container image "app:1" is not present with pull policy of Never',
    );
  });
});

describe('a pod whose configuration is missing', () => {
  const withEnv = (env: Fields[], more: Fields = {}): Fields => ({
    ...never,
    containers: [{ name: 'main', image: 'app:1', env, ...more }],
  });
  const fromMap = (key: string, more: Fields = {}): Fields => ({
    name: 'A',
    valueFrom: { configMapKeyRef: { name: 'nocm', key, ...more } },
  });

  it.each([
    ['a ConfigMap', withEnv([fromMap('k')]), 'configmap "nocm" not found'],
    [
      'a Secret',
      withEnv([{ name: 'A', valueFrom: { secretKeyRef: { name: 'no', key: 'k' } } }]),
      'secret "no" not found',
    ],
    [
      'a ConfigMap of envFrom',
      withEnv([], { envFrom: [{ configMapRef: { name: 'nocm' } }] }),
      'configmap "nocm" not found',
    ],
  ])('waits with CreateContainerConfigError for %s', async (_what, spec, message) => {
    await using cluster = await startTestCluster({ clock: new ManualClock() });
    cluster.createPod('waits', spec);
    const pod = await cluster.until(pods, 'waits', waitingFor('CreateContainerConfigError'));
    expect(mainOf(pod)['state'].waiting.message).toBe(message);
    expect(cluster.events('waits')).toContain(`Failed Error: ${message}`);
  });

  it('goes on as soon as the object is there, and says which key is missing', async () => {
    await using cluster = await startTestCluster({ clock: new ManualClock() });
    cluster.createPod('ok', withEnv([fromMap('k')]));
    cluster.createPod('nokey', withEnv([fromMap('zzz')]));
    cluster.createPod('opt', withEnv([fromMap('zzz', { optional: true })]));
    await cluster.until(pods, 'ok', waitingFor('CreateContainerConfigError'));
    cluster.create(resources.configMaps, 'ConfigMap', 'v1', 'nocm', { data: { k: 'v' } });
    await cluster.until(pods, 'ok', inPhase('Succeeded'));
    await cluster.until(pods, 'opt', inPhase('Succeeded'));
    await cluster.until(
      pods,
      'nokey',
      (pod) => mainOf(pod)?.['state'].waiting?.message === "couldn't find key zzz in ConfigMap test/nocm",
    );
  });

  it('stays ContainerCreating while a volume cannot be set up', async () => {
    await using cluster = await startTestCluster({ clock: new ManualClock() });
    cluster.createPod('vol', {
      ...never,
      containers: [{ name: 'main', image: 'app:1', volumeMounts: [{ name: 'v', mountPath: '/v' }] }],
      volumes: [{ name: 'v', configMap: { name: 'nocm' } }],
    });
    await new Promise<void>((resolve) => {
      cluster.api.watch(resources.events, ({ object }) => {
        if (object['reason'] === 'FailedMount') resolve();
      });
    });
    expect(cluster.events('vol')).toContain(
      'FailedMount MountVolume.SetUp failed for volume "v" : configmap "nocm" not found',
    );
    expect(waitingFor('ContainerCreating')(cluster.api.get(pods, 'test', 'vol') as KubeObject)).toBe(true);
    cluster.create(resources.configMaps, 'ConfigMap', 'v1', 'nocm', { data: { k: 'v' } });
    await cluster.until(pods, 'vol', inPhase('Succeeded'));
  });
});

describe('a pod that fits nowhere', () => {
  it.each([
    [
      'nodeSelector',
      { nodeSelector: { disk: 'ssd' } },
      "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity.",
    ],
    [
      'cpu',
      { containers: [{ name: 'main', image: 'a:1', resources: { requests: { cpu: '100' } } }] },
      '0/1 nodes are available: 1 Insufficient cpu.',
    ],
    [
      'a GPU',
      { containers: [{ name: 'main', image: 'a:1', resources: { limits: { 'nvidia.com/gpu': '1' } } }] },
      '0/1 nodes are available: 1 Insufficient nvidia.com/gpu.',
    ],
    [
      'a claim',
      { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'noclaim' } }] },
      '0/1 nodes are available: persistentvolumeclaim "noclaim" not found.',
    ],
  ])('says so: %s', async (_what, spec, message) => {
    await using cluster = await startTestCluster();
    cluster.createPod('none', spec);
    const pod = await cluster.until(pods, 'none', ({ status }) => status?.['conditions'] !== undefined);
    expect(conditions(pod)).toEqual([`PodScheduled=False Unschedulable ${message}`]);
    expect(pod.status?.['phase']).toBe('Pending');
    expect(cluster.events('none')).toEqual([`FailedScheduling ${message}`]);
  });

  it('names the taint that keeps it off', async () => {
    const nodes = [{ name: 'n', taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' as const }] }];
    await using cluster = await startTestCluster({ nodes });
    cluster.createPod('none');
    const pod = await cluster.until(pods, 'none', ({ status }) => status?.['conditions'] !== undefined);
    expect(conditions(pod)[0]).toContain("1 node(s) had taint {gpu: yes}, that the pod didn't tolerate");
    cluster.createPod('tolerant', { tolerations: [{ key: 'gpu', operator: 'Exists' }] });
    await cluster.until(pods, 'tolerant', inPhase('Running'));
  });

  it('is bound when room is made', async () => {
    await using cluster = await startTestCluster({ nodes: [{ name: 'n', capacity: { cpu: '1' } }] });
    const spec = { containers: [{ name: 'main', image: 'a:1', resources: { requests: { cpu: '800m' } } }] };
    cluster.createPod('first', spec);
    await cluster.until(pods, 'first', inPhase('Running'));
    cluster.createPod('second', spec);
    await cluster.until(pods, 'second', ({ status }) => status?.['conditions'] !== undefined);
    cluster.api.delete(pods, 'test', 'first');
    await cluster.until(pods, 'second', inPhase('Running'));
  });
});

describe('init containers', () => {
  const initContainers = ['i1', 'i2'].map((name) => ({ name, image: 'app:1' }));

  it('run one after the other before the others', async () => {
    await using cluster = await startTestCluster();
    const order: string[] = [];
    cluster.api.watch(resources.events, ({ object }) => {
      if (object['reason'] === 'Started') order.push(object['involvedObject'].fieldPath);
    });
    cluster.createPod('inits', { ...never, initContainers });
    const first = await cluster.until(pods, 'inits', (pod) => mainOf(pod) !== undefined);
    expect(conditions(first)[0]).toBe(
      'Initialized=False ContainersNotInitialized containers with incomplete status: [i1 i2]',
    );
    expect(mainOf(first)['state']).toEqual({ waiting: { reason: 'PodInitializing' } });
    await cluster.until(pods, 'inits', inPhase('Succeeded'));
    expect(order).toEqual(['spec.initContainers{i1}', 'spec.initContainers{i2}', 'spec.containers{main}']);
  });

  it('fail the pod when it is not restarted', async () => {
    await using cluster = await startTestCluster();
    cluster.createPod('initbad', { ...never, initContainers }, { 'sandbox.seatrial.dev/exit-code.i1': '1' });
    const pod = await cluster.until(pods, 'initbad', inPhase('Failed'));
    expect(pod.status?.['initContainerStatuses'][0].state.terminated.exitCode).toBe(1);
    expect(mainOf(pod)['state']).toEqual({ waiting: { reason: 'PodInitializing' } });
  });

  it('loop while the pod is Pending when it is restarted', async () => {
    await using cluster = await startTestCluster({ clock: new ManualClock() });
    cluster.createPod('initloop', { initContainers }, { 'sandbox.seatrial.dev/exit-code.i1': '1' });
    const pod = await cluster.until(
      pods,
      'initloop',
      ({ status }) => status?.['initContainerStatuses']?.[0].state.waiting?.reason === 'CrashLoopBackOff',
    );
    expect(pod.status?.['phase']).toBe('Pending');
  });
});

describe('deadlines and deletion', () => {
  it('fails a pod that was active for too long', async () => {
    const clock = new ManualClock();
    await using cluster = await startTestCluster({ clock });
    cluster.createPod('deadline', { activeDeadlineSeconds: 2 });
    await cluster.until(pods, 'deadline', inPhase('Running'));
    await clock.advance(2_000);
    const pod = await cluster.until(pods, 'deadline', inPhase('Failed'));
    expect(pod.status).toMatchObject({
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
  });

  it('shows how the containers ended before a deleted pod is gone', async () => {
    await using cluster = await startTestCluster();
    cluster.createPod('goes');
    await cluster.until(pods, 'goes', inPhase('Running'));
    const seen = follow(cluster, 'goes');
    cluster.api.delete(pods, 'test', 'goes');
    await cluster.untilGone(pods, 'goes');
    expect(seen).toEqual(['Running running', 'Running terminated Completed']);
    expect(cluster.events('goes')).toContain('Killing Stopping container main');
  });

  it('deletes a pod that waits for its image', async () => {
    await using cluster = await startTestCluster({ clock: new ManualClock(), images: fileImages({}) });
    cluster.createPod('stuck');
    await cluster.until(pods, 'stuck', waitingFor('ErrImagePull'));
    cluster.api.delete(pods, 'test', 'stuck');
    await cluster.untilGone(pods, 'stuck');
  });
});
