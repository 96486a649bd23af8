import type { CommandIo } from '@seatrial/cli';
import { runCommand } from '@seatrial/cli';
import { packageChart, pushChart } from '@seatrial/helm';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  exampleChart,
  listTraces,
  newId,
  openRealCluster,
  pushExampleImage,
  realClusterTitle,
  realKubeconfig,
  realRegistry,
} from './__fixtures__/real-cluster.js';
import type { RealCluster } from './__fixtures__/real-cluster.js';
import { command } from './commands.js';
import { DeployError } from './errors.js';
import { systemClock } from './limits.js';
import { setUp } from './set-up.js';
import { tearDown } from './tear-down.js';

const busybox = `${realRegistry}/busybox:1`;

const RELEASE = 'seatrial';

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
    templates: [workload('Deployment', 'web', pod(sleep).replace(busybox, `${realRegistry}/none:v1`))],
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
    timeoutMs: 30_000,
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

describe.skipIf(realKubeconfig === undefined)(
  realClusterTitle('set-up on a real cluster'),
  { timeout: 240_000 },
  () => {
    const id = newId();
    const namespaces: string[] = [];
    let cluster: RealCluster;

    beforeAll(async () => {
      cluster = await openRealCluster();
    }, 120_000);

    afterAll(async () => {
      const down = (namespace: string) =>
        tearDown({ ...cluster, release: RELEASE, namespace, force: true, timeoutMs: 120_000 });
      await Promise.all(namespaces.map(down));
      const left = await listTraces(cluster.kube, id);
      await cluster[Symbol.asyncDispose]();
      expect(left).toEqual([]);
    }, 240_000);

    const newNamespace = (name: string): string => {
      namespaces.push(`setup-${name}-${id}`);
      return namespaces.at(-1) as string;
    };

    describe.concurrent('names the object and the reason', () => {
      it.each(failures)('of $what', async ({ templates, timeoutMs, message, detail }) => {
        const namespace = newNamespace(`f${namespaces.length}`);
        const chart = join(cluster.dir, namespace);
        await mkdir(join(chart, 'templates'), { recursive: true });
        await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: failing\nversion: 0.1.0\n');
        await writeFile(join(chart, 'templates/all.yaml'), templates.join('---\n'));
        const lines: string[] = [];
        const onLine = (line: string): void => void lines.push(line);
        const error = await setUp({ ...cluster, chart, namespace, timeoutMs, onLine, release: RELEASE }).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(error).toBeInstanceOf(DeployError);
        expect(error).toMatchObject({ code: 'NOT_READY', infrastructure: false });
        for (const part of message) expect((error as DeployError).message).toMatch(part);
        for (const part of detail) expect((error as DeployError).detail).toMatch(part);
        expect(lines).not.toEqual([]);
      });
    });

    describe.concurrent('sets up the example', () => {
      const sources: Record<string, string> = { 'a folder': exampleChart };
      let image: string;

      async function run(argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
        const [stdout, stderr] = [new PassThrough(), new PassThrough()];
        const [out, err] = [text(stdout), text(stderr)];
        const signal = new AbortController().signal;
        const env = {
          PATH: process.env['PATH'],
          KUBECONFIG: cluster.kubeconfig,
          HELM_BIN: cluster.helm.binary.path,
        };
        const io: CommandIo = {
          env,
          cwd: cluster.dir,
          stdin: new PassThrough(),
          stdout,
          stderr,
          signal,
          clock: systemClock,
        };
        const code = await runCommand(command, argv, io);
        stdout.end();
        stderr.end();
        return { code, out: await out, err: await err };
      }

      beforeAll(async () => {
        image = await pushExampleImage(id);
        const { path, name, version } = await packageChart(exampleChart, cluster.dir);
        sources['a .tgz'] = path;
        const oci = `oci://${realRegistry}/charts-${id}`;
        await pushChart(cluster.helm, { archive: path, registry: oci, plainHttp: true });
        sources['oci://'] = `${oci}/${name}:${version}`;
        await writeFile(join(cluster.dir, 'debug.yaml'), 'logLevel: debug\n');
      }, 120_000);

      it.each(['a folder', 'a .tgz', 'oci://'])('from %s', async (source) => {
        const namespace = newNamespace(`s${namespaces.length}`);
        const where = ['--provider', 'kubeconfig', '--context', cluster.kube.context, '--namespace', namespace];
        const setup = [
          ...['setup', ...where, '--chart', sources[source] as string, '--values', 'debug.yaml'],
          ...['--set', `image=${image}`, '--set', 'clusterWide=false'],
          ...['--set-string', 'podAnnotations.build=1', '--run-id', `r-${id}`, '--timeout-minutes', '2'],
        ];
        const first = await run(setup);
        expect(first, first.err).toMatchObject({ code: 0 });
        expect(first.out).toContain(`release ${RELEASE} (revision 1) is ready in namespace ${namespace}`);
        expect(first.err).toMatch(/pod seatrial-tf-job-operator-\S+: is ready/);

        const ready = await run(['wait', 'deploy/seatrial-tf-job-operator', ...where, '--json']);
        expect(JSON.parse(ready.out)).toMatchObject({
          spec: { template: { metadata: { annotations: { build: '1' } } } },
          status: { availableReplicas: 1 },
        });
        // Done again by the same run it is upgraded; by another it is left as it is, unless that is asked for.
        expect(await run(setup)).toMatchObject({ code: 0, out: expect.stringContaining('(revision 2)') });
        const other = setup.map((one) => (one === `r-${id}` ? 'another' : one));
        expect(await run(other)).toMatchObject({
          code: 1,
          err: expect.stringContaining('a name that is still in use'),
        });
        expect(await run([...other, '--upgrade'])).toMatchObject({ out: expect.stringContaining('(revision 3)') });
        expect(
          (await cluster.kube.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace }))?.metadata.labels,
        ).toMatchObject({
          'seatrial.dev/owned': 'true',
          'seatrial.dev/run': `r-${id}`,
        });
      });
    });
  },
);
