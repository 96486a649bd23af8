/** Where the server takes its time from. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds; aborting rejects with `signal.reason`. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
