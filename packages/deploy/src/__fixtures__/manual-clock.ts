/** Time that passes when told. Pauses of a second or less, between two tries, pass at once. */
export class ManualClock {
  ms = Date.UTC(2026, 0, 1);
  readonly #sleepers = new Set<{ readonly due: number; readonly wake: () => void }>();

  now(): number {
    return this.ms;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (ms <= 1_000) {
      await new Promise((resolve) => setImmediate(resolve));
      return signal?.throwIfAborted();
    }
    await new Promise<void>((resolve, reject) => {
      const sleeper = { due: this.ms + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason as Error);
      });
    });
  }

  /** Lets time pass, waking whoever is due, and lets them run. */
  async advance(ms: number): Promise<void> {
    this.ms += ms;
    for (const sleeper of [...this.#sleepers]) {
      if (sleeper.due > this.ms) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
