/** Why the dashboard did not do what was asked. */
export type DashboardErrorCode =
  | 'INVALID_REQUEST'
  | 'NOT_FOUND'
  | 'UNSAFE_LISTEN'
  | 'INVALID_OPTION'
  | 'LISTEN_FAILED'
  | 'NOT_BUILT';

/** Everything this package throws of its own. Match on `code`. */
export class DashboardError extends Error {
  static {
    this.prototype.name = 'DashboardError'; // on the prototype: not printed as a field
  }
  readonly code: DashboardErrorCode;
  /** One imperative sentence: what the reader can do about it. */
  readonly hint: string | undefined;
  /** What the process ends with: 2 for what the caller wrote, else 3. */
  readonly exitCode: number;

  constructor(code: DashboardErrorCode, message: string, options: ErrorOptions & { readonly hint?: string } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.exitCode = code === 'LISTEN_FAILED' || code === 'NOT_BUILT' ? 3 : 2;
  }
}
