/** What went wrong, for programs. */
export type ProwErrorCode =
  /** The variables, or `JOB_SPEC`, do not describe a job. */
  | 'INVALID_ENVIRONMENT'
  /** Not a `PULL_REFS` text. */
  | 'INVALID_REFS'
  /** An option that cannot be used as it stands. */
  | 'INVALID_OPTION'
  /** `started.json`, `finished.json`, `latest_green.json` or a ProwJob that readers would refuse. */
  | 'MALFORMED'
  /** There is no run where one was looked for. */
  | 'NOT_FOUND'
  /** Others kept changing the object. */
  | 'CONFLICT'
  /** GitHub refused, or was out of reach. */
  | 'GITHUB'
  /** A config file that is wrong, or that what is asked for contradicts. */
  | 'INVALID_CONFIG'
  /** A flag, or the file it names, that cannot be used. */
  | 'INVALID_FLAG'
  /** No job of that name in the config. */
  | 'UNKNOWN_JOB'
  /** The cluster refused a ProwJob, was out of reach, or lost it. */
  | 'TRIGGER';

/** What a {@link ProwError} may carry besides its message. */
export interface ProwErrorOptions extends ErrorOptions {
  readonly hint?: string | undefined;
  /** @default whether the code is `CONFLICT` */
  readonly infrastructure?: boolean | undefined;
  readonly httpStatus?: number | undefined;
}

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
  /** What the service answered with, if it answered. */
  readonly httpStatus: number | undefined;

  constructor(code: ProwErrorCode, message: string, options: ProwErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.hint = options.hint;
    this.infrastructure = options.infrastructure ?? code === 'CONFLICT';
    this.httpStatus = options.httpStatus;
  }
}
