import type { CommandIo } from '@seatrial/cli';
import { runCommand } from '@seatrial/cli';
import { findWorkspaceHelm, packageChart } from '@seatrial/helm';
import { startSandbox } from '@seatrial/sandbox';
import type { Sandbox } from '@seatrial/sandbox';
import { createObjectStore, storeOptionsFromEnv } from '@seatrial/storage';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from './commands.js';
import { systemClock } from './limits.js';

const helm = await findWorkspaceHelm().catch(() => undefined);
if (helm === undefined) console.warn('SKIPPED: seatrial-deploy setup; there is no helm for this machine');

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: op, annotations: {note: {{ .Values.note | quote }}}}
spec:
  selector: {matchLabels: {app: op}}
  template:
    metadata: {labels: {app: op}, annotations: {sandbox.seatrial.dev/duration: 1h}}
    spec: {containers: [{name: main, image: {{ .Values.image | quote }}}]}
`;

describe.skipIf(helm === undefined)('seatrial-deploy setup on the sandbox', () => {
  let sandbox: Sandbox;
  let dir: string;
  const sources: Record<string, string> = {};
  const server = createServer((_request, response) => {
    void readFile(sources['a .tgz'] as string).then((body) => response.end(body));
  });

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'setup-'));
    sandbox = await startSandbox({ docker: 'off', operationMs: 10 });
    await mkdir(join(dir, 'op/templates'), { recursive: true });
    await writeFile(join(dir, 'op/Chart.yaml'), 'apiVersion: v2\nname: op\nversion: 0.1.0\n');
    await writeFile(join(dir, 'op/values.yaml'), 'image: node:20\nnote: none\n');
    await writeFile(join(dir, 'op/templates/op.yaml'), deployment);
    await writeFile(join(dir, 'more.yaml'), 'note: from a file\n');
    const { path } = await packageChart(join(dir, 'op'), dir);
    Object.assign(sources, { 'a folder': 'op', 'a .tgz': path, 'gs://': 'gs://seatrial-releases/op.tgz' });
    const store = createObjectStore(storeOptionsFromEnv(sandbox.env));
    await store.write('gs://seatrial-releases/op.tgz', await readFile(path));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    sources['http://'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/op.tgz`;
  });
  afterAll(async () => {
    server.close();
    await sandbox.close();
    await rm(dir, { recursive: true });
  });

  async function run(argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const [out, err] = [text(stdout), text(stderr)];
    const env = { ...sandbox.env, PATH: process.env['PATH'], HELM_BIN: helm };
    const { signal } = new AbortController();
    const io: CommandIo = { env, cwd: dir, stdin: new PassThrough(), stdout, stderr, signal, clock: systemClock };
    const [name = '', ...rest] = argv;
    const code = await runCommand(command, [name, '--provider', 'sandbox', '--cluster', 'setup-trial', ...rest], io);
    stdout.end();
    stderr.end();
    return { code, out: await out, err: await err };
  }

  // The first makes the cluster, the others take it over.
  it.each(['a folder', 'a .tgz', 'gs://', 'http://'])('installs a chart from %s', async (source) => {
    const namespace = source.replaceAll(/[^a-z]/g, '');
    const where = ['--namespace', namespace, '--release', 'op'];
    const chart = ['--chart', sources[source] as string, '--values', 'more.yaml'];
    const done = await run(['setup', ...where, ...chart, '--junit-path', 'junit.xml', '--timeout-minutes', '1']);
    expect(done, done.err).toMatchObject({ code: 0 });
    expect(done.out).toBe(`release op (revision 1) is ready in namespace ${namespace}\n`);
    const report = await readFile(join(dir, 'junit.xml'), 'utf8');
    for (const step of ['fetch chart', 'create cluster', 'install chart']) expect(report).toContain(`name="${step}"`);
    const { out } = await run(['wait', 'deploy/op', '--namespace', namespace, '--json']);
    expect(JSON.parse(out)).toMatchObject({ metadata: { annotations: { note: 'from a file' } } });
  });

  it('O2, O7: fails with the object and the reason, in the report too', async () => {
    const argv = ['setup', '--chart', 'op', '--namespace', 'bad', '--set', 'image=127.0.0.1:1/none:v1'];
    const { code, err } = await run([...argv, '--junit-path', 'junit.xml', '--timeout-minutes', '1']);
    expect(code).toBe(1);
    const reason = /Pod op-\S+: container main \(image 127\.0\.0\.1:1\/none:v1\) is waiting: \S*Image\S*/;
    expect(err).toMatch(reason);
    expect(err).toContain('not ready either: Deployment op');
    const report = await readFile(join(dir, 'junit.xml'), 'utf8');
    expect(report).toMatch(reason);
    expect(report).toContain('Deployment op: 0 of 1 replicas available');
  });
});
