/**
 * What a task costs that does next to nothing: in a layered graph and in one chain, with our engine in memory and with
 * its journal in a folder, with p-graph, and with a plain loop over p-limit, which knows neither graphs nor results.
 * Then, with our engine alone, how that grows with the number of tasks.
 *
 *     npx tsx bench/pipeline.ts [--tasks 10000] [--growth 1000,10000,100000] [--rounds 30] [--parallel 16] [--json]
 *
 * Each contestant has a process of its own, and they take turns, round by round. "build" is what making the graph takes,
 * "run" is running it; both are of the fastest round of several, with the journal of one round. All rounds run the same
 * graph. "heap" is what graph and result hold after a full collection.
 * The packages are measured as they are built: run `npm run build` first.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { record } from './result.js';
import type { Graph, Task } from '@seatrial/pipeline';

type Shape = 'layered' | 'chain';

interface Work {
  /** For each task the tasks before it whose outputs it takes. */
  readonly needs: readonly (readonly number[])[];
  readonly layers: readonly (readonly number[])[];
  readonly parallel: number;
}

/** A built graph: running it gives the sum of all outputs, and whatever it holds at the end. */
interface Runnable {
  run(): Promise<{ readonly sum: number; readonly held: unknown }>;
}

interface Contestant {
  prepare(work: Work): Promise<Runnable>;
  readonly rounds?: number;
}

interface Measured {
  readonly buildUs: number;
  readonly runUs: number;
  readonly heapBytes: number;
}

const LAYER = 100;
/** Processes of a contestant. */
const LAPS = 5;
const NEEDS = 3;
/** Times a graph is built, to see how long that takes. */
const BUILDS = 10;

function createWork(shape: Shape, tasks: number, parallel: number): Work {
  const width = shape === 'chain' ? 1 : LAYER;
  const needs: number[][] = [];
  const layers: number[][] = [];
  for (let at = 0; at < tasks; at += 1) {
    const layer = Math.floor(at / width);
    (layers[layer] ??= []).push(at);
    const first = (layer - 1) * width;
    // Neighbours in the layer before, going around.
    const count = Math.min(NEEDS, width);
    needs.push(layer === 0 ? [] : Array.from({ length: count }, (_, by) => first + ((at + by) % width)));
  }
  return { needs, layers, parallel };
}

/** What each task does: one more than the largest of its inputs. */
async function body(inputs: readonly Output[]): Promise<Output> {
  let value = 0;
  for (const input of inputs) value = Math.max(value, input.value);
  return { value: value + 1 };
}

// A `type`: an interface would not be plain JSON to our compiler's eyes.
type Output = { readonly value: number };

const sumOf = (outputs: readonly Output[]) => outputs.reduce((sum, { value }) => sum + value, 0);

async function ours({ needs }: Work): Promise<{ graph: Graph; sum: (tasks: Results) => number }> {
  const { createGraph, defineTask } = await import('@seatrial/pipeline');
  const tasks: Task<string, Output>[] = [];
  for (const [at, list] of needs.entries()) {
    const task = defineTask({
      name: `t${at}`,
      needs: { before: list.map((need) => tasks[need] as Task<string, Output>) },
      run: ({ inputs }) => body(inputs.before),
    });
    tasks.push(task);
  }
  return {
    graph: createGraph(tasks),
    sum: (results) => sumOf(tasks.map(({ name }) => results[name]?.output as Output)),
  };
}

type Results = Readonly<Record<string, { readonly output?: unknown }>>;

const contestants: Readonly<Record<string, Contestant>> = {
  'p-limit loop': {
    async prepare({ needs, layers, parallel }) {
      const { default: pLimit } = await import('p-limit');
      return {
        async run() {
          const limit = pLimit(parallel);
          const outputs: Output[] = [];
          for (const layer of layers) {
            await Promise.all(
              layer.map((at) =>
                limit(async () => {
                  outputs[at] = await body((needs[at] ?? []).map((need) => outputs[need] as Output));
                }),
              ),
            );
          }
          return { sum: sumOf(outputs), held: outputs };
        },
      };
    },
  },
  'p-graph': {
    async prepare({ needs, parallel }) {
      const { PGraph } = await import('p-graph');
      const outputs: Output[] = [];
      const nodes = new Map(
        needs.map((list, at) => [
          `t${at}`,
          {
            run: async () => {
              outputs[at] = await body(list.map((need) => outputs[need] as Output));
            },
          },
        ]),
      );
      const graph = new PGraph(
        nodes,
        needs.flatMap((list, at) => list.map((need): [string, string] => [`t${need}`, `t${at}`])),
      );
      return {
        async run() {
          await graph.run({ concurrency: parallel });
          return { sum: sumOf(outputs), held: [graph, outputs] };
        },
      };
    },
  },
  'ours, in memory': {
    async prepare(work) {
      const { runGraph } = await import('@seatrial/pipeline');
      const { graph, sum } = await ours(work);
      return {
        async run() {
          const result = await runGraph(graph, { maxParallel: work.parallel }).result;
          return { sum: sum(result.tasks), held: [graph, result] };
        },
      };
    },
  },
  'ours, journal in a folder': {
    rounds: 1,
    async prepare(work) {
      const { createJournal, folderJournalFiles, runGraph } = await import('@seatrial/pipeline');
      const { graph, sum } = await ours(work);
      return {
        async run() {
          const dir = await mkdtemp(join(tmpdir(), 'bench-pipeline-'));
          try {
            const journal = createJournal(folderJournalFiles(dir));
            const result = await runGraph(graph, { maxParallel: work.parallel, journal }).result;
            return { sum: sum(result.tasks), held: [graph, result] };
          } finally {
            await rm(dir, { recursive: true, force: true });
          }
        },
      };
    },
  },
};

/** Runs as the child: says what building took and held, then runs a round whenever it is asked to. */
async function runContestant(job: Job): Promise<void> {
  const contestant = contestants[job.name] as Contestant;
  const work = createWork(job.shape, job.tasks, job.parallel);
  const round = async ({ layers }: Work, runnable: Runnable) => {
    const begun = performance.now();
    const { sum, held } = await runnable.run();
    const ms = performance.now() - begun;
    const expected = layers.reduce((total, layer, at) => total + layer.length * (at + 1), 0);
    if (sum !== expected) throw new Error(`${job.name}: the outputs add up to ${sum}, not ${expected}`);
    return { held, us: (ms * 1000) / job.tasks };
  };
  const few = createWork(job.shape, 200, job.parallel);
  await round(few, await contestant.prepare(few)); // loads what there is to load
  let firstUs = 0;
  const heapBytes = await measureHeap(async () => {
    const { held, us } = await round(work, await contestant.prepare(work));
    firstUs = us;
    return held;
  });
  let buildMs = Infinity;
  let runnable = await contestant.prepare(work);
  for (let at = 0; at < BUILDS; at += 1) {
    const begun = performance.now();
    runnable = await contestant.prepare(work);
    buildMs = Math.min(buildMs, performance.now() - begun);
  }
  const built: Measured = { buildUs: (buildMs * 1000) / job.tasks, runUs: firstUs, heapBytes: heapBytes / job.tasks };
  process.on('message', () => void round(work, runnable).then(({ us }) => process.send?.(us)));
  process.send?.(built);
}

/** What is held at the end, after a full collection. */
async function measureHeap(work: () => Promise<unknown>): Promise<number> {
  const collect = globalThis.gc as () => void;
  const held: unknown[] = [];
  collect();
  const before = process.memoryUsage().heapUsed;
  held.push(await work());
  await new Promise((resolve) => setImmediate(resolve)); // what the last await holds is let go of
  collect();
  const bytes = process.memoryUsage().heapUsed - before;
  held.length = 0;
  return bytes;
}

interface Job {
  readonly name: string;
  readonly shape: Shape;
  readonly tasks: number;
  readonly rounds: number;
  readonly parallel: number;
}

/** A contestant in a process of its own. */
interface Running {
  readonly built: Measured;
  /** Runs the graph once more, in microseconds per task. */
  round(): Promise<number>;
  stop(): void;
}

async function start(job: Job): Promise<Running> {
  const self = [fileURLToPath(import.meta.url), '--job', JSON.stringify(job)];
  const child = spawn(process.execPath, ['--expose-gc', ...process.execArgv, ...self], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let err = '';
  child.stderr?.on('data', (chunk) => (err = `${err}${String(chunk)}`.slice(-2_000)));
  const closed = new Promise<never>((_, reject) => {
    child.once('close', (code) => reject(new Error(/^\w*Error.*$/m.exec(err)?.[0] ?? `exit ${String(code)}`)));
  });
  closed.catch(() => {}); // it is told by the answer that does not come
  const answer = async () => {
    const message = new Promise<unknown>((resolve) => child.once('message', resolve));
    return await Promise.race([message, closed]);
  };
  return {
    built: (await answer()) as Measured,
    async round() {
      child.send('round', () => {}); // of a closed process `closed` tells
      return (await answer()) as number;
    },
    stop: () => child.kill(),
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Measures these side by side, the first round of all of them, then the second: the machine is faster at one time than at
 * another, and so all meet the same one.
 */
async function measure(jobs: readonly Job[]): Promise<Readonly<Record<string, Measured | string>>> {
  const measured: Record<string, Measured | string> = {};
  const running: { readonly job: Job; readonly one: Running; readonly us: number[] }[] = [];
  try {
    for (const job of jobs) {
      try {
        running.push({ job, one: await start(job), us: [] });
      } catch (error) {
        measured[job.name] = messageOf(error);
      }
    }
    for (let round = 1; round < Math.max(...jobs.map(({ rounds }) => rounds)); round += 1) {
      for (const { job, one, us } of running) {
        if (round >= job.rounds || job.name in measured) continue;
        try {
          us.push(await one.round());
        } catch (error) {
          measured[job.name] = messageOf(error);
        }
      }
    }
    for (const { job, one, us } of running) {
      measured[job.name] ??= { ...one.built, runUs: us.length === 0 ? one.built.runUs : Math.min(...us) };
    }
  } finally {
    for (const { one } of running) one.stop();
  }
  return measured;
}

/**
 * All contestants, several times around, each time in new processes: how a process came to compile its code makes it fast or
 * slow as a whole. The median of a contestant's processes counts.
 */
async function compare(job: Omit<Job, 'name'>): Promise<Readonly<Record<string, Measured | string>>> {
  const laps: Readonly<Record<string, Measured | string>>[] = [];
  for (let lap = 0; lap < LAPS; lap += 1) {
    const jobs = Object.entries(contestants).map(([name, { rounds = job.rounds }]) => ({ ...job, name, rounds }));
    laps.push(await measure(jobs.filter(({ rounds }) => lap === 0 || rounds > 1)));
  }
  return Object.fromEntries(
    Object.keys(contestants).map((name) => {
      const all = laps.map((lap) => lap[name]).filter((one) => one !== undefined);
      const failed = all.find((one) => typeof one === 'string');
      const ordered = all.filter((one) => typeof one === 'object').toSorted((one, other) => one.runUs - other.runUs);
      return [name, failed ?? (ordered[Math.floor(ordered.length / 2)] as Measured)];
    }),
  );
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

function cellsOf(measured: Measured | string, base?: Measured | string): readonly string[] {
  if (typeof measured === 'string') return [measured];
  const ratio = typeof base === 'object' ? `${(measured.runUs / base.runUs).toFixed(2)}x` : '';
  return [
    `${measured.buildUs.toFixed(2)} us`,
    `${measured.runUs.toFixed(2)} us`,
    `${measured.heapBytes.toFixed(0)} B`,
    ratio,
  ];
}

function recordShape(title: string, byName: Readonly<Record<string, Measured | string>>): void {
  const [ours, loop, graph] = ['ours, in memory', 'p-limit loop', 'p-graph'].map((name) => byName[name]);
  if (typeof ours !== 'object') return record({ name: title, ours: String(ours), goal: 'to run', met: false });
  const us = (one: Measured): string => `${one.runUs.toFixed(2)} us a task`;
  if (typeof loop === 'object')
    record({
      name: title,
      ours: us(ours),
      peer: `${us(loop)} (p-limit loop)`,
      ratio: loop.runUs / ours.runUs,
      goal: 'within 2 times of the loop',
      met: ours.runUs <= 2 * loop.runUs,
    });
  if (typeof graph === 'object')
    record({ name: title, ours: us(ours), peer: `${us(graph)} (p-graph)`, ratio: graph.runUs / ours.runUs });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      tasks: { type: 'string', default: '10000' },
      growth: { type: 'string', default: '1000,10000,100000' },
      rounds: { type: 'string', default: '30' },
      parallel: { type: 'string', default: '16' },
      json: { type: 'boolean', default: false },
      job: { type: 'string' },
    },
  });
  if (values.job !== undefined) return runContestant(JSON.parse(values.job) as Job);
  const [tasks, rounds, parallel] = [Number(values.tasks), Number(values.rounds), Number(values.parallel)];
  const sizes = values.growth === '' ? [] : values.growth.split(',').map(Number);
  if (![tasks, rounds, parallel, ...sizes].every((count) => Number.isInteger(count) && count >= 1)) {
    console.error('error: --tasks, --growth, --rounds and --parallel are whole numbers of 1 or more');
    process.exitCode = 2;
    return;
  }

  const report: Record<string, unknown> = { node: process.version };
  for (const shape of ['layered', 'chain'] as const) {
    const byName = await compare({ shape, tasks, rounds, parallel });
    const title = `${shape}, ${tasks} tasks`;
    report[title] = byName;
    recordShape(title, byName);
    if (values.json) continue;
    const rows = Object.entries(byName).map(([name, measured]) => [name, ...cellsOf(measured, byName['p-limit loop'])]);
    printTable([[title, 'build', 'run', 'heap', 'run to loop'], ...rows]);
    console.log('');
  }
  const growth: Record<string, Measured | string> = {};
  for (const shape of ['layered', 'chain'] as const) {
    for (const size of sizes) {
      const name = 'ours, in memory';
      const measured = await measure([{ name, shape, tasks: size, rounds, parallel }]);
      growth[`${shape}, ${size} tasks`] = measured[name] as Measured | string;
    }
  }
  report['growth'] = growth;
  if (values.json) return console.log(JSON.stringify(report, undefined, 2));
  if (sizes.length === 0) return;
  const rows = Object.entries(growth).map(([name, measured]) => [name, ...cellsOf(measured)]);
  printTable([['growth, per task', 'build', 'run', 'heap'], ...rows]);
}

await main();
