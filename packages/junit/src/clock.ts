/** Time, as far as running a command needs it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects with `signal.reason` as soon as that is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
