/** What went wrong, for programs. */
export type PipelineErrorCode =
  | 'INVALID_NAME'
  | 'INVALID_OPTION'
  | 'DUPLICATE_TASK'
  | 'UNKNOWN_TASK'
  | 'CYCLE'
  | 'OUTPUT_NOT_JSON'
  | 'TASK_TIMEOUT'
  | 'CLEANUP_TIMEOUT'
  | 'RUN_TIMEOUT'
  | 'INPUT_MISSING'
  | 'RUN_EXISTS'
  | 'JOURNAL_FAILED';

/** Everything this package throws, and the reasons it aborts with. Match on `code`; `cause` keeps the original. */
export class PipelineError extends Error {
  static {
    this.prototype.name = 'PipelineError';
  }
  readonly code: PipelineErrorCode;
  /** One imperative sentence: what the reader can do about it. */
  readonly hint: string | undefined;
  /** Whether no verdict can be drawn from it: the journal could not be written. */
  readonly infrastructure: boolean;

  constructor(code: PipelineErrorCode, message: string, options: ErrorOptions & { readonly hint?: string } = {}) {
    super(message, options);
    this.code = code;
    this.hint = options.hint;
    this.infrastructure = code === 'JOURNAL_FAILED';
  }
}
