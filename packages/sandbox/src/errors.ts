/** What can go wrong with the sandbox itself; what its APIs answer is not among it. */
export type SandboxErrorCode =
  | 'PORT_IN_USE'
  | 'INVALID_OPTION'
  | 'INVALID_FAULT'
  | 'DOCKER_UNREACHABLE'
  | 'NOT_RUNNING'
  | 'CLUSTER_FAILED';

const usage: ReadonlySet<SandboxErrorCode> = new Set(['PORT_IN_USE', 'INVALID_OPTION', 'INVALID_FAULT']);

/** Everything this package throws. Match on `code`; `cause` keeps the original. */
export class SandboxError extends Error {
  static {
    this.prototype.name = 'SandboxError';
  }
  readonly code: SandboxErrorCode;
  /** One imperative sentence: what the reader can do about it. */
  readonly hint: string | undefined;
  /** What a command that ends with this error exits with: 2 wrong usage, 3 infrastructure. */
  readonly exitCode: 2 | 3;

  constructor(code: SandboxErrorCode, message: string, options: ErrorOptions & { readonly hint?: string } = {}) {
    super(message, options);
    this.code = code;
    this.hint = options.hint;
    this.exitCode = usage.has(code) ? 2 : 3;
  }
}
