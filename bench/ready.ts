/**
 * How long after an object became ready a wait returns: `waitFor` of @seatrial/deploy, `kubectl wait`, and a poll every two
 * seconds. All three wait for the same objects at the same time, one object after another.
 *
 *     npx tsx bench/ready.ts [--rounds 20] [--kubeconfig FILE] [--max-median-ms 50] [--json]
 *
 * Without --kubeconfig on a cluster of the sandbox. The packages are measured as they are built: run `npm run build` first.
 * The clock starts before the change is sent, so the times are what a user sees at most.
 */
import { execFile, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import * as https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { record } from './result.js';
import { KubeConfig } from '@kubernetes/client-node';
import { connect, waitFor } from '@seatrial/deploy';
import type { KubeClient } from '@seatrial/deploy';

const POLL_MS = 2_000;
const TIMEOUT_MS = 60_000;
/** The row of the change itself: how long its sender waits for the answer. */
const ANSWERED = '(the change is answered)';
const GROUP = 'bench.seatrial.dev';
const PATH = `/apis/${GROUP}/v1/namespaces/default/trials`;
const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `trials.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { plural: 'trials', singular: 'trial', kind: 'Trial' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
  },
};
const trialOf = (name: string) => ({
  apiVersion: `${GROUP}/v1`,
  kind: 'Trial',
  metadata: { name, namespace: 'default' },
});
const refOf = (name: string) => ({ apiVersion: `${GROUP}/v1`, kind: 'Trial', name, namespace: 'default' });
const clock = {
  now: () => performance.timeOrigin + performance.now(),
  sleep: async (ms: number, signal?: AbortSignal) => sleep(ms, undefined, { signal }),
};

interface Bench {
  readonly kube: KubeClient;
  readonly kubectl: string;
  readonly kubeconfig: string;
}

/** Resolves when it sees the object ready. */
type Contestant = (bench: Bench, name: string) => Promise<void>;

const contestants: Readonly<Record<string, Contestant>> = {
  'waitFor of @seatrial/deploy': async ({ kube }, name) => {
    await waitFor({ kube, clock }, refOf(name), 'condition=Ready', { timeoutMs: TIMEOUT_MS });
  },
  'kubectl wait': ({ kubectl, kubeconfig }, name) => {
    const args = ['wait', `trial.${GROUP}/${name}`, '--namespace=default', '--for=condition=Ready'];
    const child = spawn(kubectl, [...args, `--timeout=${TIMEOUT_MS / 1_000}s`, `--kubeconfig=${kubeconfig}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`kubectl wait ended with ${code}`))));
    });
  },
  'poll every 2 s': async ({ kube }, name) => {
    for (;;) {
      const status = (await kube.get(refOf(name)))?.['status'] as { conditions?: unknown } | undefined;
      if (status?.conditions !== undefined) return;
      await sleep(POLL_MS);
    }
  },
};

async function measure(bench: Bench, rounds: number): Promise<Record<string, number[]>> {
  const send = await openSender(bench.kubeconfig);
  const names = [...Object.keys(contestants), ANSWERED];
  const times: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const name = `ready-${process.pid}-${round}`;
    await bench.kube.create(trialOf(name));
    try {
      let sent = 0;
      const waits = Object.entries(contestants).map(async ([contestant, run]) => {
        await run(bench, name);
        times[contestant]?.push(performance.now() - sent);
      });
      // Long enough for kubectl to start, and any moment between two polls.
      await sleep(3_000 + Math.random() * POLL_MS);
      await send('GET', PATH); // the connection is there already
      sent = performance.now();
      const change = send('PATCH', `${PATH}/${name}`, { status: { conditions: [{ type: 'Ready', status: 'True' }] } });
      await Promise.all([change.then(() => times[ANSWERED]?.push(performance.now() - sent)), ...waits]);
    } finally {
      await bench.kube.delete(refOf(name));
    }
    console.error(`round ${round + 1} of ${rounds}`);
  }
  return times;
}

/** Sends requests over one connection that stays open, so that a change takes no longer than it has to. */
async function openSender(kubeconfig: string) {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const options: https.RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const { ca, headers, rejectUnauthorized } = options;
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca, rejectUnauthorized });
  return async (method: string, path: string, body?: unknown): Promise<void> => {
    const url = new URL(path, config.getCurrentCluster()?.server);
    const request = https.request(url, {
      method,
      agent,
      headers: { ...headers, 'content-type': 'application/merge-patch+json' },
    });
    request.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'end');
    if (response.statusCode !== 200) throw new Error(`${method} ${path} is answered with ${response.statusCode}`);
  };
}

/** The value that `share` of all do not exceed. */
function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    const cells = row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)));
    console.log(cells.join('  ').trimEnd());
  }
}

async function findKubectl(): Promise<string> {
  const given = process.env['TEST_KUBECTL'];
  if (given) return given;
  const script = fileURLToPath(new URL('../tools/fetch-helm.mjs', import.meta.url));
  return (await promisify(execFile)(process.execPath, [script, 'kubectl'])).stdout.trim();
}

/** A sandbox in a process of its own, so that it does not wait for our event loop. @returns its kubeconfig */
async function startServer(closers: (() => unknown)[]): Promise<string> {
  const child = fork(fileURLToPath(import.meta.url), ['--serve']);
  closers.push(async () => {
    child.disconnect();
    await once(child, 'exit');
  });
  const [kubeconfig] = (await once(child, 'message')) as [string];
  return kubeconfig;
}

async function serve(): Promise<void> {
  const { startSandbox } = await import('@seatrial/sandbox');
  const sandbox = await startSandbox({ docker: 'off', defaultCluster: true });
  process.send?.(sandbox.env['KUBECONFIG']);
  await once(process, 'disconnect');
  await sandbox.close();
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '20' },
      kubeconfig: { type: 'string' },
      'max-median-ms': { type: 'string', default: '50' },
      json: { type: 'boolean', default: false },
    },
  });
  const [rounds, maxMedianMs] = [Number(values.rounds), Number(values['max-median-ms'])];
  if (!Number.isInteger(rounds) || rounds < 1 || !(maxMedianMs > 0)) {
    console.error(`error: --rounds ${values.rounds} --max-median-ms ${values['max-median-ms']}: both are positive`);
    process.exitCode = 2;
    return;
  }
  const kubectl = await findKubectl();
  const closers: (() => unknown)[] = [];
  let times: Record<string, number[]>;
  try {
    const kubeconfig = values.kubeconfig ?? (await startServer(closers));
    const kube = await connect(kubeconfig);
    closers.push(() => kube.close());
    await kube.create(definition);
    const target = { ...definition, name: definition.metadata.name };
    closers.push(() => kube.delete(target));
    await waitFor({ kube, clock }, target, 'ready', { timeoutMs: TIMEOUT_MS });
    times = await measure({ kube, kubectl, kubeconfig }, rounds);
  } finally {
    for (const close of closers.reverse()) await close();
  }
  const results = Object.entries(times).map(([name, all]) => ({
    name,
    medianMs: percentile(all, 0.5),
    p95Ms: percentile(all, 0.95),
    maxMs: Math.max(...all),
  }));
  if (values.json) console.log(JSON.stringify(results, undefined, 2));
  else {
    const ms = (value: number): string => `${value.toFixed(1)} ms`;
    const rows = results.map(({ name, medianMs, p95Ms, maxMs }) => [name, ms(medianMs), ms(p95Ms), ms(maxMs)]);
    printTable([[`${rounds} rounds`, 'median', '95 %', 'longest'], ...rows]);
  }
  const ours = results[0]?.medianMs ?? Number.NaN;
  const kubectlMs = results.find(({ name }) => name.includes('kubectl'))?.medianMs ?? Number.NaN;
  record({
    name: 'from ready to the end of a wait, median',
    ours: `${ours.toFixed(1)} ms`,
    peer: `${kubectlMs.toFixed(1)} ms (kubectl wait)`,
    ratio: kubectlMs / ours,
    goal: `under ${maxMedianMs} ms`,
    met: ours < maxMedianMs,
  });
  if (ours < maxMedianMs) return;
  console.error(`error: our median is ${ours.toFixed(1)} ms, not under ${maxMedianMs} ms`);
  process.exitCode = 1;
}

if (process.argv[2] === '--serve') await serve();
else await main();
