/**
 * What the page asks for and gets: the JSON of `api/…`. Times are milliseconds since the epoch, lists that are said to be
 * newest first are, and what is not known is left out.
 */

/** How a run stands. `lost`: no end within a day of its start; `unreadable`: a metadata file that is there is malformed. */
export type RunState = 'passed' | 'failed' | 'aborted' | 'running' | 'lost' | 'unreadable';

/** Where a job's runs come from: `logs` holds periodic and postsubmit jobs alike. */
export type JobKind = 'logs' | 'presubmit' | 'batch' | 'pull';

/** `api/jobs` */
export interface JobsAnswer {
  /** URI that is shown, without credentials. */
  readonly results: string;
  /** By kind, then by name. */
  readonly jobs: readonly JobRef[];
}

export interface JobRef {
  /** Folder below the results; names the job in every other call. */
  readonly job: string;
  readonly name: string;
  readonly kind: JobKind;
}

/** A run as lists show it. */
export interface RunHead {
  /** Folder below the results; names the run in every other call. */
  readonly run: string;
  readonly buildId: string;
  readonly state: RunState;
  readonly startedMs?: number;
  readonly endedMs?: number;
  /** Commit that was tested. */
  readonly commit?: string;
  /** Number of the pull request of a presubmit. */
  readonly pull?: number;
  /** `org/repo` of what was tested. */
  readonly repo?: string;
}

/** `api/job?job=` */
export interface JobAnswer extends JobRef {
  /** Newest first. */
  readonly runs: readonly RunHead[];
  /** Of those runs that passed or failed; from 0 to 1. */
  readonly passRate?: number;
  /** Of those runs that passed. */
  readonly medianMs?: number;
  /** Whether there are older runs. */
  readonly more: boolean;
}

/** `api/pulls` */
export interface PullsAnswer {
  /** Highest numbers first, one repository after the other. */
  readonly pulls: readonly PullRef[];
  /** Whether some were left out. */
  readonly more: boolean;
}

export interface PullRef {
  /** Folder below the results. */
  readonly pull: string;
  readonly number: number;
  /** As the folder spells it: `org_repo`; `''` for the default one. */
  readonly repo: string;
}

/** `api/pull?pull=` */
export interface PullAnswer extends PullRef {
  readonly jobs: readonly JobAnswer[];
}

export type TestState = 'pass' | 'fail' | 'flaky' | 'skip';

/** `api/grid?job=` */
export interface GridAnswer extends JobRef {
  /** Newest first. */
  readonly columns: readonly RunHead[];
  /** In the order of their first appearance, newest run first. */
  readonly rows: readonly GridRow[];
  readonly more: boolean;
}

export interface GridRow {
  /** Names of the suites and of the case, joined by dots, as TestGrid has it. */
  readonly name: string;
  /** One a column; `null` where the test is missing. */
  readonly cells: readonly (GridCell | null)[];
  /** Changes between pass and fail, and flaky cells, per cell that is there; from 0 to 1. */
  readonly flakiness: number;
}

export interface GridCell {
  readonly state: TestState;
  /** Of the failure or the skip. */
  readonly message?: string;
  readonly seconds?: number;
}

/** A task of the run's graph, as the journal tells it. */
export interface TaskView {
  readonly name: string;
  readonly summary?: string;
  readonly group?: string;
  readonly needs: readonly string[];
  readonly after: readonly string[];
  readonly cleanup: boolean;
  /** Whether it was chosen to run. */
  readonly selected: boolean;
  readonly state: 'pending' | 'running' | 'succeeded' | 'failed' | 'skipped' | 'aborted';
  readonly attempts: number;
  /** Oldest first, those of earlier runs of the same journal among them. Empty if there was none, or if it is not known. */
  readonly attemptHistory: readonly AttemptView[];
  readonly startedMs?: number;
  readonly endedMs?: number;
  readonly error?: TaskFailure;
  /** Why it was skipped or aborted. */
  readonly reason?: string;
  /** Whether an earlier run had done it. */
  readonly resumed: boolean;
  /** Whether it is on the chain of tasks that set the run's time. */
  readonly critical: boolean;
  /** Its log below the run, if there is one. */
  readonly log?: string;
}

/** One attempt at a task. */
export interface AttemptView {
  readonly startedMs: number;
  /** Missing while it goes on, or when its process was gone before it ended. */
  readonly endedMs?: number;
  readonly outcome: 'running' | 'succeeded' | 'failed' | 'aborted' | 'interrupted';
  /** What it failed with. */
  readonly message?: string;
}

export interface TaskFailure {
  readonly message: string;
  readonly code?: string;
  readonly hint?: string;
  readonly detail?: string;
  readonly infrastructure?: boolean;
}

/** `api/run?run=`, and the data of `api/events?run=`. */
export interface RunAnswer extends RunHead {
  readonly jobRef: JobRef;
  /** In the graph's order; empty for a run without a journal. */
  readonly tasks: readonly TaskView[];
  readonly facts: RunFacts;
  /** Logs below the run: `build-log.txt` and those of tasks. */
  readonly logs: readonly LogRef[];
  /** When the newest of its objects that were looked at was written. */
  readonly changedMs?: number;
  /** What readers should know: files that are malformed. */
  readonly warnings: readonly string[];
  /** Task to open first: the first that failed, else the one that runs. */
  readonly focus?: string;
  /** Changes with the run; the same run gives the same one. */
  readonly version: string;
}

export interface LogRef {
  readonly file: string;
  readonly sizeBytes: number;
}

export interface RunFacts {
  readonly commitUrl?: string;
  readonly pullUrl?: string;
  /** Image by digest. */
  readonly image?: string;
  readonly imageTag?: string;
  readonly chart?: string;
  readonly chartUri?: string;
  readonly cluster?: {
    readonly name: string;
    readonly project?: string;
    readonly location?: string;
    readonly version?: string;
  };
  /** Nodes times the hours between asking for the cluster and its deletion, or until now. */
  readonly nodeHours?: number;
  readonly provider?: string;
  /** Host that ran it. */
  readonly host?: string;
  /** The config the run used, as the journal has it. */
  readonly config?: unknown;
  /** `metadata` of started.json and finished.json, flattened. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** `api/tests?run=` */
export interface TestsAnswer {
  /** Failed first, then flaky, skipped, passed; else in the files' order. */
  readonly tests: readonly TestView[];
  /** Junit files that could not be read, with why. */
  readonly problems: readonly string[];
}

export interface TestView {
  /** As in the grid. */
  readonly name: string;
  readonly suite: string;
  readonly title: string;
  readonly state: TestState;
  readonly seconds?: number;
  readonly message?: string;
  /** Stack, output, difference: what the tool wrote, cut at 64 KiB. */
  readonly text?: string;
  readonly output?: string;
  /** Failures of attempts before the last one. */
  readonly attempts: readonly { readonly message?: string; readonly text?: string }[];
  /** The junit file below the run. */
  readonly file: string;
}

/** `api/artifacts?run=` */
export interface ArtifactsAnswer {
  /** By name. */
  readonly files: readonly { readonly file: string; readonly sizeBytes: number; readonly updatedMs: number }[];
  /** Whether there are more than are listed. */
  readonly more: boolean;
}

/** `api/log?run=&file=` */
export interface LogAnswer {
  readonly file: string;
  /** Lines that are known so far; the last one may be unfinished. */
  readonly lines: number;
  /** Bytes that were read so far, of `sizeBytes`. */
  readonly indexedBytes: number;
  readonly sizeBytes: number;
  /** Whether all of the log as it is now is known. */
  readonly complete: boolean;
  /** Number, from 1, of the first line that looks like an error. */
  readonly firstError?: number;
}

/** `api/log/lines?run=&file=&from=&count=` */
export interface LogLinesAnswer {
  /** Number of the first line, from 1. */
  readonly from: number;
  /** Without line breaks; long ones cut. */
  readonly lines: readonly string[];
}

/** `api/log/search?run=&file=&q=` */
export interface LogSearchAnswer {
  /** Numbers of lines, from 1. */
  readonly lines: readonly number[];
  /** Lines that match, also those that are not listed. */
  readonly total: number;
}

/** `api/compare?a=&b=` */
export interface CompareAnswer {
  readonly a: RunHead;
  readonly b: RunHead;
  /** Tests whose state differs, or that only one has: worse first. */
  readonly tests: readonly {
    readonly name: string;
    readonly a?: TestState;
    readonly b?: TestState;
    readonly message?: string;
  }[];
  /** Tests with the same state in both. */
  readonly sameTests: number;
  /** Every task of either. */
  readonly tasks: readonly {
    readonly name: string;
    readonly aMs?: number;
    readonly bMs?: number;
    readonly aState?: TaskView['state'];
    readonly bState?: TaskView['state'];
  }[];
  /** Fields of the config that differ, by dotted path. */
  readonly config: readonly Difference[];
  /** Image, chart, cluster and other facts that differ. */
  readonly facts: readonly Difference[];
}

export interface Difference {
  readonly path: string;
  readonly a?: string;
  readonly b?: string;
}

/** What every failed call answers. */
export interface ErrorAnswer {
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string };
}
