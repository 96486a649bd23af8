/** How Cloud Storage is reached. */
export interface GsOptions {
  /** `http://HOST:PORT` of a stand-in; reached without credentials. @default the service */
  readonly apiEndpoint?: string;
  /** Whether an `apiEndpoint` is given the application default credentials, as a private address of the service is. @default false */
  readonly authenticate?: boolean;
  /**
   * Whether no credentials are looked for, for what is public. Where none are found, requests go out without them, too.
   * @default false
   */
  readonly anonymous?: boolean;
  readonly projectId?: string;
  /** How often a request is repeated that met a 408, 429, 5xx or a lost connection. @default 3 */
  readonly maxRetries?: number;
  /** First pause before a repetition, in milliseconds; each further one is twice as long. `Retry-After` may lengthen it. @default 1_000 */
  readonly retryDelayMs?: number;
  /** Longest pause, in milliseconds. @default 32_000 */
  readonly maxRetryDelayMs?: number;
  /** After so long a request is not repeated any more, in milliseconds. @default 600_000 */
  readonly deadlineMs?: number;
  /** Longest wait for the answer to a request, in milliseconds; then it counts as lost. @default 60_000 */
  readonly requestTimeoutMs?: number;
  /**
   * Longest pause between two pieces of an object that is read, in milliseconds; then the connection counts as lost.
   * @default 15_000
   */
  readonly idleTimeoutMs?: number;
}
