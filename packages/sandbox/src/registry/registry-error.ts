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
  RANGE_INVALID: 416,
  SIZE_INVALID: 413,
  TAG_INVALID: 400,
  UNSUPPORTED: 405,
} as const;

/** A refusal in the form of the distribution specification. */
export class RegistryError extends Error {
  static {
    this.prototype.name = 'RegistryError';
  }
  readonly code: keyof typeof statusOf;
  readonly status: (typeof statusOf)[keyof typeof statusOf];
  readonly detail: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: RegistryError['code'],
    message: string,
    options: { readonly detail?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.code = code;
    this.status = statusOf[code];
    this.detail = options.detail;
    this.headers = options.headers ?? {};
  }

  /** @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes */
  toJSON(): unknown {
    const { code, message, detail } = this;
    return { errors: [{ code, message, ...(detail === undefined ? {} : { detail }) }] };
  }
}
