import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { expect } from 'vitest';
import type { Called, Clients } from './__fixtures__/clients.js';
import { findProgram, startClients } from './__fixtures__/clients.js';

const kubectl = (await findProgram('kubectl')) ?? '';
const helms = [
  ['helm 4', (await findProgram('helm')) ?? '', '--rollback-on-failure'],
  ['helm 3', (await findProgram('helm3')) ?? '', '--atomic'],
] as const;
const charts = join(import.meta.dirname, '__fixtures__/charts');
const TIMEOUT_MS = 90_000;
const WIDE =
  'clusterroles,clusterrolebindings,priorityclasses,mutatingwebhookconfigurations,validatingwebhookconfigurations,persistentvolumes';
const WAIT = ['--wait', '--timeout', '40s'];

/** Answers AdmissionReviews: certificates get an owner as label, and names of hosts below `forbidden` are refused. */
const webhook = `
import { createServer } from 'node:https';
import { readFileSync } from 'node:fs';
process.on('SIGTERM', () => process.exit(0));
const file = (name) => readFileSync(process.env.SANDBOX_POD_ROOT + '/tls/' + name);
const patch = Buffer.from(JSON.stringify([{ op: 'add', path: '/metadata/labels', value: { checked: 'yes' } }])).toString('base64');
createServer({ cert: file('tls.crt'), key: file('tls.key') }, (request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += chunk)).on('end', () => {
    const review = JSON.parse(body);
    const { uid, object } = review.request;
    const bad = object?.spec.dnsNames?.some((name) => name.endsWith('.forbidden'));
    const answer = request.url.startsWith('/mutate')
      ? { allowed: true, patchType: 'JSONPatch', patch }
      : { allowed: !bad, status: { code: 422, message: 'this name is not ours' }, warnings: ['checked'] };
    response.end(JSON.stringify({ apiVersion: review.apiVersion, kind: review.kind, response: { uid, ...answer } }));
  });
}).listen(18443);
`;

let clients: Clients;
let webhookImage = '';

beforeAll(async () => {
  clients = await startClients();
  await cp(charts, join(clients.dir, 'charts'), { recursive: true });
  webhookImage = await clients.image('webhook:1', {
    Dockerfile: 'FROM node:20\nCOPY main.mjs /\nCMD ["node", "/main.mjs"]\n',
    'main.mjs': webhook,
  });
}, TIMEOUT_MS);

afterAll(() => clients?.[Symbol.asyncDispose]());

const certificate = (name: string, host: string): string =>
  JSON.stringify({
    apiVersion: 'pki.example.com/v1',
    kind: 'Certificate',
    metadata: { name },
    spec: { secretName: name, issuerRef: { name: 'own' }, dnsNames: [host] },
  });

interface Release {
  /** helm in the release's namespace. */
  helm(...args: readonly string[]): Promise<string>;
  /** kubectl there. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  call(args: readonly string[], input?: string): Promise<Called>;
}

/** What is looked at while a release of the chart is there. */
const looks: Readonly<Record<string, (release: Release, expect: Expect) => Promise<void>>> = {
  async certificates({ kubectl: on, call }, expect) {
    expect(await on(['apply', '-f', '-'], certificate('good', 'a.example'))).toContain(
      'certificate.pki.example.com/good created',
    );
    expect(await on(['get', 'cert', 'good', '-o', 'jsonpath={.metadata.labels.checked} {.spec.duration}'])).toBe(
      'yes 2160h',
    );
    expect(await call(['apply', '-f', '-'], certificate('bad', 'a.forbidden'))).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining(
        'admission webhook "check.pki.example.com" denied the request: this name is not ours',
      ),
    });
    await on(['delete', 'cert', 'good']);
  },
  async metrics({ kubectl: on }, expect) {
    expect(await on(['get', 'smon,alertrules,collectors', '-o', 'name'])).toMatch(
      /^(\w+\.watch\.example\.com\/r\n){3}$/,
    );
    expect(await on(['scale', 'collector/r', '--replicas=2'])).toBe('collector.watch.example.com/r scaled\n');
    expect(await on(['get', 'daemonset', 'r-node', '--no-headers'])).toMatch(/^r-node +1 +1 +1 +1 +1 /);
    expect(await on(['get', 'jobs', '-o', 'name'])).toBe('');
  },
  async database({ kubectl: on }, expect) {
    expect(await on(['get', 'statefulset,pvc', '--no-headers'])).toMatch(/r +3\/3 [^]+(data-r-\d +Bound [^]+){3}/);
    expect(await on(['get', 'database', '--no-headers'])).toMatch(/^r +3/);
    expect(await on(['get', 'databases.v1beta1.sql.example.com', 'r', '-o', 'jsonpath={.apiVersion}'])).toBe(
      'sql.example.com/v1beta1',
    );
    expect(await on(['get', 'pdb', 'r', '-o', 'jsonpath={.status.disruptionsAllowed}/{.status.expectedPods}'])).toBe(
      '1/3',
    );
    await on(['scale', 'statefulset/r', '--replicas=1']);
    await on(['wait', '--for=delete', 'pvc/data-r-2', 'pvc/data-r-1', '--timeout=20s']);
  },
  async streams({ kubectl: on }, expect) {
    expect(await on(['get', 'statefulsets', '--no-headers'])).toMatch(/r-broker +4\/4 [^]+r-controller +1\/1 /);
    expect(await on(['get', 'tp', 'r-events', '-o', 'jsonpath={.spec.partitions} {.spec.config}'])).toBe(
      '3 {"retention.ms":60000}',
    );
    expect(await on(['get', 'endpoints', 'r-bootstrap', '-o', 'jsonpath={.subsets[0].ports[0].port}'])).toBe('9092');
  },
  async training({ kubectl: on }, expect) {
    expect(
      await on([
        'get',
        'trainjob',
        'r-sample',
        '-o',
        'jsonpath={.spec.runPolicy} {.spec.replicaSpecs.Worker.restartPolicy}',
      ]),
    ).toBe(' ExitCode');
    expect(await on(['get', 'hpa', 'r', '--no-headers'])).toMatch(/^r +Deployment\/r +/);
    expect(await on(['get', 'pods', '-o', 'jsonpath={.items[0].spec.containers[0].resources.requests.cpu}'])).toBe(
      '10m',
    );
  },
};

type Expect = typeof expect;

/** `NAMESPACE KIND NAME` of all that releases of charts left but definitions, and `KIND NAME` of what is in no namespace. */
async function leftovers(): Promise<string[]> {
  const on = (...args: readonly string[]): Promise<string> => clients.output(kubectl, args);
  const columns = ['-o', 'custom-columns=:.metadata.namespace,:.kind,:.metadata.name', '--no-headers'];
  const kinds = (await on('api-resources', '--namespaced', '--verbs=list', '-o', 'name')).trim().split('\n');
  const listed = await on('get', '-A', kinds.filter((kind) => !kind.startsWith('events')).join(), ...columns);
  const wide = await on('get', WIDE, ...columns);
  const own = helms.flatMap(([title]) => Object.keys(looks).map((chart) => `${title.replace(' ', '-')}-${chart}`));
  return `${listed}${wide}`
    .split('\n')
    .map((line) => line.replace(/ +/g, ' '))
    .filter((line) => own.some((namespace) => line.includes(namespace)))
    .filter((line) => !/ConfigMap kube-root-ca\.crt$|ServiceAccount default$/.test(line));
}

describe.concurrent.each(helms)('%s', { timeout: TIMEOUT_MS }, (title, helm, atomic) => {
  it.skipIf(helm === '' || kubectl === '').for(Object.keys(looks))(
    'carries %s through its life',
    async (chart, { expect }) => {
      const namespace = `${title.replace(' ', '-')}-${chart}`;
      const release: Release = {
        helm: (...args) => clients.output(helm, [...args, '--namespace', namespace]),
        kubectl: (args, input) =>
          clients.output(kubectl, ['--namespace', namespace, ...args], input === undefined ? {} : { input }),
        call: (args, input) =>
          clients.call(kubectl, ['--namespace', namespace, ...args], input === undefined ? {} : { input }),
      };
      const values = chart === 'certificates' ? ['--set', `webhookImage=${webhookImage}`] : [];
      await release.helm('install', 'r', `charts/${chart}`, '--create-namespace', ...values, ...WAIT);
      const more: Readonly<Record<string, number>> = { streams: 4, database: 3 };
      await release.helm(
        'upgrade',
        'r',
        `charts/${chart}`,
        '--reuse-values',
        '--set',
        `replicas=${more[chart] ?? 2}`,
        ...WAIT,
      );
      await looks[chart]?.(release, expect);
      expect(await release.helm('test', 'r', '--timeout', '40s')).toMatch(/Phase: +Succeeded/);
      await release.helm('uninstall', 'r', ...WAIT);
    },
  );

  it.skipIf(helm === '')(
    'rolls back by itself what does not come up, and removes what never did',
    async ({ expect }) => {
      const namespace = `${title.replace(' ', '-')}-atomic`;
      const on = (...args: readonly string[]): Promise<string> =>
        clients.output(helm, [...args, '--namespace', namespace]);
      const call = (...args: readonly string[]): Promise<Called> =>
        clients.call(helm, [...args, '--namespace', namespace]);
      const broken = ['charts/training', '--set', 'image=absent:1', atomic, '--wait', '--timeout', '3s'];
      expect(await call('install', 'never', ...broken, '--create-namespace')).toMatchObject({ exitCode: 1 });
      expect(await on('list', '--failed', '--pending', '--short')).toBe('');
      await on('install', 'r', 'charts/training', ...WAIT);
      const failed = await call('upgrade', 'r', ...broken.map((arg) => (arg === '3s' ? '8s' : arg)));
      expect(failed).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/rolled back due to|rollback/i) });
      const history = JSON.parse(await on('history', 'r', '-o', 'json')) as { status: string; description: string }[];
      expect(history.map(({ status, description }) => `${status}: ${description}`)).toEqual([
        expect.stringMatching(/^superseded: /),
        expect.stringMatching(/^failed: /),
        'deployed: Rollback to 1',
      ]);
      expect(await on('get', 'values', 'r', '--all', '-o', 'json')).toContain('"image":"node:20"');
      expect(await on('status', 'r')).toContain('STATUS: deployed');
      await on('uninstall', 'r', '--keep-history');
      expect(await on('list', '--uninstalled', '--short')).toBe('r\n');
      await on('rollback', 'r', '1', ...WAIT);
      expect(await on('list', '--short')).toBe('r\n');
    },
  );

  it.skipIf(helm === '')('is told by the chart, by the server and by a hook what is wrong', async ({ expect }) => {
    const namespace = `${title.replace(' ', '-')}-wrong`;
    const call = (...args: readonly string[]): Promise<Called> =>
      clients.call(helm, [...args, '--namespace', namespace, '--create-namespace']);
    expect(await call('install', 'r', 'charts/training', '--set', 'replicas=-1')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/replicas.*(minimum: got -1|greater than or equal to 0)/i),
    });
    const chart = 'apiVersion: v2\nname: wrong\nversion: 0.1.0\n';
    const hook = (weight: number, code: number): string => `
apiVersion: batch/v1
kind: Job
metadata: {name: hook-${weight}, annotations: {helm.sh/hook: pre-install, helm.sh/hook-weight: '${weight}', helm.sh/hook-delete-policy: hook-failed}}
spec:
  backoffLimit: 0
  template:
    metadata: {annotations: {sandbox.seatrial.dev/exit-code: '${code}'}}
    spec: {restartPolicy: Never, containers: [{name: main, image: 'node:20'}]}
---
`;
    const map = '{apiVersion: v1, kind: ConfigMap, metadata: {name: made}}\n';
    await clients.write({
      'wrong/Chart.yaml': chart,
      'wrong/templates/all.yaml': `${hook(2, 1)}${hook(1, 0)}${hook(3, 0)}${map}`,
      'invalid/Chart.yaml': chart,
      'invalid/templates/all.yaml':
        '{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 99999}]}}\n',
    });
    expect(await call('install', 'hooked', 'wrong', '--timeout', '20s')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/failed pre-install: [^]*(BackoffLimitExceeded|Job Failed)/i),
    });
    const made = await clients.output(kubectl, ['-n', namespace, 'get', 'jobs,configmaps', '-o', 'name']);
    expect(made).toBe('job.batch/hook-1\nconfigmap/kube-root-ca.crt\n');
    expect(await call('install', 'invalid', 'invalid')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('spec.ports[0].port: Invalid value: 99999: must be between 1 and 65535'),
    });
  });
});

describe.skipIf(kubectl === '')('helm uninstall', { timeout: TIMEOUT_MS }, () => {
  it('leaves nothing of all these charts but definitions', async ({ expect }) => {
    // Pods go on for their grace, and what they own goes after them.
    await expect.poll(leftovers, { timeout: 20_000, interval: 500 }).toEqual([]);
    expect(await clients.output(kubectl, ['get', 'crds', '-o', 'name'])).toContain('topics.streams.example.com');
  });
});
