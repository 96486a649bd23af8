/**
 * The page of runs over a bucket with a long history: how long its first view takes, by how many requests, and whether it
 * scrolls without dropping frames.
 *
 *   npx tsx bench/ui.ts            10,000 runs of 60 tests
 *   npx tsx bench/ui.ts --quick    500 runs of 60 tests
 *
 * Build first (`npx nx build dashboard`). The sandbox with the bucket, the server and the browser are processes of their own.
 * The browser is Chromium (`CHROMIUM_BIN`, or where Debian puts it); without one, its part is left out and said to be.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { generateHistory } from '@seatrial/dashboard/testing';
import { createObjectStore } from '@seatrial/storage';
import { chromium, type Page } from 'playwright-core';
import { startBucket } from './bucket.js';
import { record } from './result.js';

const BUCKET = 'ci-logs';
const JOB = 'logs/nightly-e2e';
const TESTS = 60;
const DASHBOARD = dirname(dirname(fileURLToPath(import.meta.resolve('@seatrial/dashboard'))));
const CHROMIUM = process.env['CHROMIUM_BIN'] ?? '/usr/bin/chromium';
/** Runs in the page. As text: what compiles this file would put helpers into a function that the page does not have. */
const FRAMES = `new Promise((resolve) => {
  const grid = document.querySelector('.grid');
  grid.scrollTo(0, 0);
  const times = [];
  let last = performance.now();
  const frame = (now) => {
    times.push(now - last);
    last = now;
    grid.scrollBy(STEP_X, STEP_Y);
    if (times.length < 150) requestAnimationFrame(frame);
    else resolve(times.slice(5));
  };
  requestAnimationFrame(frame);
})`;

const PLAIN = `<div class="grid" style="height:700px;overflow:auto">${'<p>a line of text</p>'.repeat(2_000)}</div>`;

await measure(process.argv.includes('--quick') ? 500 : 10_000);

async function measure(runs: number): Promise<void> {
  const rows: string[][] = [['what', 'measured', 'storage requests']];
  await using bucket = await startBucket(BUCKET);
  await fill(bucket.apiEndpoint, runs);
  const { server, url } = await startServer(bucket.apiEndpoint);
  try {
    const grid = `${url}api/grid?job=${JOB}&count=50`;
    for (const what of ['first view of the grid, cold', 'the same, warm', 'the same, warm again']) {
      const { ms, requests } = await time(grid);
      rows.push([what, `${ms.toFixed(0)} ms`, requests]);
      const limitMs = what.endsWith('cold') ? 3_000 : 300;
      const ours = `${ms.toFixed(0)} ms, ${requests} requests to the bucket`;
      record({ name: `${what}, ${runs} runs`, ours, goal: `under ${limitMs} ms`, met: ms < limitMs });
    }
    const { ms, requests } = await time(`${url}api/job?job=${JOB}&count=20`);
    rows.push(['a job of the first page, warm', `${ms.toFixed(0)} ms`, requests]);
    const scriptKb = (await firstScriptBytes()) / 1_000;
    rows.push(['JavaScript of the first page', `${scriptKb.toFixed(0)} kB gzipped`, '-']);
    const gzipped = `${scriptKb.toFixed(0)} kB gzipped`;
    record({ name: 'JavaScript of the first page', ours: gzipped, goal: 'under 250 kB', met: scriptKb < 250 });
    if (existsSync(CHROMIUM)) rows.push(...(await scroll(`${url}grid/${JOB}`)));
    else rows.push(['scrolling', `NOT MEASURED: there is no ${CHROMIUM}`, '-']);
  } finally {
    server.kill();
  }
  print(rows);
}

async function fill(apiEndpoint: string, runs: number): Promise<void> {
  const store = createObjectStore({ gcs: { apiEndpoint } });
  const objects = generateHistory({ job: JOB, runs, tests: TESTS, newestMs: Date.now() - 3_600_000 });
  const began = performance.now();
  let written = 0;
  const work = async (): Promise<void> => {
    for (const { path, text } of objects) {
      await store.write(`gs://${BUCKET}/${path}`, text);
      written += 1;
    }
  };
  await Promise.all(Array.from({ length: 32 }, work));
  const seconds = ((performance.now() - began) / 1_000).toFixed(0);
  process.stderr.write(`${runs} runs of ${TESTS} tests: ${written} objects written in ${seconds} s\n`);
}

async function startServer(endpoint: string): Promise<{ server: ChildProcess; url: string }> {
  const server = spawn(process.execPath, [join(DASHBOARD, 'bin.js'), '--results', `gs://${BUCKET}`, '--port', '0'], {
    env: { ...process.env, STORAGE_EMULATOR_HOST: endpoint },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(server.stdout!, 'data')) as [Buffer];
  return { server, url: /http:\S+/.exec(line.toString())?.[0] ?? '' };
}

async function time(url: string): Promise<{ ms: number; requests: string }> {
  const began = performance.now();
  const response = await fetch(url);
  await response.text();
  const ms = performance.now() - began;
  return { ms, requests: /"(\d+) requests"/.exec(response.headers.get('server-timing') ?? '')?.[1] ?? '?' };
}

/** What `index.html` loads at once, and what that imports without being asked. */
async function firstScriptBytes(): Promise<number> {
  const folder = join(DASHBOARD, 'dist/web');
  const seen = new Set<string>();
  const visit = async (name: string): Promise<number> => {
    if (seen.has(name)) return 0;
    seen.add(name);
    const text = await readFile(join(folder, 'assets', name), 'utf8');
    const imports = [...text.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)].map(([, one = '']) => one);
    const sizes = await Promise.all(imports.map(visit));
    return sizes.reduce((sum, size) => sum + size, gzipSync(text, { level: 9 }).length);
  };
  const index = await readFile(join(folder, 'index.html'), 'utf8');
  const scripts = [...index.matchAll(/src="\.\/assets\/([^"]+)"/g)].map(([, name = '']) => name);
  return (await Promise.all(scripts.map(visit))).reduce((sum, size) => sum + size, 0);
}

/** Intervals between frames while the grid is scrolled, in both directions. */
async function scroll(url: string): Promise<string[][]> {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
  const browser = await chromium.launch({ executablePath: CHROMIUM, args });
  try {
    const page = await browser.newPage({ viewport: { width: 1360, height: 860 } });
    const began = performance.now();
    await page.goto(url);
    await page.locator('.grid-body .cell').first().waitFor();
    const shownMs = performance.now() - began;
    const rows = [['the grid in the browser, from its address to its cells', `${shownMs.toFixed(0)} ms`, '-']];
    const measure = async (name: string, x: number, y: number): Promise<void> => {
      const frames = await frameTimes(page, { x, y });
      const dropped = frames.filter((ms) => ms > 34).length;
      const p95 = [...frames].sort((a, b) => a - b)[Math.floor(frames.length * 0.95)] ?? 0;
      const ours = `${dropped} of ${frames.length} frames dropped`;
      if (name.startsWith('scrolling text')) record({ name, ours });
      else record({ name: `${name} over the grid`, ours, goal: 'none dropped', met: dropped === 0 });
      rows.push([`${name}, ${frames.length} frames`, `${dropped} dropped, 95% within ${p95.toFixed(1)} ms`, '-']);
    };
    await measure('scrolling down', 0, 9);
    await measure('scrolling to the right', 9, 0);
    // What this machine and its browser drop by themselves.
    await page.setContent(PLAIN);
    await measure('scrolling text without any script', 0, 9);
    return rows;
  } finally {
    await browser.close();
  }
}

function frameTimes(page: Page, step: { readonly x: number; readonly y: number }): Promise<number[]> {
  return page.evaluate<number[]>(FRAMES.replace('STEP_X', String(step.x)).replace('STEP_Y', String(step.y)));
}

function print(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  for (const row of rows)
    process.stdout.write(
      `${row
        .map((cell, at) => cell.padEnd(widths[at]!))
        .join('  ')
        .trimEnd()}\n`,
    );
}
