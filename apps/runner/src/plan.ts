import { createRedactor } from '@seatrial/cli';
import { createGraph, type Graph, needsOf, type Selection, selectTasks, type Task } from '@seatrial/pipeline';
import { clustersOf } from './config/schema.js';
import { RunnerError } from './errors.js';
import { buildTask } from './tasks/build.js';
import { checkTask } from './tasks/check.js';
import { cloneTask } from './tasks/clone.js';
import { collectTask } from './tasks/collect.js';
import { createClusterTask } from './tasks/create-cluster.js';
import { deployTask } from './tasks/deploy.js';
import { finalizeTask } from './tasks/finalize.js';
import { teardownTask } from './tasks/teardown.js';
import { testTask } from './tasks/test.js';
import { type Trial, trialOn, type TrialSettings } from './trial.js';

export interface PlanOptions {
  /** Tasks to run; what cleans up after them runs as well. @default all */
  readonly only?: readonly string[];
  /** Tasks to run together with all that follows from them. @default all */
  readonly from?: readonly string[];
  /** Tasks to leave out. @default none */
  readonly skip?: readonly string[];
  /** Whether there is no earlier run whose outputs tasks could take. @default false */
  readonly fresh?: boolean;
}

export interface Plan {
  readonly graph: Graph;
  readonly selection: Selection;
  /** Tasks that are asked for again, when they have succeeded in the run that is resumed. */
  readonly redo: readonly string[];
}

/**
 * Turns a trial into a task graph. Nothing happens by it.
 *
 * @throws {PipelineError} `UNKNOWN_TASK` when `only` or `skip` names a task that is not there.
 * @throws {RunnerError} `SETTING_MISSING` when a task needs one that was left out.
 */
export function planTrial(trial: Trial, { only: named, from, skip = [], fresh = false }: PlanOptions = {}): Plan {
  const { config } = trial;
  const clone = cloneTask(trial);
  const build = buildTask(trial, clone);
  const checks = config.checks.map((check) => checkTask(trial, clone, check));
  const tracks = clustersOf(config).map((one) => {
    const onOne = trialOn(trial, one);
    const cluster = createClusterTask(onOne, clone);
    const deploy = deployTask(onOne, { clone, build, cluster }, checks);
    const tests = config.tests.map((test) => testTask(onOne, { clone, build, cluster, deploy }, test));
    const collect = collectTask(onOne, cluster, [deploy, ...tests]);
    const teardown = teardownTask(onOne, cluster, [deploy, ...tests, collect]);
    return {
      cluster,
      cleanups: [collect, teardown],
      tasks: [cluster, deploy, ...tests, collect, teardown] as readonly Task[],
    };
  });
  const others: readonly Task[] = [clone, build, ...checks, ...tracks.flatMap(({ tasks }) => tasks)];
  const isSelected = (name: string): boolean => selection.names.has(name);
  const finalize = finalizeTask(trial, others, () => {
    const expected = others.map(({ name }) => name).filter(isSelected);
    return { expected, whole: expected.length === others.length };
  });
  const graph = createGraph([...others, finalize]);
  const following = from === undefined ? undefined : followersOf(graph, from);
  // What they need is taken from the run that is resumed, and done again where it is gone; a new run has none of it.
  const needed = fresh ? [] : (following ?? []).flatMap((name) => withNeeds({ graph }, name));
  const only =
    named === undefined && following === undefined ? undefined : [...(named ?? []), ...(following ?? []), ...needed];
  // Without a cluster there is nothing to collect from or tear down.
  const needless = tracks
    .filter(
      ({ cluster, cleanups }) => only !== undefined && ![cluster, ...cleanups].some(({ name }) => only.includes(name)),
    )
    .flatMap(({ cleanups }) => cleanups.map(({ name }) => name));
  const selection: Selection = selectTasks(graph, {
    only,
    skip: [...skip, ...needless],
  });
  if (fresh) requireNeeds(graph, selection);
  return { graph, selection, redo: following ?? [] };
}

/** These tasks and all that come after them. @throws {PipelineError} `UNKNOWN_TASK` */
function followersOf(graph: Graph, names: readonly string[]): readonly string[] {
  const found = new Set(selectTasks(graph, { only: names }).names);
  for (const name of [...found]) if (!names.includes(name)) found.delete(name);
  for (const task of graph.order) {
    if ([...needsOf(task), ...task.after].some((one) => found.has(one.name))) found.add(task.name);
  }
  return [...found];
}

/** What a task needs, and what those need, and itself. @throws {PipelineError} `UNKNOWN_TASK` */
export function withNeeds({ graph }: Pick<Plan, 'graph'>, name: string): readonly string[] {
  selectTasks(graph, { only: [name] });
  const found = new Set([name]);
  for (const task of [...graph.order].reverse()) {
    if (found.has(task.name)) for (const need of needsOf(task)) found.add(need.name);
  }
  return [...found];
}

/** A task that was asked for by name must not be passed over in silence. */
function requireNeeds(graph: Graph, selection: Selection): void {
  for (const task of graph.tasks) {
    if (!selection.names.has(task.name) || task.cleanup) continue;
    const missing = needsOf(task).find(({ name }) => !selection.names.has(name));
    if (missing === undefined) continue;
    throw new RunnerError('SETTING_MISSING', `${task.name} needs ${missing.name}, which was left out`, {
      hint: `Add ${missing.name} to --only, leave ${task.name} out as well, or take it from an earlier run with --resume.`,
    });
  }
}

/**
 * The plan of settings alone: it can be looked at, and not run.
 *
 * @throws {PipelineError} `UNKNOWN_TASK` when `only` or `skip` names a task that is not there.
 */
export function planSettings(settings: TrialSettings, options: PlanOptions = {}): Plan {
  const notRunning = (): never => {
    throw new Error('a plan of settings alone cannot be run');
  };
  return planTrial(
    {
      ...settings,
      redact: createRedactor([]),
      stop: notRunning,
      get services() {
        return notRunning();
      },
      get results() {
        return notRunning();
      },
      get resultStore() {
        return notRunning();
      },
      get workDir() {
        return notRunning();
      },
      get clock() {
        return notRunning();
      },
      get keeper() {
        return notRunning();
      },
      get holdings() {
        return notRunning();
      },
      get signal() {
        return notRunning();
      },
      get lock() {
        return notRunning();
      },
    },
    options,
  );
}

/** What a task would do. */
export interface TaskDescription {
  readonly name: string;
  readonly summary: string;
  /** What would be called, in order. */
  readonly calls: readonly string[];
}

/** What each task would do, in the graph's order; for `--dry-run`. */
export function planDescriptions({ graph, selection }: Plan): readonly TaskDescription[] {
  return graph.tasks
    .filter(({ name }) => selection.names.has(name))
    .map(({ name, summary = '', describe }) => ({ name, summary, calls: describe?.() ?? [] }));
}

/** As `planDescriptions`, one paragraph a task. */
export function describePlan(plan: Plan): string {
  return planDescriptions(plan)
    .map(({ name, summary, calls }) => [`${name}: ${summary}`, ...calls.map((line) => `    ${line}`)].join('\n'))
    .join('\n');
}
