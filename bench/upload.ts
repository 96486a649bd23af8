/**
 * Uploads many small files and a few large ones into the sandbox's bucket: `uploadFolder` against a plain loop with
 * Google's client, and against gcloud where one is installed.
 *
 *   npx tsx bench/upload.ts            2,000 files of 4 KB, then 4 of 64 MB
 *   npx tsx bench/upload.ts --quick    200 files of 4 KB, then 2 of 16 MB
 *
 * The sandbox and each contender are processes of their own, so that none waits for another's event loop and each has a
 * peak of memory of its own.
 */
import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Storage } from '@google-cloud/storage';
import { recordTimes } from './result.js';
import { startSandbox } from '@seatrial/sandbox';
import { createObjectStore } from '@seatrial/storage';

const BUCKET = 'seatrial-results';
const [role = '', ...args] = process.argv.slice(2);

/** What a contender measured of itself. */
interface Measured {
  readonly seconds: number;
  readonly peakRssMb: number;
}

const contenders: Readonly<Record<string, (dir: string, endpoint: string) => Promise<unknown>>> = {
  uploadFolder: async (dir, apiEndpoint) =>
    createObjectStore({ gcs: { apiEndpoint } }).uploadFolder(dir, `gs://${BUCKET}/uploadFolder`),
  async 'client, one by one'(dir, apiEndpoint) {
    const bucket = new Storage({ apiEndpoint, projectId: 'sandbox' }).bucket(BUCKET);
    for (const name of await readdir(dir)) await bucket.upload(join(dir, name), { destination: `client/${name}` });
  },
};

if (role === '--serve') await serve();
else if (role === '--contend') await contend(args);
else await compare(role === '--quick');

async function serve(): Promise<void> {
  const sandbox = await startSandbox({ docker: 'off' });
  process.send?.(sandbox.env['STORAGE_EMULATOR_HOST']);
  await once(process, 'disconnect');
  await sandbox.close();
}

async function contend([name = '', dir = '', endpoint = '']: readonly string[]): Promise<void> {
  const began = performance.now();
  await contenders[name]?.(dir, endpoint);
  const seconds = (performance.now() - began) / 1_000;
  process.send?.({ seconds, peakRssMb: process.resourceUsage().maxRSS / 1_024 } satisfies Measured);
  process.disconnect();
}

async function compare(quick: boolean): Promise<void> {
  const loads = quick
    ? [
        { files: 200, bytes: 4_096 },
        { files: 2, bytes: 16 * 2 ** 20 },
      ]
    : [
        { files: 2_000, bytes: 4_096 },
        { files: 4, bytes: 64 * 2 ** 20 },
      ];
  const scratch = await mkdtemp(join(tmpdir(), 'bench-upload-'));
  const server = start('--serve');
  try {
    const [endpoint] = (await once(server, 'message')) as [string];
    const hasGcloud = spawnSync('gcloud', ['--version']).error === undefined;
    const rows: string[][] = [];
    for (const { files, bytes } of loads) {
      const dir = await fill(join(scratch, `${files}x${bytes}`), { files, bytes });
      const load = `${files} x ${bytes < 2 ** 20 ? `${bytes / 1_024} KB` : `${bytes / 2 ** 20} MB`}`;
      const measured: [string, Measured][] = [];
      for (const name of Object.keys(contenders)) measured.push([name, await run(name, dir, endpoint)]);
      if (hasGcloud) measured.push(['gcloud storage cp -r', gcloud(dir, endpoint)]);
      const ours = measured[0]![1];
      for (const [name, { seconds }] of measured.slice(1))
        recordTimes(`uploading ${load}`, { ours: ours.seconds, peer: seconds, of: name, unit: 's' }, 1);
      for (const [name, { seconds, peakRssMb }] of measured) {
        rows.push([
          load,
          name,
          `${seconds.toFixed(2)} s`,
          `${((files * bytes) / 2 ** 20 / seconds).toFixed(1)} MB/s`,
          Number.isNaN(peakRssMb) ? '-' : `${peakRssMb.toFixed(0)} MB`,
          `${(seconds / ours.seconds).toFixed(2)}x`,
        ]);
      }
    }
    print([['load', 'contender', 'time', 'speed', 'peak RSS', 'time / ours'], ...rows]);
    if (!hasGcloud) console.log('\ngcloud is not installed: not compared with `gcloud storage cp -r`.');
  } finally {
    server.disconnect();
    await once(server, 'exit');
    await rm(scratch, { recursive: true, force: true });
  }
}

async function run(name: string, dir: string, endpoint: string): Promise<Measured> {
  const child = start('--contend', name, dir, endpoint);
  const ended = once(child, 'exit');
  let measured: Measured | undefined;
  child.once('message', (message) => (measured = message as Measured));
  await ended;
  if (measured === undefined) throw new Error(`${name} failed`);
  return measured;
}

/** Its processes' memory is not known here. */
function gcloud(dir: string, endpoint: string): Measured {
  const env = {
    ...process.env,
    CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE: `${endpoint}/storage/v1/`,
    CLOUDSDK_AUTH_DISABLE_CREDENTIALS: 'true',
  };
  const began = performance.now();
  const { status, stderr } = spawnSync('gcloud', ['storage', 'cp', '-r', dir, `gs://${BUCKET}/gcloud`], { env });
  if (status !== 0) throw new Error(`gcloud failed: ${String(stderr)}`);
  return { seconds: (performance.now() - began) / 1_000, peakRssMb: Number.NaN };
}

function start(...argv: readonly string[]): ChildProcess {
  return fork(fileURLToPath(import.meta.url), argv);
}

async function fill(
  dir: string,
  { files, bytes }: { readonly files: number; readonly bytes: number },
): Promise<string> {
  await mkdir(dir);
  const content = Buffer.alloc(bytes);
  for (let at = 0; at < files; at += 1) await writeFile(join(dir, `artifact-${at}.bin`), randomFillSync(content));
  return dir;
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
