import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGraph } from './graph.js';
import type { JournalFiles } from './journal.js';
import { createJournal, memoryJournalFiles } from './journal.js';
import type { TaskState } from './result.js';
import { runGraph } from './run-graph.js';
import type { RunOptions } from './run-options.js';
import { selectTasks } from './selection.js';
import type { Task } from './task.js';
import { defineTask, needsOf, predecessorsOf } from './task.js';
import type { FakeClock } from './testing.js';
import { createFakeClock } from './testing.js';
import type { WhenRule } from './when.js';

interface Shape {
  readonly needs: readonly number[];
  readonly after: readonly number[];
  readonly when: WhenRule;
  readonly cleanup: boolean;
  readonly uses: Readonly<Record<string, number>>;
  /** Attempts that fail before one succeeds. */
  readonly failures: number;
  readonly attempts: number;
  readonly durationMs: number;
}

const rules: readonly WhenRule[] = [
  'all_success',
  'all_failed',
  'all_done',
  'one_success',
  'one_failed',
  'none_failed',
  'none_failed_min_one_success',
  'none_skipped',
];

/** Graphs of up to twelve tasks, each waiting for any of those before it. */
const shapes: fc.Arbitrary<readonly Shape[]> = fc
  .array(
    fc.record({
      needs: fc.array(fc.nat(10), { maxLength: 3 }),
      after: fc.array(fc.nat(10), { maxLength: 3 }),
      when: fc.constantFrom<(WhenRule | undefined)[]>(undefined, undefined, undefined, ...rules),
      cleanup: fc.constantFrom(false, false, false, true),
      uses: fc.constantFrom<Readonly<Record<string, number>>[]>(
        {},
        {},
        { gpu: 1 },
        { gpu: 2 },
        { net: 1 },
        { gpu: 1, net: 2 },
      ),
      failures: fc.constantFrom(0, 0, 0, 1, 2, 9),
      attempts: fc.constantFrom(1, 1, 2, 3),
      durationMs: fc.constantFrom(0, 0, 1, 5, 50),
    }),
    { maxLength: 12 },
  )
  .map((drafts) =>
    drafts.map(({ when, cleanup, needs, after, ...rest }, at) => ({
      ...rest,
      needs: [...new Set(needs.filter((other) => other < at))],
      after: [...new Set(after.filter((other) => other < at))],
      when: when ?? (cleanup ? 'all_done' : 'all_success'),
      cleanup,
    })),
  );

interface Trace {
  readonly starts: Map<string, number>;
  readonly faults: string[];
  /** The most units of each resource that were in use at once. */
  readonly mostUsed: Map<string, number>;
  mostAtOnce: number;
  isCancelled: boolean;
}

/** Tasks of a shape that note in a trace whatever they see that must not be. */
function createTasks(list: readonly Shape[], trace: Trace): readonly Task[] {
  const tasks: Task[] = [];
  let atOnce = 0;
  const used = new Map<string, number>();
  const use = (units: Readonly<Record<string, number>>, sign: 1 | -1) => {
    for (const [resource, count] of Object.entries(units)) {
      const now = (used.get(resource) ?? 0) + sign * count;
      used.set(resource, now);
      trace.mostUsed.set(resource, Math.max(trace.mostUsed.get(resource) ?? 0, now));
    }
  };
  list.forEach((shape, at) => {
    const name = `t${at}`;
    const needs = Object.fromEntries(shape.needs.map((other) => [`t${other}`, tasks[other] as Task]));
    const task = defineTask({
      name,
      needs,
      after: shape.after.map((other) => tasks[other] as Task),
      when: shape.when,
      cleanup: shape.cleanup,
      uses: shape.uses,
      retries: { attempts: shape.attempts, minDelayMs: 3 },
      run: async ({ attempt, inputs, results, clock, signal }) => {
        if (trace.isCancelled && !shape.cleanup) trace.faults.push(`${name} starts after the cancel`);
        for (const other of predecessorsOf(task)) {
          if (results[other.name] === undefined) trace.faults.push(`${name} starts before ${other.name} has ended`);
        }
        for (const [key, input] of Object.entries(inputs)) {
          const isWanted = results[key]?.state === 'succeeded';
          if ((input === `made by ${key}`) !== isWanted) trace.faults.push(`${name} gets ${String(input)} of ${key}`);
        }
        trace.starts.set(name, (trace.starts.get(name) ?? 0) + 1);
        atOnce += 1;
        trace.mostAtOnce = Math.max(trace.mostAtOnce, atOnce);
        use(shape.uses, 1);
        try {
          await clock.sleep(shape.durationMs, signal);
        } finally {
          atOnce -= 1;
          use(shape.uses, -1);
        }
        if (attempt <= shape.failures) throw new Error('broken');
        return `made by ${name}`;
      },
    }) as Task;
    tasks.push(task);
  });
  return tasks;
}

function createTrace(): Trace {
  return { starts: new Map(), faults: [], mostUsed: new Map(), mostAtOnce: 0, isCancelled: false };
}

/** What must become of each task when nothing interferes, told without an engine. */
function predict(list: readonly Shape[]): Record<string, TaskState> {
  const ends: { readonly state: TaskState; readonly isFailure: boolean }[] = [];
  for (const shape of list) {
    const before = [...shape.needs, ...shape.after].map((other) => ends[other] as (typeof ends)[number]);
    const hasFailure = before.some(({ isFailure }) => isFailure);
    const hasSuccess = before.some(({ state }) => state === 'succeeded');
    const hasSkipped = before.some(({ state }) => state === 'skipped');
    const runs = {
      all_done: true,
      all_success: before.every(({ state }) => state === 'succeeded'),
      all_failed: hasFailure && before.every(({ isFailure }) => isFailure),
      one_failed: hasFailure,
      one_success: hasSuccess,
      none_failed: !hasFailure,
      none_failed_min_one_success: !hasFailure && hasSuccess,
      none_skipped: !hasSkipped,
    }[shape.when];
    if (runs) {
      const isFailure = shape.failures >= shape.attempts;
      ends.push({ state: isFailure ? 'failed' : 'succeeded', isFailure });
    } else {
      // Skipped for a failure, unless it was a failure that it waited for.
      ends.push({ state: 'skipped', isFailure: isSkippedForFailure(shape.when, before) });
    }
  }
  return Object.fromEntries(ends.map(({ state }, at) => [`t${at}`, state]));
}

function isSkippedForFailure(
  when: WhenRule,
  before: readonly { readonly state: TaskState; readonly isFailure: boolean }[],
): boolean {
  switch (when) {
    case 'all_success':
      // The first that did not succeed is the reason.
      return before.find(({ state }) => state !== 'succeeded')?.isFailure ?? false;
    case 'none_skipped':
      return before.find(({ state }) => state === 'skipped')?.isFailure ?? false;
    case 'one_success':
    case 'none_failed':
    case 'none_failed_min_one_success':
      return before.some(({ isFailure }) => isFailure);
    default:
      return false;
  }
}

function statesOf(results: Readonly<Record<string, { readonly state: TaskState }>>): Record<string, TaskState> {
  return Object.fromEntries(Object.entries(results).map(([name, { state }]) => [name, state]));
}

function start(list: readonly Shape[], options: RunOptions & { readonly clock: FakeClock }) {
  const trace = createTrace();
  const tasks = createTasks(list, trace);
  return { trace, tasks, started: runGraph(createGraph(tasks), { random: () => 0.5, ...options }) };
}

/** Limits of what a list uses; what nobody uses cannot be limited. */
function limitsOf(list: readonly Shape[], limit: number): Readonly<Record<string, number>> {
  return Object.fromEntries(list.flatMap(({ uses }) => Object.keys(uses)).map((resource) => [resource, limit]));
}

const limits = fc.constantFrom(1, 2, 3, Infinity);

describe('any graph', () => {
  it('ends as its rules say, no task before its predecessors, no more at once than allowed', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, limits, fc.constantFrom(undefined, 2, 3), async (list, maxParallel, units) => {
        const clock = createFakeClock();
        const resources = units === undefined ? {} : limitsOf(list, units);
        const { trace, started } = start(list, { clock, maxParallel, resources });
        const { tasks, state, criticalPath, durationMs } = await clock.runUntil(started.result);
        const predicted = predict(list);
        expect(trace.faults).toEqual([]);
        expect(statesOf(tasks)).toEqual(predicted);
        expect(trace.mostAtOnce).toBeLessThanOrEqual(maxParallel);
        for (const [resource, most] of trace.mostUsed) {
          expect(most).toBeLessThanOrEqual(resources[resource] ?? Infinity);
        }
        expect(state).toBe(Object.values(predicted).includes('failed') ? 'failed' : 'succeeded');
        expect(criticalPath.durationMs).toBeLessThanOrEqual(durationMs);
        if (maxParallel === Infinity && units === undefined) expect(criticalPath.durationMs).toBe(durationMs);
        for (const [at, { failures, attempts }] of list.entries()) {
          const expected = predicted[`t${at}`] === 'skipped' ? undefined : Math.min(failures + 1, attempts);
          expect(trace.starts.get(`t${at}`)).toBe(expected);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('runs its cleanup and nothing else after a cancel at any time', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, limits, fc.nat(80), async (list, maxParallel, cancelMs) => {
        const clock = createFakeClock();
        const { trace, started, tasks } = start(list, { clock, maxParallel, resources: limitsOf(list, 2) });
        let hasEnded = false;
        void started.result.then(() => (hasEnded = true));
        await clock.advance(cancelMs);
        trace.isCancelled = true;
        const wasOver = hasEnded;
        started.cancel(new Error('stopped'));
        const result = await clock.runUntil(started.result);
        expect(trace.faults).toEqual([]);
        if (!wasOver) expect(result.state).toBe('aborted');
        expect(Object.keys(result.tasks)).toHaveLength(tasks.length);
        for (const { name, cleanup, when } of tasks) {
          if (cleanup && when === 'all_done') expect(trace.starts.get(name)).toBeGreaterThan(0);
          expect(['succeeded', 'failed', 'skipped', 'aborted']).toContain(result.tasks[name]?.state);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('leaves out what is not chosen, and no more than needs it', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.array(fc.nat(11)), async (list, skipped) => {
        const clock = createFakeClock();
        const trace = createTrace();
        const tasks = createTasks(list, trace);
        const graph = createGraph(tasks);
        const skip = [...new Set(skipped.filter((at) => at < list.length))].map((at) => `t${at}`);
        const started = runGraph(graph, { clock, random: () => 0.5, selection: selectTasks(graph, { skip }) });
        const result = await clock.runUntil(started.result);
        expect(trace.faults).toEqual([]);
        for (const name of skip) expect(trace.starts.has(name)).toBe(false);
        const hasFailed = Object.values(result.tasks).some(({ state }) => state === 'failed');
        expect(result.state).toBe(hasFailed ? 'failed' : 'succeeded');
        for (const task of tasks) {
          const isHeldBack = needsOf(task).some(({ name }) => result.tasks[name]?.state !== 'succeeded');
          if (!skip.includes(task.name) && task.when === 'all_success' && isHeldBack) {
            expect(result.tasks[task.name]?.state).toBe('skipped');
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});

function ancestorsOf(task: Task): readonly Task[] {
  return predecessorsOf(task).flatMap((one) => [one, ...ancestorsOf(one)]);
}

/** Files that die at the n-th write, which leaves that much of its text; nothing is heard from them again. */
function dyingFiles(files: JournalFiles, at: number, keptPart: number) {
  let writes = 0;
  let die: () => void = () => undefined;
  const died = new Promise<void>((resolve) => (die = resolve));
  const write = async (path: string, text: string): Promise<void> => {
    writes += 1;
    if (writes < at) return files.write(path, text);
    if (writes === at) {
      if (keptPart > 0) await files.write(path, text.slice(0, Math.floor(text.length * keptPart)));
      die();
    }
    return new Promise<void>(() => {});
  };
  return { files: { ...files, write }, died };
}

describe('any graph that is resumed', () => {
  it('ends as if it had not been killed, at whatever write, whole or torn, and repeats nothing that is done', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes,
        limits,
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom(0, 0.4, 0.9, 1),
        async (list, maxParallel, at, kept) => {
          const files = memoryJournalFiles();
          const dying = dyingFiles(files, at, kept);
          const firstClock = createFakeClock();
          const first = start(list, { clock: firstClock, maxParallel, journal: createJournal(dying.files) });
          await firstClock.runUntil(Promise.race([first.started.result, dying.died]));

          const journal = createJournal(files);
          const before = await Promise.all(list.map((_shape, index) => journal.readTask(`t${index}`)));
          const clock = createFakeClock(1_000_000);
          const { started, trace, tasks } = start(list, { clock, maxParallel, journal, resume: true });
          const result = await clock.runUntil(started.result);
          expect([...first.trace.faults, ...trace.faults]).toEqual([]);
          expect(statesOf(result.tasks)).toEqual(predict(list));
          for (const [index, task] of tasks.entries()) {
            if (before[index]?.state !== 'succeeded' || !trace.starts.has(task.name)) continue;
            // Done and yet repeated: only because something it follows was.
            expect(ancestorsOf(task).some(({ name }) => trace.starts.has(name))).toBe(true);
          }
          expect(
            statesOf(
              Object.fromEntries(
                await Promise.all(
                  tasks.map(async ({ name }) => [name, (await journal.readTask(name)) ?? { state: 'pending' }]),
                ),
              ),
            ),
          ).toEqual(predict(list));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('repeats no work that succeeded unless what it needs is repeated', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.integer({ min: 1, max: 50 }), async (list, at) => {
        const plain = list.map((shape) => ({ ...shape, when: 'all_success' as const, cleanup: false }));
        const files = memoryJournalFiles();
        const dying = dyingFiles(files, at, 0);
        const firstClock = createFakeClock();
        const first = start(plain, { clock: firstClock, journal: createJournal(dying.files) });
        await firstClock.runUntil(Promise.race([first.started.result, dying.died]));
        const journal = createJournal(files);
        const before = await Promise.all(plain.map((_shape, index) => journal.readTask(`t${index}`)));
        const clock = createFakeClock(1_000_000);
        const { started, trace } = start(plain, { clock, journal, resume: true });
        await clock.runUntil(started.result);
        const repeated = before.filter((record) => record?.state === 'succeeded' && trace.starts.has(record.name));
        expect(repeated).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('has nothing to do when it succeeded, and ends the same', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (list) => {
        const fine = list.map((shape) => ({ ...shape, failures: 0 }));
        const journal = createJournal(memoryJournalFiles());
        const firstClock = createFakeClock();
        const first = await firstClock.runUntil(start(fine, { clock: firstClock, journal }).started.result);
        const clock = createFakeClock(1_000_000);
        const { started, trace } = start(fine, { clock, journal, resume: true });
        const result = await clock.runUntil(started.result);
        expect([...trace.starts.keys()]).toEqual([]);
        expect(statesOf(result.tasks)).toEqual(statesOf(first.tasks));
        expect(result.state).toBe('succeeded');
      }),
      { numRuns: 100 },
    );
  });
});
