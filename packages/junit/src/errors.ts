/** Why a report could not be used. */
export type JunitErrorCode = 'MALFORMED' | 'TOO_LARGE' | 'NOT_JUNIT' | 'NOT_FOUND';

/** Everything this package throws. Match on `code`; `cause` keeps the original. */
export class JunitError extends Error {
  static {
    this.prototype.name = 'JunitError'; // on the prototype: not printed as a field
  }
  readonly code: JunitErrorCode;
  /** One imperative sentence: what the reader can do about it. */
  readonly hint: string | undefined;
  /** Line of the document, from 1. */
  readonly line: number | undefined;
  /** Column of the line, from 1. */
  readonly column: number | undefined;

  constructor(
    code: JunitErrorCode,
    message: string,
    facts: ErrorOptions & { readonly hint?: string; readonly line?: number; readonly column?: number } = {},
  ) {
    super(message, facts.cause === undefined ? {} : { cause: facts.cause });
    this.code = code;
    this.hint = facts.hint;
    this.line = facts.line;
    this.column = facts.column;
  }
}
