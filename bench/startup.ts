/**
 * How long `--help` of every program takes, against Node alone (`node -e 0`). They take turns, and each is compared
 * with Node alone in the same turn, so that whatever else the machine does slows both; the median of these ratios counts.
 *
 *   npx tsx bench/startup.ts [--runs 25] [--quick] [--node PATH] [--json]
 *
 * Ends with 1 when a ratio is over 1.6.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { record } from './result.js';

const GOAL = 1.6;
const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    quick: { type: 'boolean', default: false },
    node: { type: 'string', default: process.execPath },
    json: { type: 'boolean', default: false },
  },
});

const runs = Number(values.runs ?? (values.quick ? 3 : 25));
const bin = (folder: string) => [fileURLToPath(new URL(`../${folder}/bin.js`, import.meta.url)), '--help'];
const packages = ['cli', 'deploy', 'gke', 'helm', 'junit', 'pipeline', 'prow', 'release', 'sandbox', 'storage'];
const contenders: readonly (readonly [name: string, argv: readonly string[]])[] = [
  ['node -e 0', ['-e', '0']],
  ...packages.map((name) => [`seatrial-${name}`, bin(`packages/${name}`)] as const),
  ['seatrial-ui', bin('apps/dashboard')],
  ['seatrial', bin('apps/runner')],
];

/** Milliseconds until a process has ended. */
async function timeOf(argv: readonly string[]): Promise<number> {
  const started = performance.now();
  const child = spawn(values.node, argv, { stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}`);
  return performance.now() - started;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const times = new Map<string, number[]>();
for (let run = -1; run < runs; run += 1) {
  for (const [name, argv] of contenders) {
    const ms = await timeOf(argv);
    // The first round fills the caches of disk and compiler.
    if (run >= 0) times.set(name, [...(times.get(name) ?? []), ms]);
  }
}

const bareTimes = times.get('node -e 0') ?? [];
const bare = median(bareTimes);
const rows = [...times].map(([name, all]) => ({
  name,
  ms: median(all),
  ratio: median(all.map((ms, turn) => ms / (bareTimes[turn] ?? Number.NaN))),
}));
if (values.json) console.log(JSON.stringify({ goal: GOAL, rows }, undefined, 2));
else {
  for (const { name, ms, ratio } of rows) {
    const verdict = ratio <= GOAL ? '' : `  over ${GOAL}`;
    console.log(`${name.padEnd(18)} ${ms.toFixed(0).padStart(5)} ms  ${ratio.toFixed(2)}${verdict}`);
  }
}
for (const { name, ms, ratio } of rows.slice(1)) {
  record({
    name: `${name} --help`,
    ours: `${ms.toFixed(0)} ms`,
    peer: `${bare.toFixed(0)} ms (node -e 0)`,
    ratio: 1 / ratio,
    goal: `at most ${GOAL} times node -e 0`,
    met: ratio <= GOAL,
  });
}
process.exitCode = rows.every(({ ratio }) => ratio <= GOAL) ? 0 : 1;
