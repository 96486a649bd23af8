import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { resources } from '../controllers/resources.js';
import type { Fields, KubeObject } from '../kube-api.js';
import { preloadUrl } from './pod-preload.js';
import { fileImages, startTestCluster } from './testing.js';

const { pods } = resources;
const FOREVER = 'setInterval(() => {}, 1000);';

/** A cluster whose image `app:1` has the program as /app/main.js. */
const clusterWith = (program: string, files: Record<string, string> = {}) =>
  startTestCluster({
    images: fileImages(
      { 'app:1': { '/app/main.js': program, ...files } },
      { Env: ['FROM_IMAGE=yes', 'PATH=/nowhere'], WorkingDir: '/app', Entrypoint: ['node', '/app/main.js'] },
    ),
  });

const inPhase =
  (phase: string) =>
  (pod: KubeObject): boolean =>
    pod.status?.['phase'] === phase;
const isReady = (pod: KubeObject): boolean => pod.status?.['containerStatuses']?.[0].ready === true;
const terminated = (pod: KubeObject): Fields => pod.status?.['containerStatuses'][0].state.terminated;
const main = (more: Fields): Fields => ({ containers: [{ name: 'main', image: 'app:1', ...more }] });

describe('a Node.js program in an image', () => {
  it('says on its pod that it runs as a process, and says so once', async () => {
    await using cluster = await clusterWith('');
    const told: (string | undefined)[] = [];
    cluster.api.watch(pods, ({ object: { metadata } }) => {
      const value = metadata.annotations?.['sandbox.seatrial.dev/runtime'];
      if (told.length === 0 || told.at(-1) !== value) told.push(value);
    });
    const containers = ['one', 'two'].map((name) => ({ name, image: 'app:1' }));
    cluster.createPod('told', { restartPolicy: 'Never', containers }, { keep: 'this' });
    const { metadata } = await cluster.until(pods, 'told', inPhase('Succeeded'));
    expect(metadata.annotations).toEqual({ keep: 'this', 'sandbox.seatrial.dev/runtime': 'process' });
    expect(told).toEqual([undefined, 'process']);
  });

  it('says on its pod that it is simulated when one of the containers is', async () => {
    await using cluster = await clusterWith('');
    const containers = ['one', 'two'].map((name) => ({ name, image: 'app:1' }));
    const scripted = { 'sandbox.seatrial.dev/exit-code.two': '0' };
    cluster.createPod('mixed', { restartPolicy: 'Never', containers }, scripted);
    const { metadata } = await cluster.until(pods, 'mixed', inPhase('Succeeded'));
    expect(metadata.annotations?.['sandbox.seatrial.dev/runtime']).toBe('simulated');
  });

  it('runs with the environment of pod and image only, in its folder', async () => {
    await using cluster = await clusterWith(
      'console.log(JSON.stringify({ env: process.env, cwd: process.cwd(), argv: process.argv, flags: process.execArgv }));',
    );
    cluster.createPod('env', {
      restartPolicy: 'Never',
      ...main({
        args: ['--name=$(A)', '$$(A)', '$(B)'],
        env: [
          { name: 'A', value: 'a' },
          { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
        ],
      }),
    });
    await cluster.until(pods, 'env', inPhase('Succeeded'));
    const { env, cwd, argv, flags } = JSON.parse(await cluster.logs('env'));
    expect(env).toEqual({
      PATH: expect.stringMatching(/:\/usr\/local\/bin:\/usr\/bin:\/bin$/),
      FROM_IMAGE: 'yes',
      A: 'a',
      NODE: 'node-1',
      HOSTNAME: 'env',
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: '6443',
      KUBERNETES_SERVICE_PORT_HTTPS: '6443',
      KUBERNETES_SERVICEACCOUNT_DIR: `${env.SANDBOX_POD_ROOT}/var/run/secrets/kubernetes.io/serviceaccount`,
      SANDBOX_POD_ROOT: expect.stringContaining(cluster.dataDir),
    });
    expect(cwd).toBe(`${env.SANDBOX_POD_ROOT}/app`);
    expect(argv.slice(1)).toEqual([`${env.SANDBOX_POD_ROOT}/app/main.js`, '--name=a', '$(A)', '$(B)']);
    expect(flags).toEqual([]);
  });

  it('finds its volumes below SANDBOX_POD_ROOT and its token in KUBERNETES_SERVICEACCOUNT_DIR', async () => {
    await using cluster = await clusterWith(
      `
      import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
      const root = process.env.SANDBOX_POD_ROOT;
      const account = process.env.KUBERNETES_SERVICEACCOUNT_DIR;
      writeFileSync(root + '/scratch/x', 'written');
      console.log(JSON.stringify({
        config: readFileSync(root + '/etc/config/sub/k.txt', 'utf8'), one: readFileSync(root + '/etc/one', 'utf8'),
        labels: readFileSync(root + '/etc/info/labels', 'utf8'), secret: readFileSync(root + '/etc/secret/p', 'utf8'),
        account: Object.fromEntries(readdirSync(account).map((name) => [name, readFileSync(account + '/' + name, 'utf8')])) }));
    `,
      { '/app/package.json': '{"type":"module"}' },
    );
    cluster.create(resources.configMaps, 'ConfigMap', 'v1', 'cm', { data: { k: 'v', one: 'uno' } });
    cluster.create(resources.secrets, 'Secret', 'v1', 's', { data: { p: Buffer.from('geheim').toString('base64') } });
    const mount = (name: string, mountPath: string, subPath?: string): Fields => ({
      name,
      mountPath,
      ...(subPath === undefined ? {} : { subPath }),
    });
    cluster.createPod('vols', {
      restartPolicy: 'Never',
      ...main({
        volumeMounts: [
          mount('cm', '/etc/config'),
          mount('all', '/etc/one', 'one'),
          mount('info', '/etc/info'),
          mount('s', '/etc/secret'),
          mount('scratch', '/scratch'),
        ],
      }),
      volumes: [
        { name: 'cm', configMap: { name: 'cm', items: [{ key: 'k', path: 'sub/k.txt' }] } },
        { name: 'all', configMap: { name: 'cm' } },
        { name: 's', secret: { secretName: 's' } },
        { name: 'info', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.name' } }] } },
        { name: 'scratch', emptyDir: {} },
      ],
    });
    await cluster.until(pods, 'vols', ({ status }) => ['Succeeded', 'Failed'].includes(status?.['phase']));
    expect(JSON.parse(await cluster.logs('vols'))).toEqual({
      config: 'v',
      one: 'uno',
      labels: 'vols',
      secret: 'geheim',
      account: { token: 'token of default', 'ca.crt': 'the certificate', namespace: 'test' },
    });
  });

  it('is Failed with its exit code, its log and its termination message', async () => {
    await using cluster = await clusterWith(`
      require('node:fs').writeFileSync(process.env.SANDBOX_POD_ROOT + '/dev/termination-log', 'said why');
      console.log('one'); console.error('two'); process.stdout.write('three', () => process.exit(3));`);
    cluster.createPod('bad', { restartPolicy: 'Never' });
    const pod = await cluster.until(pods, 'bad', inPhase('Failed'));
    expect(terminated(pod)).toMatchObject({ exitCode: 3, reason: 'Error', message: 'said why' });
    expect((await cluster.logs('bad')).split('\n').sort()).toEqual(['one', 'three', 'two'].sort());
    expect(await cluster.logs('bad', { tailLines: 1 })).toBe('three');
  });

  it('keeps the log of the run before a restart', async () => {
    await using cluster = await clusterWith(`
      const file = process.env.SANDBOX_POD_ROOT + '/d/x';
      const fs = require('node:fs');
      if (fs.existsSync(file)) { console.log('second'); } else { fs.writeFileSync(file, ''); console.log('first'); process.exitCode = 1; }`);
    cluster.createPod('onfail', {
      restartPolicy: 'OnFailure',
      ...main({ volumeMounts: [{ name: 'd', mountPath: '/d' }] }),
      volumes: [{ name: 'd', emptyDir: {} }],
    });
    const pod = await cluster.until(pods, 'onfail', inPhase('Succeeded'));
    expect(pod.status?.['containerStatuses'][0]).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 1 } },
    });
    expect(await cluster.logs('onfail')).toBe('second\n');
    expect(await cluster.logs('onfail', { previous: true })).toBe('first\n');
  });

  it('has no log of a run before the first', async () => {
    await using cluster = await clusterWith(FOREVER);
    cluster.createPod('one');
    await cluster.until(pods, 'one', isReady);
    await expect(cluster.logs('one', { previous: true })).rejects.toMatchObject({
      code: 400,
      message: 'previous terminated container "main" in pod "one" not found',
    });
  });

  it.each([
    ['a script with a shebang', ['/app/run'], { '/app/run': '#!/usr/bin/env node\nconsole.log("ran")' }],
    ['a script found in PATH', ['run'], { '/usr/local/bin/run': '#!/usr/local/bin/node\nconsole.log("ran")' }],
    ['a shell around node', ['sh', '-c', 'exec node ./other.js'], { '/app/other.js': 'console.log("ran")' }],
    [
      'the official entrypoint',
      ['docker-entrypoint.sh', 'node', 'other.js'],
      { '/app/other.js': 'console.log("ran")' },
    ],
    [
      'node with flags',
      ['node', '--enable-source-maps', '-r', '/app/other.js', '-e', '0'],
      { '/app/other.js': 'console.log("ran")' },
    ],
  ])('runs %s', async (_what, command, files) => {
    await using cluster = await startTestCluster({
      images: fileImages({ 'app:1': files }, { WorkingDir: '/app', Env: ['PATH=/usr/local/bin:/bin'] }),
    });
    cluster.createPod('run', { restartPolicy: 'Never', ...main({ command }) });
    await cluster.until(pods, 'run', ({ status }) => ['Succeeded', 'Failed'].includes(status?.['phase']));
    expect(await cluster.logs('run')).toBe('ran\n');
  });

  it('fails to start when its command is not in the image', async () => {
    await using cluster = await clusterWith('');
    cluster.createPod('nocmd', { restartPolicy: 'Never', ...main({ command: ['/no/such/binary'] }) });
    const pod = await cluster.until(pods, 'nocmd', inPhase('Failed'));
    expect(terminated(pod)).toMatchObject({
      exitCode: 127,
      reason: 'ContainerCannotRun',
      message: expect.stringContaining('exec: "/no/such/binary": stat /no/such/binary: no such file or directory'),
    });
    expect(cluster.events('nocmd').at(-1)).toContain('Failed Error: failed to start container "main": ');
  });

  it('is simulated, and says so, when it is no Node.js program', async () => {
    await using cluster = await clusterWith('');
    cluster.createPod('shell', { restartPolicy: 'Never', ...main({ command: ['sh', '-c', 'echo hi; sleep 1'] }) });
    await cluster.until(pods, 'shell', inPhase('Succeeded'));
    expect(await cluster.logs('shell')).toMatch(/^\[sandbox\] simulated: sh -c echo hi; sleep 1 \(/);
  });
});

describe('deleting a pod', () => {
  it('lets the program end by itself within the grace', async () => {
    await using cluster = await clusterWith(
      `process.on('SIGTERM', () => { console.log('bye'); process.exit(0); }); console.log('up'); ${FOREVER}`,
    );
    cluster.createPod('polite', { terminationGracePeriodSeconds: 10 });
    await untilLogged(cluster, 'polite', 'up');
    cluster.api.delete(pods, 'test', 'polite');
    const pod = await cluster.until(pods, 'polite', (object) => terminated(object) !== undefined);
    expect(terminated(pod)).toMatchObject({ exitCode: 0, reason: 'Completed' });
    await cluster.untilGone(pods, 'polite');
  });

  it('kills a program that does not end in time, with all it started', async () => {
    await using cluster = await clusterWith(`
      const { spawn } = require('node:child_process');
      process.on('SIGTERM', () => {});
      const child = spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"], { stdio: 'ignore' });
      console.log('child', child.pid);
      ${FOREVER}`);
    cluster.createPod('deaf', { terminationGracePeriodSeconds: 1 });
    const line = await untilLogged(cluster, 'deaf', 'child');
    cluster.api.delete(pods, 'test', 'deaf');
    const pod = await cluster.until(pods, 'deaf', (object) => terminated(object) !== undefined);
    expect(terminated(pod)).toMatchObject({ exitCode: 137, reason: 'Error' });
    await cluster.untilGone(pods, 'deaf');
    expect(await isGone(Number(line.split(' ')[1]))).toBe(true);
  });

  it('leaves no folder behind', async () => {
    await using cluster = await clusterWith(FOREVER);
    const { metadata } = cluster.createPod('tidy', { terminationGracePeriodSeconds: 0 });
    await cluster.until(pods, 'tidy', isReady);
    cluster.api.delete(pods, 'test', 'tidy');
    await cluster.untilGone(pods, 'tidy');
    await cluster.nodes.stop();
    await expect(readFile(`${cluster.dataDir}/pods/${metadata.uid}`)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('probes', () => {
  const server = `require('node:http').createServer((_, response) => { response.statusCode = 200; response.end(); }).listen(8080, () => console.log('up'));`;
  const readinessProbe = { httpGet: { path: '/', port: 'http' }, periodSeconds: 5 };

  it('makes a pod ready as soon as it listens on its own address', async () => {
    await using cluster = await clusterWith(`setTimeout(() => { ${server} }, 50);`);
    for (const name of ['a', 'b']) {
      cluster.createPod(name, main({ ports: [{ name: 'http', containerPort: 8080 }], readinessProbe }));
    }
    const ready = await Promise.all(['a', 'b'].map((name) => cluster.until(pods, name, isReady)));
    const [first, second] = ready.map((pod) => pod.status?.['podIP']);
    expect(first).not.toBe(second);
    const socket = createConnection(8080, second);
    await once(socket, 'connect');
    socket.destroy();
  });

  it('says why a pod is not ready', async () => {
    await using cluster = await clusterWith(FOREVER);
    cluster.createPod('deaf', main({ readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 } }));
    const pod = await cluster.until(pods, 'deaf', inPhase('Running'));
    expect(isReady(pod)).toBe(false);
    await new Promise<void>((resolve) => {
      cluster.api.watch(resources.events, ({ object }) => {
        if (object['reason'] === 'Unhealthy') resolve();
      });
    });
    expect(cluster.events('deaf').at(-1)).toMatch(
      /^Unhealthy Readiness probe failed: dial tcp 127[\d.]+:8080: connect: connection refused$/,
    );
  });

  it('restarts a container that is not alive', async () => {
    await using cluster = await clusterWith(FOREVER, { '/app/check.js': 'console.log("sick"); process.exit(1);' });
    const livenessProbe = {
      exec: { command: ['node', '/app/check.js'] },
      periodSeconds: 1,
      failureThreshold: 1,
      timeoutSeconds: 5,
    };
    cluster.createPod('sick', main({ livenessProbe }));
    const pod = await cluster.until(
      pods,
      'sick',
      ({ status }) => status?.['containerStatuses']?.[0].restartCount === 1,
    );
    expect(pod.status?.['containerStatuses'][0].lastState.terminated.exitCode).toBe(143);
    expect(cluster.events('sick')).toEqual(
      expect.arrayContaining([
        'Unhealthy Liveness probe failed: sick',
        'Killing Container main failed liveness probe, will be restarted',
      ]),
    );
  });
});

it('has a pod running within a moment', async () => {
  await using cluster = await clusterWith(FOREVER);
  cluster.createPod('warm');
  await cluster.until(pods, 'warm', isReady);
  const startMs = performance.now();
  cluster.createPod('quick');
  await cluster.until(pods, 'quick', isReady);
  // Usually well below 100 ms; far more would mean that something polls.
  expect(performance.now() - startMs).toBeLessThan(5_000);
});

it('ends the program when the sandbox is killed', async () => {
  const preload = preloadUrl({ parentPid: 0, address: undefined }).replace('process.ppid%20%3D%3D%3D%200', 'true');
  const sandbox = spawn(
    process.execPath,
    [
      '-e',
      `
      const child = require('node:child_process').spawn(process.execPath, ['--import', ${JSON.stringify(preload)}, '-e', "console.log('up'); setInterval(() => {}, 1000)"], { detached: true, stdio: ['ignore', 'pipe', 'inherit', 'pipe'] });
      child.stdout.once('data', () => console.log(String(child.pid)));
      setInterval(() => {}, 1000);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = (await once(createInterface({ input: sandbox.stdout }), 'line')) as [string];
  expect(await isGone(Number(line), 1)).toBe(false);
  sandbox.kill('SIGKILL');
  expect(await isGone(Number(line))).toBe(true);
});

async function untilLogged(
  cluster: Awaited<ReturnType<typeof clusterWith>>,
  name: string,
  text: string,
): Promise<string> {
  const pod = await cluster.until(pods, name, isReady);
  const abort = new AbortController();
  const request = { container: 'main', previous: false, follow: true, timestamps: false, signal: abort.signal };
  let all = '';
  for await (const chunk of await cluster.nodes.runtime.logs(pod, request)) {
    all += Buffer.from(chunk).toString('utf8');
    const line = all.split('\n').find((candidate) => candidate.includes(text));
    if (line !== undefined && all.endsWith('\n')) return line;
  }
  throw new Error(`the log ended without ${text}: ${all}`);
}

/** Is the process gone, or does it go within some tries? Zombies count as gone. */
async function isGone(pid: number, tries = 3_000): Promise<boolean> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    if (stat === undefined || / Z /.test(stat)) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}
