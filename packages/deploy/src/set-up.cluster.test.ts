import type { CommandIo } from '@seatrial/cli';
import { runCommand } from '@seatrial/cli';
import { createHelm, findHelm, findWorkspaceHelm, packageChart, pushChart } from '@seatrial/helm';
import type { Helm } from '@seatrial/helm';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from './commands.js';
import { connect } from './connect.js';
import { DeployError } from './errors.js';
import type { KubeClient } from './kube-client.js';
import { systemClock } from './limits.js';
import { setUp } from './set-up.js';
import { waitUntilGone } from './wait.js';

/**
 * A real cluster whose nodes pull from the registry, and a docker that pushes to it:
 *
 *     SEATRIAL_TEST_KUBECONFIG=… npx nx run deploy:cluster
 *
 * `SEATRIAL_TEST_REGISTRY` (127.0.0.1:5000) has `busybox:1` and `node:20`.
 */
const kubeconfig = process.env['SEATRIAL_TEST_KUBECONFIG'];
const registry = process.env['SEATRIAL_TEST_REGISTRY'] ?? '127.0.0.1:5000';
if (kubeconfig === undefined) {
  console.warn('SKIPPED: set-up on a real cluster; name its kubeconfig by SEATRIAL_TEST_KUBECONFIG');
}
const skipped = kubeconfig === undefined ? ' (SKIPPED: no SEATRIAL_TEST_KUBECONFIG)' : '';
const busybox = `${registry}/busybox:1`;
const example = join(import.meta.dirname, '../../../examples/tf-job-operator');
const suffix = Math.random().toString(36).slice(2, 8);
const docker = promisify(execFile);

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' };
const DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  name: 'tfjobs.kubeflow.org',
};

const pod = (container: string, more = ''): string => `
    metadata: {labels: {app: x}}
    spec: {terminationGracePeriodSeconds: 0, ${more} containers: [{name: main, image: ${busybox}, ${container}}]}`;
const workload = (kind: string, name: string, template: string): string => `
apiVersion: apps/v1
kind: ${kind}
metadata: {name: ${name}}
spec:
  ${kind === 'StatefulSet' ? 'serviceName: x' : ''}
  selector: {matchLabels: {app: x}}
  template: ${template}
`;
const sleep = 'command: [sleep, "3600"]';

interface Failure {
  readonly what: string;
  readonly templates: readonly string[];
  readonly timeoutMs: number;
  readonly message: readonly (string | RegExp)[];
  readonly detail: readonly (string | RegExp)[];
}
const failures: readonly Failure[] = [
  {
    what: 'an image that does not exist',
    templates: [workload('Deployment', 'web', pod(sleep).replace(busybox, `${registry}/none:v1`))],
    timeoutMs: 60_000,
    message: [
      /Pod web-\w+-\w+: container main \(image \S+\/none:v1\) is waiting: (ErrImagePull|ImagePullBackOff)/,
      'not ready either: Deployment web',
    ],
    detail: [/manifest for \S+\/none:v1 not found/, /warning Failed/],
  },
  {
    what: 'a crash loop',
    templates: [workload('Deployment', 'web', pod('command: [sh, -c, "echo cannot reach the API; exit 3"]'))],
    timeoutMs: 90_000,
    message: [/Pod web-\S+: container main .* (CrashLoopBackOff|RunContainerError).*exit code 3/, 'Deployment web'],
    detail: ['| cannot reach the API', /warning BackOff/],
  },
  {
    what: 'a missing ConfigMap',
    templates: [workload('Deployment', 'web', pod(`${sleep}, envFrom: [{configMapRef: {name: nocm}}]`))],
    timeoutMs: 60_000,
    message: [/Pod web-\S+: container main .* CreateContainerConfigError: configmap "nocm" not found/],
    detail: ['Deployment web: 0 of 1 replicas available', 'configmap "nocm" not found'],
  },
  {
    what: 'a missing ConfigMap in a volume',
    templates: [
      workload(
        'Deployment',
        'web',
        pod(`${sleep}, volumeMounts: [{name: v, mountPath: /v}]`, 'volumes: [{name: v, configMap: {name: nocm}}],'),
      ),
    ],
    timeoutMs: 15_000,
    message: [/Pod web-\S+: phase Pending.*FailedMount.*configmap "nocm" not found/],
    detail: [/warning FailedMount.*configmap "nocm" not found/],
  },
  {
    what: 'a pod that fits no node',
    templates: [workload('Deployment', 'web', pod(sleep, 'nodeSelector: {disk: none},'))],
    timeoutMs: 10_000,
    message: [/Pod web-\S+: phase Pending; Unschedulable: 0\/1 nodes are available/, 'Deployment web'],
    detail: [/warning FailedScheduling/],
  },
  {
    what: 'a StatefulSet that never gets ready',
    templates: [
      workload(
        'StatefulSet',
        'db',
        pod(`${sleep}, readinessProbe: {periodSeconds: 1, exec: {command: [cat, /no/such]}}`),
      ),
    ],
    timeoutMs: 15_000,
    message: ['Pod db-0: phase Running; container main runs but is not ready', 'not ready either: StatefulSet db'],
    detail: ['StatefulSet db: 0 of 1 replicas ready', /warning Unhealthy.*Readiness probe failed.*\/no\/such/],
  },
  {
    what: 'several things at once, each',
    templates: [
      workload('Deployment', 'web', pod(sleep, 'nodeSelector: {disk: none},')),
      workload('StatefulSet', 'db', pod(sleep, 'nodeSelector: {disk: none},')).replaceAll('app: x', 'app: z'),
      'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {accessModes: [ReadWriteOnce], storageClassName: none, resources: {requests: {storage: 1Gi}}}\n',
      'apiVersion: v1\nkind: Service\nmetadata: {name: front}\nspec: {type: LoadBalancer, selector: {app: x}, ports: [{port: 80, protocol: TCP}]}\n',
    ],
    timeoutMs: 10_000,
    message: [
      /Deployment web/,
      /StatefulSet db/,
      /PersistentVolumeClaim data/,
      /Service front/,
      /Pod web-/,
      /Pod db-0/,
    ],
    detail: [
      'PersistentVolumeClaim data: not bound: phase Pending',
      'Service front: its load balancer has no address yet',
    ],
  },
];

describe.skipIf(kubeconfig === undefined)(`set-up on a real cluster${skipped}`, { timeout: 240_000 }, () => {
  const namespaces: string[] = [];
  let folder: string;
  let kube: KubeClient;
  let helm: Helm;
  let hadDefinition = true;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'seatrial-cluster-'));
    kube = await connect(kubeconfig as string);
    const env = { PATH: process.env['PATH'] };
    const binary = await findHelm({ env: process.env, workspaceCopy: () => findWorkspaceHelm() });
    helm = createHelm({ binary, home: join(folder, 'helm'), kubeconfig: kubeconfig as string, env });
    hadDefinition = (await kube.get(DEFINITION)) !== undefined;
  }, 120_000);

  afterAll(async () => {
    if (kube === undefined) return;
    await Promise.all(namespaces.map((name) => kube.delete({ ...NAMESPACE, name })));
    for (const name of namespaces) {
      await waitUntilGone({ kube, clock: systemClock }, { ...NAMESPACE, name }, { timeoutMs: 120_000 });
    }
    // helm leaves what came from crds/; it goes unless somebody else had it before, or uses it now.
    const left = hadDefinition ? [] : (await helm.list()).filter(({ chart }) => chart.startsWith('tf-job-operator-'));
    if (!hadDefinition && left.length === 0) await kube.delete(DEFINITION);
    kube.close();
    await rm(folder, { recursive: true, force: true });
  }, 240_000);

  const newNamespace = (name: string): string => {
    namespaces.push(`setup-${name}-${suffix}`);
    return namespaces.at(-1) as string;
  };

  describe('names the object and the reason', () => {
    it.each(failures)('of $what', async ({ templates, timeoutMs, message, detail }) => {
      const namespace = newNamespace(`f${namespaces.length}`);
      const chart = join(folder, namespace);
      await mkdir(join(chart, 'templates'), { recursive: true });
      await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: failing\nversion: 0.1.0\n');
      await writeFile(join(chart, 'templates/all.yaml'), templates.join('---\n'));
      const lines: string[] = [];
      const onLine = (line: string): void => void lines.push(line);
      const error = await setUp({ helm, kube, chart, namespace, timeoutMs, onLine, release: 'failing' }).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(DeployError);
      expect(error).toMatchObject({ code: 'NOT_READY', infrastructure: false });
      for (const part of message) expect((error as DeployError).message).toMatch(part);
      for (const part of detail) expect((error as DeployError).detail).toMatch(part);
      expect(lines).not.toEqual([]);
      await kube.delete({ ...NAMESPACE, name: namespace });
    });
  });

  describe('sets up the example', () => {
    const image = `${registry}/seatrial/tf-job-operator:setup-${suffix}`;
    const sources: Record<string, string> = {};

    async function run(argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
      const [stdout, stderr] = [new PassThrough(), new PassThrough()];
      const [out, err] = [text(stdout), text(stderr)];
      const signal = new AbortController().signal;
      const env = { PATH: process.env['PATH'], KUBECONFIG: kubeconfig, HELM_BIN: helm.binary.path };
      const io: CommandIo = { env, cwd: folder, stdin: new PassThrough(), stdout, stderr, signal, clock: systemClock };
      const code = await runCommand(command, argv, io);
      stdout.end();
      stderr.end();
      return { code, out: await out, err: await err };
    }

    beforeAll(async () => {
      const base = ['--build-arg', `BASE_IMAGE=${registry}/node:20`];
      await docker('docker', ['build', '--quiet', ...base, '--tag', image, example]);
      await docker('docker', ['push', '--quiet', image]);
      sources['a folder'] = join(folder, 'tf-job-operator');
      await cp(join(example, 'chart/tf-job-operator'), sources['a folder'], { recursive: true });
      const { path, name, version } = await packageChart(sources['a folder'], folder);
      sources['a .tgz'] = path;
      const oci = `oci://${registry}/charts-${suffix}`;
      await pushChart(helm, { archive: path, registry: oci, plainHttp: true });
      sources['oci://'] = `${oci}/${name}:${version}`;
    }, 120_000);
    afterAll(() => docker('docker', ['image', 'rm', '--force', image]));

    it.each(['a folder', 'a .tgz', 'oci://'])('from %s', async (source) => {
      const namespace = newNamespace(`s${namespaces.length}`);
      const where = ['--provider', 'kubeconfig', '--context', kube.context, '--namespace', namespace];
      await writeFile(join(folder, 'debug.yaml'), 'logLevel: debug\n');
      const setup = [
        ...['setup', ...where, '--chart', sources[source] as string, '--values', 'debug.yaml'],
        ...['--set', `image=${image}`, '--set', 'clusterWide=false'],
        ...['--set-string', 'podAnnotations.build=1', '--run-id', `r-${suffix}`, '--timeout-minutes', '2'],
      ];
      const first = await run(setup);
      expect(first, first.err).toMatchObject({ code: 0 });
      expect(first.out).toContain(`release seatrial (revision 1) is ready in namespace ${namespace}`);
      expect(first.err).toMatch(/pod seatrial-tf-job-operator-\S+: is ready/);

      const ready = await run(['wait', 'deploy/seatrial-tf-job-operator', ...where, '--json']);
      expect(JSON.parse(ready.out)).toMatchObject({
        spec: { template: { metadata: { annotations: { build: '1' } } } },
        status: { availableReplicas: 1 },
      });
      // Done again by the same run it is upgraded; by another it is left as it is, unless that is asked for.
      expect(await run(setup)).toMatchObject({ code: 0, out: expect.stringContaining('(revision 2)') });
      const other = setup.map((one) => (one === `r-${suffix}` ? 'another' : one));
      expect(await run(other)).toMatchObject({ code: 1, err: expect.stringContaining('a name that is still in use') });
      expect(await run([...other, '--upgrade'])).toMatchObject({ out: expect.stringContaining('(revision 3)') });
      expect((await kube.get({ ...NAMESPACE, name: namespace }))?.metadata.labels).toMatchObject({
        'seatrial.dev/owned': 'true',
        'seatrial.dev/run': `r-${suffix}`,
      });
    });
  });
});
