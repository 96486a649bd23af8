/** The caller wrote something this command line does not take. Ends the process with exit code 2. */
export class UsageError extends Error {
  static {
    this.prototype.name = 'UsageError';
  }
  readonly code = 'USAGE';
  /** One imperative sentence: what the reader can do about it. */
  readonly hint: string | undefined;

  constructor(message: string, options: ErrorOptions & { readonly hint?: string } = {}) {
    super(message, options);
    this.hint = options.hint;
  }
}
