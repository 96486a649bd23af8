/** What the runner itself throws. Match on `code`; `detail` holds long output, `hint` what to do. */
export class RunnerError extends Error {
  static {
    this.prototype.name = 'RunnerError';
  }
  readonly code: RunnerErrorCode;
  /** One imperative sentence: what the reader can do about it. */
  readonly hint: string | undefined;
  /** Several lines that belong to the message: every wrong field, the last lines of a log. */
  readonly detail: string | undefined;
  /** `2` for what the user wrote wrong, `3` for a run that is another's now, `undefined` where the command line decides. */
  readonly exitCode: number | undefined;

  constructor(
    code: RunnerErrorCode,
    message: string,
    options: ErrorOptions & { readonly hint?: string; readonly detail?: string } = {},
  ) {
    super(message, options);
    this.code = code;
    this.hint = options.hint;
    this.detail = options.detail;
    this.exitCode = USAGE_CODES.has(code) ? 2 : code === 'LOCK_LOST' ? 3 : undefined;
  }
}

export type RunnerErrorCode =
  | 'CONFIG_NOT_FOUND'
  | 'CONFIG_INVALID'
  | 'NOT_A_REPOSITORY'
  | 'RUN_NOT_FOUND'
  | 'RUN_ENDED'
  | 'RUN_LOCKED'
  | 'INPUT_MISSING'
  | 'LOCK_LOST'
  | 'FILE_EXISTS'
  | 'SETTING_MISSING'
  | 'SETTING_CONFLICT'
  | 'WORK_DIR_TAKEN'
  | 'TESTS_FAILED'
  | 'CHECK_FAILED'
  | 'RESULTS_INCOMPLETE';

const USAGE_CODES: ReadonlySet<RunnerErrorCode> = new Set([
  'CONFIG_NOT_FOUND',
  'CONFIG_INVALID',
  'NOT_A_REPOSITORY',
  'RUN_NOT_FOUND',
  'RUN_ENDED',
  'RUN_LOCKED',
  'INPUT_MISSING',
  'FILE_EXISTS',
  'SETTING_MISSING',
  'SETTING_CONFLICT',
  'WORK_DIR_TAKEN',
]);
