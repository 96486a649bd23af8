/** What went wrong, in the words a caller can act on. */
export type DeployErrorCode =
  /** What was installed did not become ready; `detail` says which objects and why. */
  | 'NOT_READY'
  /** The object waited for was deleted or replaced meanwhile. */
  | 'DELETED'
  | 'TIMEOUT'
  /** A template, a parameter, a kubeconfig or an option cannot be right. */
  | 'INVALID'
  /** The Kubernetes API refused: see `httpStatus` and `reason`. */
  | 'REFUSED'
  /** The Kubernetes API did not answer. */
  | 'UNAVAILABLE'
  /** Something could not be removed and may be left over. */
  | 'TEARDOWN_FAILED';

/** Facts that go with a {@link DeployError}. */
export interface DeployErrorOptions extends ErrorOptions {
  readonly hint?: string | undefined;
  readonly detail?: string | undefined;
  readonly httpStatus?: number | undefined;
  readonly reason?: string | undefined;
}

/** Everything this package throws. Match on `code`; `cause` keeps the original. */
export class DeployError extends Error {
  static {
    this.prototype.name = 'DeployError';
  }
  readonly code: DeployErrorCode;
  /** One imperative sentence: what the reader can do about it. */
  readonly hint: string | undefined;
  /** Long text for a report: what is not ready and why, last log lines. */
  readonly detail: string | undefined;
  /** Status of the Kubernetes API's answer. */
  readonly httpStatus: number | undefined;
  /** Reason of the Kubernetes API's answer: `NotFound`, `Forbidden`, … */
  readonly reason: string | undefined;
  /** What a command ends with: 2 for what the caller wrote wrong; by `infrastructure` otherwise. */
  readonly exitCode: 2 | undefined;
  /** True when the cluster failed, not the thing under test. */
  readonly infrastructure: boolean;

  constructor(code: DeployErrorCode, message: string, options: DeployErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.detail = options.detail;
    this.httpStatus = options.httpStatus;
    this.reason = options.reason;
    this.exitCode = code === 'INVALID' ? 2 : undefined;
    this.infrastructure = code === 'UNAVAILABLE' || code === 'REFUSED' || code === 'TEARDOWN_FAILED';
  }
}
