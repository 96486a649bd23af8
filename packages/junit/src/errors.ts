/** Why this package gave up. */
export type JunitErrorCode =
  /** The text is not well-formed XML 1.0, or not a JUnit report. */
  | 'MALFORMED'
  /** The document has more bytes than allowed. */
  | 'TOO_LARGE'
  /** Elements are nested deeper than allowed. */
  | 'TOO_DEEP'
  /** A file, folder or pattern holds no report, or cannot be read. */
  | 'UNREADABLE'
  /** An option cannot be right. */
  | 'INVALID_OPTION'
  /** The place is in an object store and none is at hand. */
  | 'NO_STORE';

/** Facts that go with a `JunitError`. */
export interface JunitErrorOptions extends ErrorOptions {
  readonly hint?: string;
  readonly line?: number;
  readonly column?: number;
  readonly file?: string;
}

/** Everything this package throws. Match on `code`; `cause` keeps the original. */
export class JunitError extends Error {
  static {
    this.prototype.name = 'JunitError'; // on the prototype: not printed as a field
  }
  readonly code: JunitErrorCode;
  /** One imperative sentence: what the reader can do about it. */
  readonly hint: string | undefined;
  /** Line of the document, counted from 1, where reading stopped. */
  readonly line: number | undefined;
  /** Column in that line, counted from 1. */
  readonly column: number | undefined;
  /** File that was read, as the caller named it. */
  readonly file: string | undefined;

  constructor(code: JunitErrorCode, message: string, options: JunitErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.hint = options.hint;
    this.line = options.line;
    this.column = options.column;
    this.file = options.file;
  }

  /** Wrong use, for a command line's exit code; everything else is a failed check. */
  get exitCode(): 1 | 2 {
    return this.code === 'INVALID_OPTION' || this.code === 'NO_STORE' ? 2 : 1;
  }
}
