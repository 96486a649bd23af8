import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Called, Clients } from './__fixtures__/clients.js';
import { findProgram, startClients } from './__fixtures__/clients.js';

const kubectl = (await findProgram('kubectl')) ?? '';
const TIMEOUT_MS = 60_000;

const LOOP = 'sandbox.seatrial.dev/duration: 1h';

/** A Deployment `web` of simulated pods, whose log is `one`, `two`, `three`. */
const deployment = (): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
      annotations: {${LOOP}, sandbox.seatrial.dev/logs: "one\\ntwo\\nthree"}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - {name: main, image: "node:20", ports: [{containerPort: 80, name: http}], env: [{name: A, value: b}]}
        - {name: side, image: "node:20"}
`;

let clients: Clients;

beforeAll(async () => {
  if (kubectl === '') return;
  clients = await startClients();
  await clients.write({ 'web.yaml': deployment(), 'drained.yaml': deployment().replaceAll('web', 'drained') });
}, TIMEOUT_MS);

afterAll(() => clients?.[Symbol.asyncDispose]());

let namespaces = 0;

/** kubectl in a namespace of its own. */
async function inNamespace(): Promise<{
  readonly name: string;
  on(...args: readonly string[]): Promise<string>;
  call(...args: readonly string[]): Promise<Called>;
}> {
  namespaces += 1;
  const name = `test-${namespaces}`;
  await clients.output(kubectl, ['create', 'namespace', name]);
  return {
    name,
    on: (...args) => clients.output(kubectl, ['--namespace', name, ...args]),
    call: (...args) => clients.call(kubectl, ['--namespace', name, ...args]),
  };
}

describe.skipIf(kubectl === '').concurrent('kubectl', { timeout: TIMEOUT_MS }, () => {
  it('gets objects in all its forms', async ({ expect }) => {
    const { on, call } = await inNamespace();
    await on('apply', '-f', 'web.yaml');
    await on('rollout', 'status', 'deployment/web', '--timeout=10s');
    expect(await on('get', 'deployment', 'web')).toMatch(
      /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +2\/2 +2 +2 +\d+s\n$/,
    );
    expect(await on('get', 'deployment', '-o', 'wide')).toMatch(
      /CONTAINERS +IMAGES +SELECTOR\n.* main,side +node:20,node:20 +app=web\n$/,
    );
    expect(await on('get', 'pods', '--show-labels', '--no-headers')).toMatch(
      /2\/2 +Running +0 .*app=web,pod-template-hash=/,
    );
    expect(await on('get', 'pods', '-o', 'wide')).toMatch(
      /NOMINATED NODE +READINESS GATES\n.*127\.\S+ +gke-sandbox-default-pool/,
    );
    expect(await on('get', 'deployment/web', '-o', 'yaml')).toContain('  replicas: 2\n');
    expect(await on('get', 'deployment/web', '-o', 'jsonpath={.spec.template.spec.containers[*].name}')).toBe(
      'main side',
    );
    expect(await on('get', 'deployment', '-o', 'custom-columns=N:.metadata.name,R:.spec.replicas')).toBe(
      'N     R\nweb   2\n',
    );
    expect(await on('get', 'pods', '-l', 'app=other')).toBe('');
    expect(await on('get', 'pods', '--field-selector', 'status.phase=Pending')).toBe('');
    expect(await on('get', 'pods', '--sort-by=.metadata.name', '-o', 'name')).toMatch(/^(pod\/web-\S+\n){2}$/);
    expect(await on('get', 'all')).toMatch(/pod\/web-[^]+deployment\.apps\/web [^]+replicaset\.apps\/web-/);
    expect(await call('get', 'deployment', 'none')).toMatchObject({
      exitCode: 1,
      stderr: 'Error from server (NotFound): deployments.apps "none" not found\n',
    });
    expect(await call('get', 'nothings')).toMatchObject({
      stderr: 'error: the server doesn\'t have a resource type "nothings"\n',
    });
  });

  it('watches', async ({ expect }) => {
    const { on, name } = await inNamespace();
    await on('create', 'configmap', 'first');
    const watching = clients.start(kubectl, ['-n', name, 'get', 'configmaps', '-w', '--output-watch-events']);
    await watching.printed(/ADDED +first/);
    await on('create', 'configmap', 'second');
    await on('patch', 'configmap', 'second', '-p', '{"data":{"a":"b"}}');
    await on('delete', 'configmap', 'second');
    expect(await watching.printed(/DELETED/)).toMatch(
      /ADDED +second +0 [^]+MODIFIED +second +1 [^]+DELETED +second +1 /,
    );
    await watching.stop();
  });

  it('describes', async ({ expect }) => {
    const { on } = await inNamespace();
    await on('apply', '-f', 'web.yaml');
    await on('expose', 'deployment', 'web', '--port=80', '--target-port=http');
    await on('create', 'job', 'once', '--image=node:20');
    await on('wait', '--for=condition=complete', 'job/once', '--timeout=10s');
    await on('rollout', 'status', 'deployment/web', '--timeout=10s');
    await on('wait', '--for=jsonpath={.subsets[0].addresses[1].ip}', 'endpoints/web', '--timeout=10s');
    expect(await on('describe', 'deployment', 'web')).toMatch(
      /2 desired \| 2 updated \| 2 total \| 2 available \| 0 unavailable[^]+Available +True +MinimumReplicasAvailable[^]+NewReplicaSet: +web-\S+ \(2\/2 replicas created\)[^]+ScalingReplicaSet/,
    );
    expect(await on('describe', 'pods')).toMatch(
      /Controlled By: +ReplicaSet\/web-[^]+State: +Running[^]+Environment:\n +A: +b[^]+Successfully assigned test-\d+\/web-[^]+Started container main/,
    );
    expect(await on('describe', 'service', 'web')).toMatch(
      /Port: +<unset> +80\/TCP\n[^]+Endpoints: +127\.\S+:80,127\.\S+:80\n/,
    );
    expect(await on('describe', 'job', 'once')).toMatch(
      /Pods Statuses: +0 Active \/ 1 Succeeded \/ 0 Failed[^]+Job completed/,
    );
    expect(await on('describe', 'nodes')).toMatch(
      /Ready +True [^]+KubeletReady[^]+Non-terminated Pods:[^]+web-[^]+Allocated resources:/,
    );
  });

  it('applies, prunes and tells what would change', async ({ expect }) => {
    const { on, call, name } = await inNamespace();
    const map = (of: string, data: string): string =>
      `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${of}, labels: {set: one}}, data: {${data}}}\n`;
    await clients.write({ [`${name}/a.yaml`]: map('a', 'x: "1"'), [`${name}/b.yaml`]: map('b', 'x: "1"') });
    expect(await on('apply', '-f', name, '-l', 'set=one')).toBe('configmap/a created\nconfigmap/b created\n');
    await clients.write({ [`${name}/a.yaml`]: map('a', 'x: "2"'), [`${name}/b.yaml`]: map('c', '') });
    expect(await call('diff', '-f', `${name}/a.yaml`)).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/^-\s+x: "1"\n\+\s+x: "2"$/m),
    });
    expect(await on('apply', '-f', name, '--dry-run=server', '-o', 'name')).toBe('configmap/a\nconfigmap/c\n');
    const pruned = await on('apply', '-f', name, '--prune', '-l', 'set=one');
    expect(pruned).toBe('configmap/a configured\nconfigmap/c created\nconfigmap/b pruned\n');
    expect(await call('diff', '-f', name)).toMatchObject({ exitCode: 0, stdout: '' });
    // The first one takes over what client-side apply owned.
    const other = ['apply', '--server-side', '--field-manager=other', '-f', `${name}/a.yaml`];
    expect(await on(...other)).toBe('configmap/a serverside-applied\n');
    await clients.write({ [`${name}/a.yaml`]: map('a', 'x: "3"') });
    const third = other.map((arg) => arg.replace('other', 'third'));
    expect(await call(...third)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('conflict with "other": .data.x'),
    });
    expect(await on('replace', '-f', `${name}/a.yaml`)).toBe('configmap/a replaced\n');
    expect(await on('get', 'configmap', 'a', '-o', 'jsonpath={.data.x}')).toBe('3');
    expect(await call('apply', '-f', '-')).toMatchObject({
      exitCode: 1,
      stderr: 'error: no objects passed to apply\n',
    });
  });

  it('changes labels, annotations and fields', async ({ expect }) => {
    const { on } = await inNamespace();
    await on('create', 'configmap', 'a', '--from-literal=x=1');
    expect(await on('label', 'configmap', 'a', 'tier=front')).toBe('configmap/a labeled\n');
    expect(await on('label', 'configmap', 'a', 'tier-')).toBe('configmap/a unlabeled\n');
    expect(await on('annotate', 'configmap', 'a', 'note=one')).toBe('configmap/a annotated\n');
    expect(await on('annotate', '--overwrite', 'configmaps', '--all', 'note=two')).toContain('configmap/a annotated\n');
    const patch = (type: string, text: string): Promise<string> =>
      on('patch', 'configmap', 'a', `--type=${type}`, '-p', text);
    expect(
      await patch('json', '[{"op":"test","path":"/data/x","value":"1"},{"op":"replace","path":"/data/x","value":"2"}]'),
    ).toBe('configmap/a patched\n');
    expect(await patch('merge', '{"data":{"x":null,"y":"3"}}')).toBe('configmap/a patched\n');
    expect(await patch('strategic', '{"metadata":{"labels":{"l":"1"}},"data":{"z":"4"}}')).toBe(
      'configmap/a patched\n',
    );
    expect(await patch('merge', '{"data":{"y":"3"}}')).toBe('configmap/a patched (no change)\n');
    expect(await on('get', 'configmap', 'a', '-o', 'jsonpath={.data} {.metadata.annotations}')).toBe(
      '{"y":"3","z":"4"} {"note":"two"}',
    );
  });

  it('rolls out, back, again and further', async ({ expect }) => {
    const { on, call } = await inNamespace();
    const done = (): Promise<string> => on('rollout', 'status', 'deployment/web', '--timeout=10s');
    await on('apply', '-f', 'web.yaml');
    expect(await done()).toContain('deployment "web" successfully rolled out');
    await on('set', 'image', 'deployment/web', '*=absent:1');
    expect(await call('rollout', 'status', 'deployment/web', '--timeout=1s')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('timed out waiting for the condition'),
    });
    expect(await on('get', 'pods')).toMatch(/ErrImagePull|ImagePullBackOff/);
    expect(await on('rollout', 'undo', 'deployment/web')).toBe('deployment.apps/web rolled back\n');
    await done();
    expect(await on('rollout', 'restart', 'deployment/web')).toBe('deployment.apps/web restarted\n');
    await done();
    expect(await on('rollout', 'history', 'deployment/web')).toMatch(/\n2 .*\n3 .*\n4 /);
    expect(await on('rollout', 'history', 'deployment/web', '--revision=2')).toContain('absent:1');
    expect(await on('rollout', 'pause', 'deployment/web')).toBe('deployment.apps/web paused\n');
    await on('set', 'env', 'deployment/web', 'A=c');
    expect(await on('rollout', 'resume', 'deployment/web')).toBe('deployment.apps/web resumed\n');
    await done();
    await on('scale', 'deployment/web', '--replicas=3');
    await on('wait', '--for=jsonpath={.status.readyReplicas}=3', 'deployment/web', '--timeout=10s');
    expect(await call('scale', 'deployment/web', '--current-replicas=9', '--replicas=1')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('Expected replicas to be 9, was 3'),
    });
  });

  it('waits for what comes, what is met and what goes', async ({ expect }) => {
    const { on, call, name } = await inNamespace();
    const waiting = clients.start(kubectl, ['-n', name, 'wait', '--for=create', 'pod/late', '--timeout=20s']);
    await on('run', 'late', '--image=node:20', `--annotations=${LOOP.replace(': ', '=')}`);
    await waiting.printed(/pod\/late condition met/);
    expect(await on('wait', '--for=condition=Ready', 'pod/late', '--timeout=10s')).toBe('pod/late condition met\n');
    const [gone, deleted] = await Promise.all([
      call('wait', '--for=delete', 'pod/late', '--timeout=20s'),
      on('delete', 'pod', 'late', '--grace-period=1'),
    ]);
    expect(gone).toMatchObject({ exitCode: 0, stderr: '' });
    expect(deleted).toMatch(/^pod "late" deleted/);
    expect(await call('wait', '--for=condition=Ready', 'pod/late', '--timeout=1s')).toMatchObject({
      stderr: 'Error from server (NotFound): pods "late" not found\n',
    });
  });

  it('deletes, with dependents or without', async ({ expect }) => {
    const { on } = await inNamespace();
    await on('apply', '-f', 'web.yaml');
    await on('rollout', 'status', 'deployment/web', '--timeout=10s');
    expect(await on('delete', 'deployment', 'web', '--cascade=orphan')).toContain('deployment.apps "web" deleted');
    expect(await on('get', 'pods', '-o', 'name')).toMatch(/^(pod\/web-\S+\n){2}$/);
    await on('delete', 'replicasets', '--all', '--cascade=foreground', '--timeout=10s');
    expect(await on('get', 'pods,replicasets')).toBe('');
    await on('create', 'configmap', 'a');
    await on('delete', 'configmap', 'a', '--dry-run=server');
    expect(await on('delete', 'configmap', 'a', '--now')).toContain('configmap "a" deleted');
    expect(await on('delete', 'configmap', 'a', '--ignore-not-found')).toBe('');
  });

  it('reads logs', async ({ expect }) => {
    const { on, call, name } = await inNamespace();
    await on('apply', '-f', 'web.yaml');
    await on('rollout', 'status', 'deployment/web', '--timeout=10s');
    expect(await on('logs', 'deployment/web', '-c', 'main')).toMatch(/^\[sandbox\] simulated: .*\none\ntwo\nthree\n$/);
    expect(await on('logs', 'deployment/web', '-c', 'main', '--tail=2')).toBe('two\nthree\n');
    expect(await on('logs', 'deployment/web', '-c', 'main', '--tail=1', '--timestamps')).toMatch(
      /^\d{4}-\S+Z three\n$/,
    );
    expect(await on('logs', '-l', 'app=web', '--prefix', '--all-containers', '--tail=1')).toMatch(
      /^(\[pod\/web-\S+\/(main|side)\] three\n){4}$/,
    );
    expect(await on('logs', 'deployment/web')).toContain('three');
    const pod = (await on('get', 'pods', '-o', 'name')).split('\n')[0] ?? '';
    expect(await call('logs', pod, '-c', 'none')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('container none is not valid for pod'),
    });
    expect(await call('logs', pod, '--previous')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/previous terminated container "main" in pod ".*" not found/),
    });
    const following = clients.start(kubectl, ['-n', name, 'logs', '-f', pod]);
    await following.printed(/three/);
    await on('delete', pod, '--grace-period=1');
    await on(
      'run',
      'fails',
      '--image=node:20',
      '--annotations=sandbox.seatrial.dev/exit-code=1',
      '--annotations=sandbox.seatrial.dev/logs=before',
    );
    await on('wait', '--for=jsonpath={.status.containerStatuses[0].restartCount}=1', 'pod/fails', '--timeout=10s');
    expect(await on('logs', 'fails', '--previous')).toContain('before\n');
  });

  it('creates and runs', async ({ expect }) => {
    const { on, call } = await inNamespace();
    expect(await on('create', 'deployment', 'd', '--image=node:20', '--replicas=2')).toBe(
      'deployment.apps/d created\n',
    );
    expect(await on('create', 'secret', 'generic', 's', '--from-literal=a=b')).toBe('secret/s created\n');
    expect(await on('get', 'secret', 's', '-o', 'jsonpath={.data.a}')).toBe('Yg==');
    await on('create', 'cronjob', 'c', '--image=node:20', '--schedule=0 0 1 1 *');
    expect(await on('create', 'job', 'j', '--from=cronjob/c')).toBe('job.batch/j created\n');
    await on('wait', '--for=condition=complete', 'job/j', '--timeout=10s');
    await on('create', 'serviceaccount', 'a');
    expect(await on('create', 'token', 'a')).toMatch(/^\S+\.\S+\.\S+$/);
    await on('create', 'role', 'r', '--verb=get', '--resource=pods');
    await on('create', 'rolebinding', 'r', '--role=r', '--serviceaccount=default:a');
    await on('create', 'quota', 'q', '--hard=configmaps=1');
    expect(await call('create', 'configmap', 'one-too-many')).toMatchObject({
      stderr: expect.stringContaining('exceeded quota: q'),
    });
    await on('create', 'ingress', 'i', '--rule=host.example/=svc:80');
    await on('create', 'poddisruptionbudget', 'p', '--selector=app=d', '--min-available=1');
    await on('create', 'priorityclass', 'kubectl-creates', '--value=10');
    expect(await call('create', 'secret', 'generic', 's')).toMatchObject({
      stderr: expect.stringContaining('already exists'),
    });
    expect(await on('run', 'r', '--image=node:20', '--restart=Never', '--dry-run=client', '-o', 'name')).toBe(
      'pod/r\n',
    );
    expect(await on('autoscale', 'deployment', 'd', '--max=3')).toContain('autoscaled');
  });

  it('explains kinds, also those of definitions', async ({ expect }) => {
    const { on } = await inNamespace();
    const schema =
      '{type: object, properties: {spec: {type: object, description: What is wanted., properties: {size: {type: integer}}}}}';
    const version = `{name: v1, served: true, storage: true, schema: {openAPIV3Schema: ${schema}}, subresources: {status: {}}}`;
    await clients.write({
      'crd.yaml': `{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: ships.yard.example}, spec: {group: yard.example, scope: Namespaced, names: {plural: ships, kind: Ship, singular: ship, shortNames: [sh]}, versions: [${version}]}}`,
      'ship.yaml': '{apiVersion: yard.example/v1, kind: Ship, metadata: {name: s}, spec: {size: 1}}',
      'typo.yaml': '{apiVersion: yard.example/v1, kind: Ship, metadata: {name: t}, spec: {sise: 1}}',
    });
    await on('apply', '-f', 'crd.yaml');
    await on('wait', '--for=condition=Established', 'crd/ships.yard.example', '--timeout=10s');
    expect(await on('explain', 'ship.spec')).toMatch(
      /KIND: +Ship\nVERSION: +v1\n[^]+What is wanted\.[^]+size\t<integer>/,
    );
    expect(await on('explain', 'pod.spec.containers.resources')).toContain('limits\t<map[string]');
    expect(await on('api-resources', '--api-group=yard.example', '--no-headers')).toMatch(
      /^ships +sh +yard\.example\/v1 +true +Ship\n$/,
    );
    expect((await on('api-versions')).split('\n')).toEqual(
      expect.arrayContaining(['yard.example/v1', 'apps/v1', 'v1']),
    );
    expect(await on('apply', '-f', 'ship.yaml')).toBe('ship.yard.example/s created\n');
    expect(await on('get', 'sh')).toMatch(/^NAME +AGE\ns +/);
    const typo = await clients.call(kubectl, ['apply', '-f', 'typo.yaml']);
    expect(typo).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('unknown field "spec.sise"') });
    await on('delete', 'crd', 'ships.yard.example', '--timeout=10s');
  });

  it('is told that nothing measures its pods', async ({ expect }) => {
    const { call } = await inNamespace();
    for (const what of ['pods', 'nodes']) {
      expect(await call('top', what)).toEqual({
        exitCode: 1,
        stdout: '',
        stderr: 'error: Metrics API not available\n',
      });
    }
  });
});

// By itself: it takes a node away from all pods.
describe.skipIf(kubectl === '')('kubectl drain', { timeout: TIMEOUT_MS }, () => {
  it('empties a node, as far as disruption budgets let it', async ({ expect }) => {
    const { on, call } = await inNamespace();
    const [node = ''] = (await on('get', 'nodes', '-o', 'jsonpath={.items[*].metadata.name}')).split(' ');
    await on('apply', '-f', 'drained.yaml');
    await on('rollout', 'status', 'deployment/drained', '--timeout=10s');
    await on('create', 'pdb', 'drained', '--selector=app=drained', '--min-available=2');
    await on('wait', '--for=jsonpath={.status.currentHealthy}=2', 'pdb/drained', '--timeout=10s');
    const drain = ['drain', node, '--pod-selector=app=drained', '--force', '--ignore-daemonsets', '--timeout=1s'];
    const refused = await call(...drain);
    expect(refused).toMatchObject({ exitCode: 1, stdout: expect.stringContaining(`node/${node} cordoned`) });
    expect(refused.stderr).toContain("Cannot evict pod as it would violate the pod's disruption budget.");
    expect(await on('get', 'nodes', '--no-headers')).toContain('Ready,SchedulingDisabled');
    await on('patch', 'pdb', 'drained', '--type=merge', '-p', '{"spec":{"minAvailable":0}}');
    expect(await on(...drain.slice(0, -1), '--timeout=20s')).toMatch(new RegExp(`evicted\nnode/${node} drained\n$`));
    expect(await on('get', 'pods', '--no-headers')).toMatch(/^drained-\S+ +0\/2 +Pending /);
    expect(await on('describe', 'pods')).toMatch(
      /FailedScheduling +\S+ .*0\/1 nodes are available: 1 node\(s\) were unschedulable/,
    );
    await on('uncordon', node);
    await on('wait', '--for=condition=Ready', 'pods', '--all', '--timeout=10s');
    expect(await on('taint', 'nodes', node, 'a=b:NoSchedule')).toBe(`node/${node} tainted\n`);
    expect(await on('taint', 'nodes', node, 'a-')).toBe(`node/${node} untainted\n`);
  });
});
