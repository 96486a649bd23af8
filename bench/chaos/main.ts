/**
 * Chaos: runs of a small operator on the sandbox are killed at random instants, under random faults, and resumed or cleaned
 * up after. Then the sandbox's own records, the process table and the folders must show that nothing was left, and the
 * results that the verdict told the truth.
 *
 *   npm run trial:chaos -- --runs 200
 *   npm run trial:chaos -- --runs 1 --seed 4711 --verbose    one that failed, once more
 *
 * Everything random of a run follows from its seed; the instant at which a process is hit also depends on the machine.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { findHelm, findWorkspaceHelm } from '@seatrial/helm';
import { planOf } from './plan.js';
import { runTrial } from './trial.js';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    seed: { type: 'string' },
    parallel: { type: 'string', default: String(Math.max(2, availableParallelism())) },
    verbose: { type: 'boolean', default: false },
  },
});
const count = whole('runs', values.runs);
const parallel = whole('parallel', values.parallel);
const firstSeed = values.seed === undefined ? Date.now() % 1_000_000 : whole('seed', values.seed);
const helm = await findHelm({ env: process.env, workspaceCopy: () => findWorkspaceHelm({}), flag: undefined });
const path = process.env['PATH'] ?? '';

console.log(`${count} runs, seeds from ${firstSeed}, ${parallel} at once`);
const startedMs = performance.now();
const failed: number[] = [];
let [next, done, forced] = [0, 0, 0];
await Promise.all(Array.from({ length: Math.min(parallel, count) }, worker));
const seconds = Math.round((performance.now() - startedMs) / 1000);
console.log(`${count - failed.length} of ${count} passed in ${seconds} s; left at a third signal: ${forced}`);
if (failed.length > 0) {
  console.log(`failed: ${failed.map((seed) => `--seed ${seed}`).join(', ')} (each with --runs 1)`);
  process.exitCode = 1;
}

async function worker(): Promise<void> {
  while (next < count) {
    const plan = planOf(firstSeed + next);
    next += 1;
    const about = [plan.inBucket ? 'gs' : 'file', plan.scope, plan.isBroken ? 'broken' : 'sound'];
    try {
      const { problems, story, transcript, forcedExits } = await runTrial(plan, path, helm.path);
      done += 1;
      forced += forcedExits;
      const what = `[${done}/${count}] seed ${plan.seed}: ${about.join(' ')}, ${plan.faults.join(' ') || 'no faults'}: ${story}`;
      console.log(problems.length === 0 ? `ok   ${what}` : `FAIL ${what}`);
      for (const problem of problems) console.log(`       ${problem}`);
      if (problems.length > 0) failed.push(plan.seed);
      if (values.verbose || (problems.length > 0 && count === 1)) console.log(transcript);
    } catch (error) {
      failed.push(plan.seed);
      console.log(`FAIL seed ${plan.seed}:`, error);
    }
  }
}

function whole(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= (name === 'seed' ? 0 : 1)) return number;
  console.error(`--${name} ${text}: expected a whole number`);
  process.exit(2);
}
