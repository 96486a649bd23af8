/**
 * How long a large report takes, and how much memory: our streaming verdict, our model, junit2json; our merge and
 * junit-report-merger. Each one runs in a process of its own, on the same files, one after another.
 *
 *     npx tsx bench/junit.ts [--size-mb 100] [--cases 200000] [--json]
 *
 * The packages are measured as they are built: run `npm run build` first.
 */
import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { record, recordTimes } from './result.js';

interface Files {
  readonly whole: string;
  /** The two halves of it, for merging. */
  readonly halves: readonly [string, string];
  readonly output: string;
}

/** Returns the number of cases it has seen, so that nobody is fast by looking away. */
type Contestant = (files: Files) => Promise<number>;

const NO_LIMIT = { maxBytes: Number.POSITIVE_INFINITY };

const contestants: Readonly<Record<string, Contestant>> = {
  'verdict: @seatrial/junit': async ({ whole }) => {
    const { readVerdict } = await import('@seatrial/junit');
    return (await readVerdict(createReadStream(whole, { highWaterMark: 256 * 1024 }), NO_LIMIT)).tests;
  },
  'model: @seatrial/junit': async ({ whole }) => {
    const { readReport, casesOf } = await import('@seatrial/junit');
    const { suites } = await readReport(createReadStream(whole, { highWaterMark: 256 * 1024 }), NO_LIMIT);
    return [...casesOf(suites)].length;
  },
  'model: junit2json': async ({ whole }) => {
    const { parse } = await import('junit2json');
    const report = await parse(await readFile(whole, 'utf8'));
    if (report === null || report === undefined || !('testsuite' in report)) return 0;
    return (report.testsuite ?? []).reduce((sum, { testcase }) => sum + (testcase?.length ?? 0), 0);
  },
  'merge: @seatrial/junit': async ({ halves, output }) => {
    const { mergeReports } = await import('@seatrial/junit');
    const inputs = await Promise.all(halves.map(async (file) => ({ file, xml: await readFile(file, 'utf8') })));
    const { xml } = await mergeReports(inputs, NO_LIMIT);
    await writeFile(output, xml);
    return countCases(output);
  },
  'merge: junit-report-merger': async ({ halves, output }) => {
    const { mergeFiles } = await import('junit-report-merger');
    await mergeFiles(output, [...halves]);
    return countCases(output);
  },
};

interface Measured {
  readonly seconds: number;
  readonly peakMb: number;
  readonly cases: number;
}

async function countCases(file: string): Promise<number> {
  let [count, rest] = [0, ''];
  for await (const chunk of createReadStream(file, 'utf8')) {
    const text = rest + String(chunk);
    count += text.split('<testcase ').length - 1;
    rest = text.slice(text.lastIndexOf('<'));
    if (rest.startsWith('<testcase ')) rest = '';
  }
  return count;
}

/** Runs as the child: its own time, without that of starting Node, and the peak of its memory. */
async function runContestant(name: string, files: Files): Promise<void> {
  const started = performance.now();
  const cases = (await contestants[name]?.(files)) ?? 0;
  const seconds = (performance.now() - started) / 1000;
  const measured: Measured = { seconds, peakMb: process.resourceUsage().maxRSS / 1024, cases };
  process.stdout.write(JSON.stringify(measured));
}

async function measure(name: string, files: Files): Promise<Measured | string> {
  // 8 GB, or those who hold everything would not get to their end.
  const node = ['--max-old-space-size=8192', ...process.execArgv];
  const self = [fileURLToPath(import.meta.url), '--contestant', name, '--files', JSON.stringify(files)];
  const child = spawn(process.execPath, [...node, ...self], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  child.stderr.on('data', (chunk) => (err = `${err}${String(chunk)}`.slice(-2_000)));
  const code = await new Promise((resolve) => child.once('close', (exitCode, signal) => resolve(exitCode ?? signal)));
  if (code === 0) return JSON.parse(out) as Measured;
  return /heap out of memory/.test(err) || code === 'SIGKILL'
    ? 'out of memory'
    : `exit ${String(code)}: ${err.slice(-300)}`;
}

function* writeReport(cases: number, bytesPerCase: number): Generator<string> {
  const perSuite = 1_000;
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="bench">\n';
  for (let first = 0; first < cases; first += perSuite) {
    const last = Math.min(cases, first + perSuite);
    yield `<testsuite name="suite ${first / perSuite}" tests="${last - first}" time="12.5" timestamp="2026-01-02T03:04:05Z">\n`;
    for (let at = first; at < last; at += 1) yield writeCase(at, bytesPerCase);
    yield '</testsuite>\n';
  }
  yield '</testsuites>\n';
}

/** Every 50th case fails, every 20th is skipped; the rest is output, half of it escaped and half in CDATA. */
function writeCase(at: number, bytes: number): string {
  const open = `<testcase name="case ${at} &lt;of many&gt;" classname="com.example.Bench${at % 97}" time="${(at % 1000) / 1000}">`;
  const fact =
    at % 50 === 0
      ? '<failure message="expected 1, got 2" type="AssertionError"><![CDATA[at <here>\n at there]]></failure>'
      : at % 20 === 0
        ? '<skipped message="no GPU"/>'
        : '';
  const line =
    at % 2 === 0 ? 'INFO  reconciled &quot;job&quot; &amp; its pods\n' : 'INFO  reconciled "job" & its pods <3>\n';
  const room = Math.max(0, bytes - open.length - fact.length - 60);
  const output = line.repeat(Math.ceil(room / line.length));
  const text = at % 2 === 0 ? output : `<![CDATA[${output}]]>`;
  return `${open}${fact}<system-out>${text}</system-out></testcase>\n`;
}

function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(cells.join('  ').trimEnd());
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'size-mb': { type: 'string', default: '100' },
      cases: { type: 'string', default: '200000' },
      json: { type: 'boolean', default: false },
      contestant: { type: 'string' },
      files: { type: 'string' },
    },
  });
  if (values.contestant !== undefined)
    return runContestant(values.contestant, JSON.parse(values.files ?? '{}') as Files);

  const [sizeMb, cases] = [Number(values['size-mb']), Number(values.cases)];
  if (!(sizeMb > 0) || !Number.isInteger(cases) || cases < 2) {
    console.error(
      `error: --size-mb ${values['size-mb']} --cases ${values.cases}: both are positive, cases a whole number of 2 or more`,
    );
    process.exitCode = 2;
    return;
  }
  const dir = await mkdtemp(join(tmpdir(), 'bench-junit-'));
  try {
    const path = (name: string) => join(dir, name);
    const files: Files = { whole: path('all.xml'), halves: [path('a.xml'), path('b.xml')], output: path('merged.xml') };
    const bytesPerCase = (sizeMb * 1e6) / cases;
    const half = Math.floor(cases / 2);
    for (const [file, count] of [
      [files.whole, cases],
      [files.halves[0], half],
      [files.halves[1], cases - half],
    ] as const) {
      await pipeline(Readable.from(writeReport(count, bytesPerCase)), createWriteStream(file));
    }
    const bytes = (await stat(files.whole)).size;
    console.error(`${(bytes / 1e6).toFixed(1)} MB, ${cases} cases, Node.js ${process.version}`);
    const results: Record<string, Measured | string> = {};
    for (const name of Object.keys(contestants)) {
      results[name] = await measure(name, files);
      console.error(`done: ${name}`);
    }
    report(results, cases, values.json);
    recordAll(results);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function recordAll(results: Readonly<Record<string, Measured | string>>): void {
  const [verdict, model, merge] = ['verdict', 'model', 'merge'].map((task) => results[`${task}: @seatrial/junit`]);
  const compare = (
    name: string,
    ours: Measured | string | undefined,
    of: string,
    theirs: Measured | string | undefined,
  ) => {
    if (typeof ours === 'object' && typeof theirs === 'object')
      recordTimes(name, { ours: ours.seconds, peer: theirs.seconds, of, unit: 's' }, 1);
    else record({ name, ours: typeof ours === 'string' ? ours : 'measured', peer: `${of}: ${String(theirs)}` });
  };
  compare('reading a report for its verdict', verdict, 'junit2json', results['model: junit2json']);
  compare('reading a report whole', model, 'junit2json', results['model: junit2json']);
  compare('merging two reports', merge, 'junit-report-merger', results['merge: junit-report-merger']);
  if (typeof verdict !== 'object') return;
  const ours = `${verdict.peakMb.toFixed(0)} MB`;
  record({ name: 'peak of memory for a verdict', ours, goal: 'under 200 MB', met: verdict.peakMb < 200 });
}

function report(results: Readonly<Record<string, Measured | string>>, cases: number, json: boolean): void {
  if (json) return console.log(JSON.stringify(results, undefined, 2));
  const rows = Object.entries(results).map(([name, result]) => {
    if (typeof result === 'string') return [name, result];
    const task = name.slice(0, name.indexOf(':'));
    const ours = results[`${task}: @seatrial/junit`];
    const ratio = typeof ours === 'object' ? `${(result.seconds / ours.seconds).toFixed(1)}x` : '-';
    const wrong = result.cases === cases ? '' : `saw ${result.cases} cases`;
    return [name, `${result.seconds.toFixed(2)} s`, `${result.peakMb.toFixed(0)} MB`, ratio, wrong];
  });
  printTable([['', 'time', 'peak RSS', 'time to ours', ''], ...rows]);
}

await main();
