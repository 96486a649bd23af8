import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { kill, pid } from 'node:process';

/** Processes of this machine. */
export interface LocalProcesses {
  readonly host: string;
  /** This process. */
  readonly pid: number;
  isAlive(pid: number): boolean;
  /**
   * What tells a process from a later one of the same number: when it began, in the kernel's ticks since the machine did.
   * `undefined` where there is no `/proc`, and for one that is gone.
   */
  startOf(pid: number): string | undefined;
}

/** Those of the machine that this runs on. */
export const localProcesses: LocalProcesses = {
  host: hostname(),
  pid,
  isAlive(one) {
    try {
      return kill(one, 0);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM'; // somebody else's
    }
  },
  startOf(one) {
    try {
      // Field 22; the name before it, in parentheses, may hold anything. See proc_pid_stat(5).
      return readFileSync(`/proc/${one}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19];
    } catch {
      return undefined; // ENOENT: gone, or another system
    }
  },
};
