import { formatDuration, formatTable } from '@seatrial/cli';
import type { RunResult, TaskResult } from '@seatrial/pipeline';

/** Lines of a failed task's detail that the summary shows; the log has the rest. */
const DETAIL_LINES = 15;
/** Characters of its message. */
const MAX_MESSAGE = 500;

export interface SummaryInput {
  readonly result: RunResult;
  readonly job: string;
  readonly buildId: string;
  readonly runUri: string;
  /** Order in which tasks are listed. */
  readonly order: readonly string[];
  /** Tasks that were part of this run; others are left out of the table. */
  readonly selected: ReadonlySet<string>;
  /** Milliseconds from the start of the command to its end. */
  readonly wallMs: number;
  /** Lines for the reader to act on, for example how to delete what was kept. */
  readonly notes?: readonly string[];
  /** Cases of the reports. */
  readonly tests: {
    readonly passed: number;
    readonly failed: number;
    readonly skipped: number;
    /** The first of those that failed. @default none */
    readonly failedCases?: readonly { readonly suite: string; readonly name: string; readonly message: string }[];
  };
}

/** Characters of a line, and what it starts with below a title. */
const COLUMNS = 80;
const MARGIN = ' '.repeat(10);

const VERDICTS = { succeeded: 'PASS', failed: 'FAIL', aborted: 'ABORTED' } as const;

/** What a person reads at the end of a run: verdict, tasks, what failed and why, where to look, what to type next. */
export function formatSummary(input: SummaryInput): string {
  const { result, order, selected } = input;
  const tasks = order.flatMap((name) =>
    selected.has(name) && result.tasks[name] !== undefined ? [result.tasks[name]] : [],
  );
  const failed = tasks.filter(({ state }) => state === 'failed' || state === 'aborted');
  const { tests } = input;
  const { criticalPath } = result;
  return [
    '',
    `${VERDICTS[result.state]}  ${input.job} ${input.buildId}`,
    '',
    formatTable(
      tasks.map((task) => [task.name, task.state, duration(task), note(task)]),
      { header: ['task', 'state', 'time', ''], alignRight: [2] },
    ),
    '',
    `tests     ${tests.passed} passed, ${tests.failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''}`,
    `time      ${formatDuration(input.wallMs)}, critical path ${formatDuration(criticalPath.durationMs)}:`,
    ...chain(criticalPath.tasks.map(({ name, durationMs }) => `${name} ${formatDuration(durationMs)}`)),
    ...failed.flatMap(failure),
    '',
    `results   ${input.runUri}`,
    ...(input.notes ?? []),
    ...next(input, failed),
  ].join('\n');
}

/** Steps with arrows in between, as many on a line as fit beside the margin. */
function chain(steps: readonly string[]): string[] {
  const lines: string[] = [];
  for (const step of steps) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(step);
    else if (`${MARGIN}${last} → ${step}`.length > COLUMNS) lines.push(`→ ${step}`);
    else lines[lines.length - 1] = `${last} → ${step}`;
  }
  return lines.map((line) => `${MARGIN}${line}`);
}

function duration({ startedMs, durationMs }: TaskResult): string {
  return startedMs === undefined ? '' : formatDuration(durationMs);
}

function note({ reason, resumed, attempts }: TaskResult): string {
  if (reason !== undefined) return reason;
  if (resumed === true) return 'from the earlier run';
  return attempts > 1 ? `attempt ${attempts}` : '';
}

function failure({ name, error }: TaskResult): string[] {
  if (error === undefined) return [];
  const detail = error.detail?.trim().split('\n').slice(-DETAIL_LINES) ?? [];
  return [
    '',
    `${name}: ${shorten(error.message)}`,
    ...detail.map((line) => `    ${line}`),
    ...(error.hint === undefined ? [] : [`    hint: ${error.hint}`]),
  ];
}

/** Several failures at once make long messages; the log has all of it. */
function shorten(message: string): string {
  return message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE)}…`;
}

function next({ runUri, result }: SummaryInput, failed: readonly TaskResult[]): string[] {
  if (result.state === 'succeeded') return [];
  const [first] = failed;
  return [
    `resume    seatrial e2e --resume ${runUri}`,
    ...(first === undefined ? [] : [`one step  seatrial step ${first.name} --run ${runUri}`]),
  ];
}
