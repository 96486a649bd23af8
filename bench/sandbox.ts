/**
 * The sandbox's Kubernetes beside a real API server, under the same load by the same client in one run.
 *
 *   npx tsx bench/sandbox.ts            5,000 pods; memory up to 50,000 objects
 *   npx tsx bench/sandbox.ts --quick    500 pods; memory up to 5,000
 *   npx tsx bench/sandbox.ts --rates    without the memory
 *
 * The real one is that of SEATRIAL_TEST_KUBECONFIG (a token in it); without it only the sandbox is measured. All is written
 * into a namespace made for it and removed after; the pods are for a scheduler there is not, so nothing runs.
 *
 * Run `npx nx build sandbox` first: the sandbox runs from what is published, in a process of its own.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { env, execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { record } from './result.js';

interface Server {
  readonly name: string;
  readonly url: string;
  readonly token: string;
  readonly agent: Agent;
}

interface Rates {
  readonly create: number;
  readonly get: number;
  readonly patch: number;
  readonly list: number;
  readonly watch: number;
}

const quick = process.argv.includes('--quick');
const pods = quick ? 500 : 5_000;
const memorySteps = quick ? [1_000, 2_000, 5_000] : [1_000, 5_000, 10_000, 25_000, 50_000];
const CONCURRENCY = 8;
const READS = quick ? 1_000 : 4_000;
const LISTS = 10;
const STARTS = quick ? 1 : 5;
const WATCHERS = 100;
const CHANGES = 50;
const namespace = `${env['SEATRIAL_TEST_PREFIX'] ?? 'seatrial'}-bench`;
const path = `/api/v1/namespaces/${namespace}`;

// Said over IPC by the sandbox's process: its kubeconfig, then on demand its memory after a collection.
const serve = `
  import { startSandbox } from '@seatrial/sandbox';
  const sandbox = await startSandbox({ docker: 'off', defaultCluster: true });
  process.send({ kubeconfig: sandbox.env.KUBECONFIG });
  process.on('message', () => {
    globalThis.gc();
    const { rss, heapUsed } = process.memoryUsage();
    process.send({ rss, heapUsed });
  });
  process.once('disconnect', () => void sandbox.close());
`;

const starts = [];
for (let count = 0; count < STARTS; count += 1) {
  const started = await start();
  starts.push({ ms: started.ms, bytes: (await memory(started.child)).rss });
  await stop(started);
}
const startMs = median(starts.map(({ ms }) => ms));
const startBytes = median(starts.map(({ bytes }) => bytes));
console.log(`start to first answer: ${startMs.toFixed(0)} ms (goal 500), ${mb(startBytes)} MB resident (goal 80)\n`);
record({
  name: `start to first answer, median of ${STARTS}`,
  ours: `${startMs.toFixed(0)} ms`,
  goal: 'under 500 ms',
  met: startMs < 500,
});
record({ name: 'resident then', ours: `${mb(startBytes)} MB`, goal: 'under 80 MB', met: startBytes < 80 * 2 ** 20 });

const { child, server: sandbox } = await start();
try {
  const realFile = env['SEATRIAL_TEST_KUBECONFIG'] ?? '';
  const ours = await measure(sandbox);
  const real = realFile === '' ? undefined : await measure(await connect('real', realFile));
  if (real === undefined) console.log('SEATRIAL_TEST_KUBECONFIG is not set: no real API server beside it.\n');
  const rows = (Object.keys(ours) as (keyof Rates)[]).map((name) => {
    const what = {
      create: 'create pod',
      get: 'get pod',
      patch: 'merge patch pod',
      list: `list ${pods} pods`,
      watch: `events to ${WATCHERS} watchers`,
    }[name];
    const rate = `${ours[name].toFixed(1)} a second`;
    if (real === undefined) {
      record({ name: what, ours: rate });
      return [what, ours[name].toFixed(1), '-', '-'];
    }
    const ratio = ours[name] / real[name];
    const peer = `${real[name].toFixed(1)} a second (kube-apiserver)`;
    record({ name: what, ours: rate, peer, ratio, goal: 'faster than kube-apiserver', met: ratio > 1 });
    return [what, ours[name].toFixed(1), real[name].toFixed(1), `${ratio.toFixed(2)}x`];
  });
  print([['per second', 'sandbox', 'real', 'sandbox / real'], ...rows]);
  if (!process.argv.includes('--rates')) await measureMemory();
} finally {
  child.disconnect();
  await once(child, 'exit');
}

/** A sandbox in a process of its own, which has answered once. */
async function start(): Promise<{ readonly child: ChildProcess; readonly server: Server; readonly ms: number }> {
  const began = performance.now();
  const args = ['--expose-gc', '--input-type=module', '--eval', serve];
  const child = spawn(execPath, args, {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const { kubeconfig } = (await message(child)) as { kubeconfig: string };
  const server = await connect('sandbox', kubeconfig);
  await call(server, 'GET', '/api/v1/namespaces/default');
  return { child, server, ms: performance.now() - began };
}

async function stop({ child, server }: { readonly child: ChildProcess; readonly server: Server }): Promise<void> {
  server.agent.destroy();
  child.disconnect();
  await once(child, 'exit');
}

async function message(from: ChildProcess): Promise<unknown> {
  const [value] = (await once(from, 'message')) as [unknown];
  return value;
}

async function memory(of: ChildProcess): Promise<{ rss: number; heapUsed: number }> {
  of.send('memory');
  return (await message(of)) as { rss: number; heapUsed: number };
}

async function connect(name: string, file: string): Promise<Server> {
  const config = parse(await readFile(file, 'utf8')) as {
    clusters: [{ cluster: { server: string; 'certificate-authority-data'?: string } }];
    users: [{ user: { token: string } }];
  };
  const { server, 'certificate-authority-data': ca } = config.clusters[0].cluster;
  const options = { keepAlive: true, maxSockets: WATCHERS + CONCURRENCY };
  const trust = ca === undefined ? { rejectUnauthorized: false } : { ca: Buffer.from(ca, 'base64').toString('utf8') };
  return { name, url: server, token: config.users[0].user.token, agent: new Agent({ ...options, ...trust }) };
}

function headersOf({ token }: Server, body?: string, type = 'application/json'): Record<string, string | number> {
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json', 'user-agent': 'bench/1.0' };
  return body === undefined ? headers : { ...headers, 'content-type': type, 'content-length': Buffer.byteLength(body) };
}

/** The size of the answer, in bytes. */
function call(server: Server, method: string, at: string, body?: string, type?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL(at, server.url),
      { method, agent: server.agent, headers: headersOf(server, body, type) },
      (answer) => {
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => (bytes += chunk.length));
        answer.on('error', reject);
        answer.on('end', () => {
          const { statusCode = 0 } = answer;
          if (statusCode < 300) resolve(bytes);
          else reject(new Error(`${server.name}: ${method} ${at} answers ${statusCode}`));
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** How often a second `work` is done, by several at a time. */
async function rate(
  count: number,
  work: (index: number) => Promise<unknown>,
  concurrency = CONCURRENCY,
): Promise<number> {
  const start = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return count / ((performance.now() - start) / 1_000);
}

function pod(index: number): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${index}`, labels: { app: 'bench', shard: String(index % 10) } },
    spec: {
      schedulerName: 'nobody',
      automountServiceAccountToken: false,
      containers: [
        { name: 'main', image: 'busybox:1', env: [{ name: 'A', value: 'x' }], ports: [{ containerPort: 80 }] },
      ],
    },
  });
}

async function measure(server: Server): Promise<Rates> {
  await call(server, 'POST', '/api/v1/namespaces', JSON.stringify({ metadata: { name: namespace } }));
  try {
    // A pod is refused until its service account is there.
    for (let left = 100; left > 0; left -= 1) {
      if (await call(server, 'GET', `${path}/serviceaccounts/default`).catch(() => undefined)) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const patch = (index: number, value: number): Promise<unknown> =>
      call(
        server,
        'PATCH',
        `${path}/pods/pod-${index % pods}`,
        JSON.stringify({ metadata: { annotations: { n: String(value) } } }),
        'application/merge-patch+json',
      );
    const create = await rate(pods, (index) => call(server, 'POST', `${path}/pods`, pod(index)));
    const get = await rate(READS, (index) => call(server, 'GET', `${path}/pods/pod-${(index * 7) % pods}`));
    const patched = await rate(READS / 2, (index) => patch(index, index));
    const list = await rate(LISTS, () => call(server, 'GET', `${path}/pods`), 1);
    const watch = await measureWatch(server, patch);
    return { create, get, patch: patched, list, watch };
  } finally {
    await call(server, 'DELETE', `${path}/pods?gracePeriodSeconds=0`).catch(() => undefined);
    await call(server, 'DELETE', `/api/v1/namespaces/${namespace}`);
    server.agent.destroy();
  }
}

/** Events delivered a second, all watchers together, from the first change to the last arrival. */
async function measureWatch(
  server: Server,
  patch: (index: number, value: number) => Promise<unknown>,
): Promise<number> {
  const version = await currentVersion(server);
  const stops: (() => void)[] = [];
  let arrived = 0;
  const all = new Promise<void>((resolve, reject) => {
    for (let watcher = 0; watcher < WATCHERS; watcher += 1) {
      const at = `${path}/pods?watch=true&resourceVersion=${version}`;
      const outgoing = request(
        new URL(at, server.url),
        { agent: server.agent, headers: headersOf(server) },
        (answer) => {
          answer.on('data', (chunk: Buffer) => {
            for (const byte of chunk) if (byte === 0x0a) arrived += 1;
            if (arrived >= WATCHERS * CHANGES) resolve();
          });
          answer.on('error', () => undefined); // cut off by the end of the measurement
        },
      );
      outgoing.on('error', reject);
      outgoing.end();
      stops.push(() => outgoing.destroy());
    }
  });
  await new Promise((resolve) => setTimeout(resolve, 1_000)); // until all watch
  const start = performance.now();
  await rate(CHANGES, (index) => patch(index, index + 1_000_000), 4);
  await all;
  const seconds = (performance.now() - start) / 1_000;
  for (const stop of stops) stop();
  return (WATCHERS * CHANGES) / seconds;
}

async function currentVersion(server: Server): Promise<string> {
  const text = await new Promise<string>((resolve, reject) => {
    request(
      new URL(`${path}/pods?limit=1`, server.url),
      { agent: server.agent, headers: headersOf(server) },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        answer.on('end', () => resolve(body));
      },
    )
      .on('error', reject)
      .end();
  });
  return (JSON.parse(text) as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
}

/** In a process of its own: the history of what was measured before would be part of it. */
async function measureMemory(): Promise<void> {
  const fresh = await start();
  const { server } = fresh;
  await call(server, 'POST', '/api/v1/namespaces', JSON.stringify({ metadata: { name: namespace } }));
  const empty = await memory(fresh.child);
  const rows: string[][] = [];
  let made = 0;
  for (const target of memorySteps) {
    const from = made;
    await rate(target - from, (index) => call(server, 'POST', `${path}/pods`, pod(from + index)));
    made = target;
    const { rss, heapUsed } = await memory(fresh.child);
    const perThousand = (heapUsed - empty.heapUsed) / (made / 1_000);
    rows.push([String(made), `${mb(heapUsed)} MB`, `${mb(rss)} MB`, `${mb(perThousand)} MB`]);
    record({ name: `memory per 1,000 pods, of ${made}`, ours: `${mb(perThousand)} MB` });
  }
  await stop(fresh);
  console.log();
  print([['pods', 'heap', 'resident', 'heap per 1,000'], ...rows]);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function mb(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

function print(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    );
}
