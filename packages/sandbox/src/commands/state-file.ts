import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { SandboxError } from '../errors.js';

/** What a running sandbox tells about itself to commands in other shells. */
export interface SandboxState {
  /** Names the file; unique among running ones. */
  readonly id: string;
  readonly pid: number;
  readonly startedMs: number;
  readonly portBase?: number;
  readonly env: Readonly<Record<string, string>>;
  readonly docker: string;
  readonly dataDir: string;
}

/** The folder of the user's running sandboxes; private, since tokens are in it. */
export function stateFolder(): string {
  return join(tmpdir(), `seatrial-sandboxes-${userInfo().uid}`);
}

async function checkFolder(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const { uid, mode } = await lstat(dir);
  const { uid: own } = userInfo();
  // Anyone may make a folder of this name in a shared temporary folder; what lies in it would be believed.
  if (own >= 0 && (uid !== own || (mode & 0o077) !== 0)) {
    throw new SandboxError('INVALID_OPTION', `${dir} is not private to the user`, { hint: 'Remove it and try again.' });
  }
}

/** @returns removes the file again */
export async function writeState(dir: string, state: SandboxState): Promise<() => Promise<void>> {
  await checkFolder(dir);
  const path = join(dir, `${state.id}.json`);
  await writeFile(`${path}.new`, JSON.stringify(state), { mode: 0o600 });
  await rename(`${path}.new`, path);
  return () => rm(path, { force: true });
}

/** Does it answer, and is it a sandbox? */
async function isAlive({ env }: SandboxState, signal: AbortSignal): Promise<boolean> {
  try {
    const url = `${env['STORAGE_EMULATOR_HOST']}/storage/v1/b/seatrial-releases`;
    const reply = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(2000)]) });
    const { kind } = (await reply.json()) as { kind?: string };
    // A sandbox with planned faults may refuse; another program would not answer in this form.
    return kind === 'storage#bucket' || reply.status >= 400;
  } catch {
    signal.throwIfAborted();
    return false; // nothing listens there any more
  }
}

/** Running sandboxes, the newest first. Files of dead ones are removed. */
export async function listStates(dir: string, signal: AbortSignal): Promise<readonly SandboxState[]> {
  await checkFolder(dir);
  const names = (await readdir(dir)).filter((name) => name.endsWith('.json'));
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(dir, name);
      const state = await readState(path);
      if (state !== undefined && (await isAlive(state, signal))) return state;
      await rm(path, { force: true });
      return undefined;
    }),
  );
  return found.filter((state) => state !== undefined).sort((a, b) => b.startedMs - a.startedMs);
}

async function readState(path: string): Promise<SandboxState | undefined> {
  try {
    const value = JSON.parse(await readFile(path, 'utf8')) as SandboxState;
    return typeof value.env?.['STORAGE_EMULATOR_HOST'] === 'string' ? value : undefined;
  } catch {
    return undefined; // gone meanwhile, or torn
  }
}

/** The newest running sandbox, or the one with this base. @throws {SandboxError} `NOT_RUNNING` */
export async function findState(
  dir: string,
  options: { readonly portBase?: number; readonly signal: AbortSignal },
): Promise<SandboxState> {
  const { portBase, signal } = options;
  const states = await listStates(dir, signal);
  const found = portBase === undefined ? states[0] : states.find((state) => state.portBase === portBase);
  if (found !== undefined) return found;
  const which = portBase === undefined ? 'no sandbox is running' : `no sandbox is running with port base ${portBase}`;
  throw new SandboxError('NOT_RUNNING', which, { hint: 'Start one in another shell: seatrial sandbox up' });
}
