/** What went wrong, for programs. */
export type HelmErrorCode =
  /** No helm to run. */
  | 'NOT_FOUND'
  /** A helm, but neither 3.x nor 4.x. */
  | 'UNSUPPORTED_VERSION'
  /** Not ready, or not answered, within the budget. */
  | 'TIMEOUT'
  /** The name is taken by a release that is there. */
  | 'RELEASE_EXISTS'
  /** No such release. */
  | 'RELEASE_NOT_FOUND'
  /** Another install, upgrade or rollback of the release is under way, or was killed half way. */
  | 'PENDING_OPERATION'
  /** A hook (pre-install, test, …) failed. */
  | 'HOOK_FAILED'
  /** The templates do not render, or what they render is not what Kubernetes takes. */
  | 'NOT_RENDERED'
  /** The chart has no test hooks, so nothing was tested. */
  | 'NO_TESTS'
  /** The cluster does not answer, or there is no kubeconfig. */
  | 'UNREACHABLE'
  /** The cluster does not let us. */
  | 'DENIED'
  /** helm ended with an error of no known kind. */
  | 'FAILED'
  /** helm printed something that cannot be read. */
  | 'UNREADABLE_OUTPUT'
  /** `Chart.yaml`, `values.yaml` or another file of the chart is missing or wrong. */
  | 'INVALID_CHART'
  /** Not a semantic version. */
  | 'INVALID_VERSION'
  /** An option that cannot be used as it stands. */
  | 'INVALID_OPTION'
  /** Another chart is published under this version already. */
  | 'VERSION_EXISTS'
  /** The `index.yaml` of a chart repository cannot be read. */
  | 'INVALID_INDEX'
  /** Others replaced the index every time. */
  | 'INDEX_BUSY'
  /** What was to be fetched is not there. */
  | 'CHART_NOT_FOUND'
  /** A server did not hand out, or did not take, a chart. */
  | 'FETCH_FAILED';

const infrastructureCodes: ReadonlySet<HelmErrorCode> = new Set([
  'NOT_FOUND',
  'UNSUPPORTED_VERSION',
  'UNREACHABLE',
  'DENIED',
  'UNREADABLE_OUTPUT',
  'INDEX_BUSY',
  'FETCH_FAILED',
]);

/** Facts of a failure beside its message. */
export interface HelmErrorFacts extends ErrorOptions {
  readonly hint?: string | undefined;
  readonly childExitCode?: number | undefined;
  readonly stderr?: string | undefined;
  readonly detail?: string | undefined;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}

/** Everything this package throws. Match on `code`; `cause` keeps the original. */
export class HelmError extends Error {
  static {
    this.prototype.name = 'HelmError'; // on the prototype: not printed as a field
  }
  readonly code: HelmErrorCode;
  /** One imperative sentence: what the reader can do about it. */
  readonly hint: string | undefined;
  /** What helm ended with; not `exitCode`, which a command line takes for its own. `undefined` when helm did not run or was killed. */
  readonly childExitCode: number | undefined;
  /** The last part of what helm wrote to stderr. */
  readonly stderr: string | undefined;
  /** The last lines of output, for reports. */
  readonly detail: string | undefined;
  /** File of the chart the error is about. */
  readonly file: string | undefined;
  /** Line in {@link file}, from 1. */
  readonly line: number | undefined;
  /** What a command line ends with: 2 for what was asked for wrongly, else by {@link infrastructure}. */
  readonly exitCode: 2 | undefined;
  /** True when this says nothing about the chart: helm or the cluster is missing, out of reach or refuses. */
  readonly infrastructure: boolean;

  constructor(code: HelmErrorCode, message: string, facts: HelmErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.hint = facts.hint;
    this.childExitCode = facts.childExitCode;
    this.stderr = facts.stderr;
    this.detail = facts.detail;
    this.file = facts.file;
    this.line = facts.line;
    this.exitCode = code === 'INVALID_OPTION' || code === 'INVALID_VERSION' ? 2 : undefined;
    this.infrastructure = infrastructureCodes.has(code);
  }
}
