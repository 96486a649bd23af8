/** What went wrong, for programs. */
export type ProwErrorCode =
  /** The variables, or `JOB_SPEC`, do not describe a job. */
  | 'INVALID_ENVIRONMENT'
  /** Not a `PULL_REFS` text. */
  | 'INVALID_REFS'
  /** An option that cannot be used as it stands. */
  | 'INVALID_OPTION'
  /** `started.json`, `finished.json` or `latest_green.json` that readers would refuse. */
  | 'MALFORMED'
  /** Others kept changing the object. */
  | 'CONFLICT';

/** Everything this package throws. Match on `code`; `cause` keeps the original. */
export class ProwError extends Error {
  static {
    this.prototype.name = 'ProwError'; // on the prototype: not printed as a field
  }
  readonly code: ProwErrorCode;
  /** One imperative sentence: what the reader can do about it. */
  readonly hint: string | undefined;
  /** True when nothing about the job is wrong: a service got in the way. */
  readonly infrastructure: boolean;

  constructor(code: ProwErrorCode, message: string, options: ErrorOptions & { readonly hint?: string } = {}) {
    super(message, options);
    this.code = code;
    this.hint = options.hint;
    this.infrastructure = code === 'CONFLICT';
  }
}
