import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Where processes are looked up. */
export interface ProcessTable {
  /** @default '/proc' */
  readonly dir?: string;
  /** User of the asking process. */
  readonly uid: number;
}

/**
 * Identifies a process for others that ask later whether it still lives: boot, namespace of process ids, user, id and
 * start. An id alone is given to another process some day.
 *
 * @returns one word, or `undefined` where the system has no `/proc` (it is Linux's)
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export async function ownerOf(pid: number, table: ProcessTable): Promise<string | undefined> {
  try {
    const { startTicks } = await readStat(pid, table);
    return [...(await surroundings(table)), pid, startTicks].join('/');
  } catch {
    return undefined;
  }
}

/**
 * Has the process ended that {@link ownerOf} gave this word for? `false` also where that cannot be told: for those of
 * other machines, containers and users, whose processes may be hidden from this one.
 */
export async function isOwnerGone(owner: string, table: ProcessTable): Promise<boolean> {
  const parts = owner.split('/');
  const [pid = '', startTicks = ''] = parts.slice(-2);
  if (!/^\d+$/.test(pid) || !/^\d+$/.test(startTicks)) return false;
  try {
    if ((await surroundings(table)).join('/') !== parts.slice(0, -2).join('/')) return false;
  } catch {
    return false;
  }
  try {
    const now = await readStat(Number(pid), table);
    // Z and X: killed, and not yet waited for by its parent.
    return now.startTicks !== startTicks || now.state === 'Z' || now.state === 'X';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ESRCH';
  }
}

async function surroundings({ dir = '/proc', uid }: ProcessTable): Promise<readonly [string, string, number]> {
  const boot = (await readFile(join(dir, 'sys/kernel/random/boot_id'), 'utf8')).trim();
  return [boot, await readlink(join(dir, 'self/ns/pid')), uid];
}

async function readStat(
  pid: number,
  { dir = '/proc' }: ProcessTable,
): Promise<{ readonly state: string; readonly startTicks: string }> {
  const text = await readFile(join(dir, String(pid), 'stat'), 'utf8');
  // The name before the last parenthesis may hold anything; behind it fields 3 (state) to 22 (start) follow.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  if (state === undefined || startTicks === undefined) throw new TypeError(`not a stat file of a process: ${text}`);
  return { state, startTicks };
}
