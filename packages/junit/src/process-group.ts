/** Signals that end a group. */
export type EndSignal = 'SIGTERM' | 'SIGKILL';

/** Sends signals to a process and all it has started. */
export interface ProcessGroup {
  kill(signal: EndSignal): void;
}

/**
 * The group that a process leads, which holds for one that was started detached. Windows has no groups: there it is
 * the process alone.
 */
export async function findProcessGroup(leader: {
  readonly pid?: number;
  kill(signal: EndSignal): boolean;
}): Promise<ProcessGroup> {
  // Loaded here only: everything else in this package runs where there is no Node.
  const { kill, platform } = await import('node:process');
  const { pid } = leader;
  return {
    kill(signal) {
      if (pid === undefined) return;
      try {
        if (platform === 'win32') leader.kill(signal);
        else kill(-pid, signal);
      } catch (error) {
        // ESRCH: all of it has ended. EPERM: macOS says so of a group of zombies.
        const { code } = error as { readonly code?: unknown };
        if (code !== 'ESRCH' && code !== 'EPERM') throw error;
      }
    },
  };
}
