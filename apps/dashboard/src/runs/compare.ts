import type {
  CompareAnswer,
  Difference,
  GridCell,
  RunAnswer,
  RunFacts,
  RunHead,
  TestsAnswer,
  TestState,
} from '../api.js';

/** A run with its tests. */
export interface ComparedRun {
  readonly run: RunAnswer;
  readonly tests: TestsAnswer;
}

/** What differs between two runs, of the same job or not. */
export function compareRuns(a: ComparedRun, b: ComparedRun): CompareAnswer {
  const [testsA, testsB] = [statesOf(a.tests), statesOf(b.tests)];
  const names = [...new Set([...testsB.keys(), ...testsA.keys()])];
  const changed = names.filter((name) => testsA.get(name)?.state !== testsB.get(name)?.state);
  return {
    a: headOf(a.run),
    b: headOf(b.run),
    tests: changed
      .map((name) => {
        const [inA, inB] = [testsA.get(name), testsB.get(name)];
        const message = inB?.message ?? inA?.message;
        return {
          name,
          ...(inA === undefined ? {} : { a: inA.state }),
          ...(inB === undefined ? {} : { b: inB.state }),
          ...(message === undefined ? {} : { message }),
        };
      })
      .sort((x, y) => rank(x) - rank(y)),
    sameTests: names.length - changed.length,
    tasks: tasksOf(a.run, b.run),
    config: differences(a.run.facts.config, b.run.facts.config),
    facts: differences(plainFacts(a.run), plainFacts(b.run)),
  };
}

type State = Pick<GridCell, 'state' | 'message'>;

function statesOf({ tests }: TestsAnswer): ReadonlyMap<string, State> {
  // The gravest of a name comes first in the answer.
  const states = new Map<string, State>();
  for (const { name, state, message } of tests) {
    if (!states.has(name)) states.set(name, { state, ...(message === undefined ? {} : { message }) });
  }
  return states;
}

/** Newly failing, newly flaky, gone, other, new. */
function rank({ a, b }: { readonly a?: TestState; readonly b?: TestState }): number {
  if (b === 'fail') return 0;
  if (b === 'flaky') return 1;
  if (b === undefined) return 2;
  return a === undefined ? 4 : 3;
}

function tasksOf(a: RunAnswer, b: RunAnswer): CompareAnswer['tasks'] {
  const names = [...new Set([...b.tasks, ...a.tasks].map(({ name }) => name))];
  return names.map((name) => {
    const side = (run: RunAnswer, key: 'a' | 'b'): Record<string, unknown> => {
      const task = run.tasks.find((one) => one.name === name);
      if (task === undefined) return {};
      const { startedMs, endedMs, state } = task;
      return {
        [`${key}State`]: state,
        ...(startedMs === undefined || endedMs === undefined ? {} : { [`${key}Ms`]: endedMs - startedMs }),
      };
    };
    return { name, ...side(a, 'a'), ...side(b, 'b') };
  });
}

function plainFacts({ facts, commit }: RunAnswer): Omit<RunFacts, 'config'> & { readonly commit?: string } {
  const { config: _config, commitUrl: _commitUrl, pullUrl: _pullUrl, metadata, ...rest } = facts;
  const { 'repo-commit': _commit, image: _image, chart: _chart, ...others } = metadata;
  return { ...(commit === undefined ? {} : { commit }), ...rest, metadata: others };
}

/** Leaves that differ, by dotted path. */
export function differences(a: unknown, b: unknown): readonly Difference[] {
  const [leavesA, leavesB] = [leavesOf(a), leavesOf(b)];
  const paths = [...new Set([...leavesA.keys(), ...leavesB.keys()])].sort();
  return paths
    .filter((path) => leavesA.get(path) !== leavesB.get(path))
    .map((path) => {
      const [inA, inB] = [leavesA.get(path), leavesB.get(path)];
      return { path, ...(inA === undefined ? {} : { a: inA }), ...(inB === undefined ? {} : { b: inB }) };
    });
}

function leavesOf(value: unknown, path = '', leaves = new Map<string, string>()): ReadonlyMap<string, string> {
  if (typeof value !== 'object' || value === null) {
    if (value !== undefined) leaves.set(path, String(value));
    return leaves;
  }
  for (const [key, one] of Object.entries(value)) leavesOf(one, path === '' ? key : `${path}.${key}`, leaves);
  return leaves;
}

function headOf({ run, buildId, state, startedMs, endedMs, commit, pull, repo }: RunAnswer): RunHead {
  return {
    run,
    buildId,
    state,
    ...(startedMs === undefined ? {} : { startedMs }),
    ...(endedMs === undefined ? {} : { endedMs }),
    ...(commit === undefined ? {} : { commit }),
    ...(pull === undefined ? {} : { pull }),
    ...(repo === undefined ? {} : { repo }),
  };
}
