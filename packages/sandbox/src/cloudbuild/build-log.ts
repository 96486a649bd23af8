/** The log of one build. */
export interface BuildLog {
  add(text: string): void;
  /** Resolves when all of it is written. */
  end(): Promise<void>;
}

/**
 * A log that an object always holds a beginning of, as the service composes it. One write at a time: what comes meanwhile goes
 * out with the next.
 */
export function createBuildLog(write: (text: string) => Promise<void>): BuildLog {
  let text = '';
  let written = 0;
  let writing: Promise<void> | undefined;
  const drain = async () => {
    while (written < text.length) {
      const upTo = text.length;
      await write(text).catch(() => undefined); // the bucket is gone: a build does not fail for its log
      written = upTo;
    }
    writing = undefined;
  };
  return {
    add(more) {
      text += more;
      writing ??= Promise.resolve().then(drain);
    },
    async end() {
      await writing;
    },
  };
}
