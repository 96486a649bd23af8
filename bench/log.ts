/**
 * A check that writes a large log: how much memory the run takes, how fast it is, and whether a planted secret is in any of
 * its outputs, in whatever form it was written.
 *
 *   npx tsx bench/log.ts            500 MB, one line of 50 MB
 *   npx tsx bench/log.ts --quick    50 MB, one line of 5 MB
 *
 * The whole program runs, as a process of its own, with results in a folder and in a bucket of the sandbox. Its peak is
 * the kernel's (VmHWM), so this needs Linux.
 */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createObjectStore } from '@seatrial/storage';
import { startBucket } from './bucket.js';
import { record } from './result.js';

const isQuick = process.argv.includes('--quick');
const totalMb = isQuick ? 50 : 500;
const lineMb = isQuick ? 5 : 50;
const LIMIT_MB = 200;
const BUCKET = 'ci-logs';
const BIN = fileURLToPath(new URL('../apps/runner/bin.js', import.meta.url));

const secret = 'pLanted/secret+value?0123456789';
/** What must not be found, in part: the middle of each form, which no border can have cut off. */
const forms = [
  secret,
  encodeURIComponent(secret),
  ...['', 'u', 'us'].map((before) => Buffer.from(`${before}${secret}:x`).toString('base64').slice(4, 36)),
];

// Writes lines, one of them huge, with the secret in each form at odd places: across chunks, and inside of the huge line.
const WRITER = `
import { once } from 'node:events';
const secret = process.env.PLANTED_TOKEN;
const forms = [secret, encodeURIComponent(secret), ...['', 'u', 'us'].map((b) => Buffer.from(b + secret + ':x').toString('base64'))];
const [totalMb, lineMb] = process.argv.slice(2).map(Number);
const write = async (text) => { if (!process.stdout.write(text)) await once(process.stdout, 'drain'); };
const line = 'a line of a log that says nothing in particular, \\u001b[32mgreen\\u001b[0m, and goes on for a while\\n'.repeat(640);
let written = 0;
for (let i = 0; written < (totalMb - lineMb) * 1e6; i += 1) {
  const text = line + 'x'.repeat(i % 997) + ' token=' + forms[i % forms.length] + '\\n';
  written += text.length;
  await write(text);
}
await write(Buffer.from([0xff, 0xfe, 0x0a]));
for (let rest = lineMb * 1e6, i = 0; rest > 0; i += 1) {
  const text = 'y'.repeat(16_384 - 7 - (i % 41)) + forms[i % forms.length];
  rest -= text.length;
  await write(text);
}
await write('\\n');
process.exit(1);
`;

const root = await mkdtemp(join(tmpdir(), 'seatrial-bench-log-'));
try {
  await using bucket = await startBucket(BUCKET);
  const { apiEndpoint } = bucket;
  const repo = await createRepo(join(root, 'repo'));
  await measureRun(repo, { where: 'a folder', results: `file://${root}/results`, apiEndpoint });
  await measureRun(repo, { where: 'a bucket', results: `gs://${BUCKET}`, apiEndpoint });
} finally {
  await rm(root, { recursive: true, force: true });
}

/** A repository with one check, which writes the log. */
async function createRepo(dir: string): Promise<string> {
  await mkdir(join(dir, 'chart'), { recursive: true });
  await writeFile(join(dir, 'write.mjs'), WRITER);
  await writeFile(
    join(dir, 'seatrial.yaml'),
    `version: 1\nname: log\nimage: { name: log }\nchart: { path: chart }\nchecks:\n  - { name: write, command: [node, write.mjs, '${totalMb}', '${lineMb}'] }\n`,
  );
  const author = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.com'];
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    [...author, 'commit', '-qm', 'log'],
  ])
    spawnSync('git', args, { cwd: dir });
  return dir;
}

async function measureRun(
  repo: string,
  { where, results, apiEndpoint }: { readonly where: string; readonly results: string; readonly apiEndpoint: string },
): Promise<void> {
  const startedMs = performance.now();
  const args = ['e2e', '--only', 'clone,write', '--provider', 'kubeconfig', '--results', results];
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: repo,
    env: { ...process.env, PLANTED_TOKEN: secret, SEATRIAL_DOCKER: 'off', STORAGE_EMULATOR_HOST: apiEndpoint },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let peakMb = 0;
  const timer = setInterval(() => (peakMb = Math.max(peakMb, peakOf(child.pid))), 100);
  const [shownErr, shownOut] = await Promise.all([countForms(child.stderr), countForms(child.stdout)]);
  clearInterval(timer);
  const seconds = (performance.now() - startedMs) / 1000;
  console.log(
    `results in ${where}: ${totalMb} MB with a line of ${lineMb} MB in ${seconds.toFixed(1)} s, ${(totalMb / seconds).toFixed(0)} MB/s`,
  );

  let found = shownErr.count + shownOut.count;
  let objects = 0;
  const store = createObjectStore({ gcs: { apiEndpoint } });
  for await (const { uri } of store.list(results.startsWith('gs:') ? `${results}/logs/` : `${results}/`)) {
    const { count, bytes } = await countForms(await store.readStream(uri));
    objects += 1;
    found += count;
    if (/(?:build-log\.txt|write\.log)$/.test(uri)) console.log(`  ${uri.split('/').at(-1)}: ${mb(bytes)} MB`);
    if (count > 0) console.log(`  SECRET in ${uri}`);
  }
  console.log(`  peak of memory: ${peakMb.toFixed(0)} MB (limit ${LIMIT_MB})`);
  console.log(
    `  secret found ${found} times in ${objects} files, stdout (${mb(shownOut.bytes)} MB) and stderr (${mb(shownErr.bytes)} MB)`,
  );
  record({
    name: `peak of memory, a task that writes ${totalMb} MB, results in ${where}`,
    ours: `${peakMb.toFixed(0)} MB`,
    goal: `under ${LIMIT_MB} MB`,
    met: peakMb > 0 && peakMb <= LIMIT_MB,
  });
  record({
    name: `a planted secret in its outputs, results in ${where}`,
    ours: `${found} times`,
    goal: 'never',
    met: found === 0 && objects > 0,
  });
  if (found > 0 || objects === 0 || peakMb > LIMIT_MB || peakMb === 0) process.exitCode = 1;
}

function peakOf(pid: number | undefined): number {
  try {
    const kb = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8'))?.[1];
    return Number(kb ?? 0) / 1024;
  } catch {
    return 0; // ended
  }
}

/** How often a form of the secret is in a stream, also across the borders of its chunks. */
async function countForms(stream: AsyncIterable<Uint8Array | string>): Promise<{ count: number; bytes: number }> {
  let [count, bytes, held] = [0, 0, ''];
  for await (const chunk of stream) {
    bytes += chunk.length;
    const text = held + Buffer.from(chunk as Uint8Array).toString('latin1');
    for (const form of forms) for (let at = -1; (at = text.indexOf(form, at + 1)) >= 0;) count += 1;
    // Shorter than any form: what is held cannot be counted twice.
    held = text.slice(-(Math.min(...forms.map(({ length }) => length)) - 1));
  }
  return { count, bytes };
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
