/** The specification's codes, and the status each has if nothing else is said. */
const statusOf = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 400,
  BLOB_UPLOAD_UNKNOWN: 404,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 400,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  SIZE_INVALID: 400,
  UNSUPPORTED: 405,
} as const;

/** A refusal in the form of the distribution specification. */
export class RegistryError extends Error {
  static {
    this.prototype.name = 'RegistryError';
  }
  readonly code: keyof typeof statusOf;
  readonly status: number;
  /** One for each error in the answer; at least one. */
  readonly details: readonly unknown[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: RegistryError['code'],
    message: string,
    options: {
      /** Instead of the code's own. */
      readonly status?: 413 | 416;
      readonly detail?: unknown;
      /** Of several errors of the same code. */
      readonly details?: readonly unknown[];
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.code = code;
    this.status = options.status ?? statusOf[code];
    this.details = options.details ?? [options.detail];
    this.headers = options.headers ?? {};
  }

  /** @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes */
  toJSON(): unknown {
    const { code, message, details } = this;
    return { errors: details.map((detail) => ({ code, message, ...(detail === undefined ? {} : { detail }) })) };
  }
}
