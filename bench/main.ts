/**
 * Runs all benches, one after the other, prints one table, and writes it to docs/benchmarks.md with machine and versions.
 *
 * Ends with 1 when a bench failed or, at the whole size, a goal was missed. What it prints itself goes to stderr; the
 * table to stdout. `--help` tells the options.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatTable } from '@seatrial/cli';
import { type Bench, benches } from './list.js';
import { describeMachine, type Row, readPage, writePage } from './page.js';
import type { Result } from './result.js';

const OWN_CHECK = 'its own check';

const HELP = `usage: npm run bench [-- OPTIONS]

Runs all benches one after the other (about twenty minutes), prints one table,
and writes it to docs/benchmarks.md.

  --quick      small sizes: whether they work, not how fast; writes nothing
  --only A,B   these alone; the others' lines in the page stay as they are
  --no-write   without the page

Benches: ${benches.map(({ name }) => name).join(' ')}`;

function parseOptions() {
  return parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      write: { type: 'boolean' },
      help: { type: 'boolean', short: 'h', default: false },
    },
    allowNegative: true,
  }).values;
}

async function main(): Promise<number> {
  let values: ReturnType<typeof parseOptions>;
  try {
    values = parseOptions();
  } catch (error) {
    console.error(`error: ${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const only = values.only.split(',').filter((name) => name !== '');
  const unknown = only.find((name) => !benches.some((bench) => bench.name === name));
  if (unknown !== undefined) {
    console.error(
      `error: --only ${unknown}: there is no such bench; there are ${benches.map(({ name }) => name).join(', ')}`,
    );
    return 2;
  }
  const chosen = benches.filter(({ name }) => only.length === 0 || only.includes(name));
  const rows: Row[] = [];
  for (const bench of chosen) {
    if (!existsSync(join(import.meta.dirname, bench.file))) continue;
    console.error(`=== ${bench.name}`);
    rows.push(...(await run(bench, values.quick)));
  }
  const machine = await describeMachine(chosen);
  console.log(table(rows));
  console.log(`\n${machine.join('\n')}`);
  if (values.write ?? !values.quick) await writePage(await readPage(), rows, machine);
  // Small sizes say nothing about speed.
  return rows.some(({ name, met }) => met === false && (!values.quick || name === OWN_CHECK)) ? 1 : 0;
}

async function run(bench: Bench, isQuick: boolean): Promise<Row[]> {
  const dir = await mkdtemp(join(tmpdir(), 'bench-'));
  const results = join(dir, 'results.jsonl');
  try {
    const args = isQuick ? bench.quick : (bench.full ?? []);
    const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, bench.file), ...args], {
      env: { ...process.env, SEATRIAL_BENCH_RESULTS: results },
      stdio: ['ignore', process.stderr, process.stderr],
    });
    const code = await new Promise<number | string>((resolve) => {
      child.once('close', (exitCode, signal) => resolve(exitCode ?? String(signal)));
    });
    const text = await readFile(results, 'utf8').catch(() => '');
    const found = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Result);
    const rows: Row[] = found.map((result) => ({ bench: bench.name, ...result }));
    // Whoever records nothing, or fails for another reason than a missed goal, still has a line.
    if (rows.length === 0 || (code !== 0 && rows.every(({ met }) => met !== false)))
      rows.push({
        bench: bench.name,
        name: OWN_CHECK,
        ours: `exit code ${code}`,
        goal: 'exit code 0',
        met: code === 0,
      });
    return rows;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function table(rows: readonly Row[]): string {
  const header = ['bench', 'what', 'ours', 'peer', 'ratio', 'goal', 'met'];
  const cells = rows.map(({ bench, name, ours, peer = '', ratio, goal = '', met }) => [
    bench,
    name,
    ours,
    peer,
    ratio === undefined ? '' : `${ratio.toFixed(1)}x`,
    goal,
    met === undefined ? '' : met ? 'yes' : 'NO',
  ]);
  return formatTable(cells, { header, width: 200 });
}

process.exitCode = await main();
