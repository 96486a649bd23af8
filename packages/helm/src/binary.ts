import { access, constants, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { Env } from './environment.js';
import { HelmError } from './errors.js';
import { runHelmOrThrow } from './helm-process.js';

/** A helm that can be used. */
export interface HelmBinary {
  readonly path: string;
  /** Without the `v`: `4.1.4`. */
  readonly version: string;
  readonly major: 3 | 4;
}

const installHint =
  'Install helm 3 or 4 (https://helm.sh/docs/intro/install/) and put it on PATH, or name it with --helm or HELM_BIN.';

/**
 * Finds helm: what `--helm` or `HELM_BIN` names, else the first on `PATH`, else the workspace's own copy.
 *
 * A binary that was named is the only one tried. One on `PATH` of another major version is passed over.
 *
 * @throws {HelmError} `NOT_FOUND` when there is none, saying how to install it; `UNSUPPORTED_VERSION` when all that was
 * found is neither 3.x nor 4.x.
 */
export async function findHelm(options: {
  /** Value of `--helm`. */
  readonly flag?: string | undefined;
  /** `HELM_BIN` and `PATH` are read. */
  readonly env: Env;
  /** Fetches or finds a copy; asked last. @default none */
  readonly workspaceCopy?: (() => Promise<string | undefined>) | undefined;
  readonly signal?: AbortSignal | undefined;
}): Promise<HelmBinary> {
  const { flag, env, workspaceCopy, signal } = options;
  const named = flag || env['HELM_BIN'];
  if (named) return readVersion(await locate(named, env), env, signal);

  let unsupported: unknown;
  const onPath = await findOnPath('helm', env);
  if (onPath !== undefined) {
    try {
      return await readVersion(onPath, env, signal);
    } catch (error) {
      if (!(error instanceof HelmError && error.code === 'UNSUPPORTED_VERSION')) throw error;
      unsupported = error;
    }
  }
  const copy = await workspaceCopy?.();
  if (copy !== undefined) return readVersion(copy, env, signal);
  throw unsupported ?? new HelmError('NOT_FOUND', 'no helm on PATH', { hint: installHint });
}

/** A bare name is looked up on PATH, as a shell would; anything else is a path. */
async function locate(named: string, env: Env): Promise<string> {
  const path = named.includes('/') || isAbsolute(named) ? resolve(named) : await findOnPath(named, env);
  if (path === undefined || !(await isProgram(path))) {
    throw new HelmError('NOT_FOUND', `no helm at ${JSON.stringify(named)}`, { hint: installHint });
  }
  return path;
}

async function findOnPath(name: string, env: Env): Promise<string | undefined> {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, name);
    if (await isProgram(path)) return path;
  }
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false; // missing or not ours to run: not a program, whatever the reason
  }
}

async function readVersion(path: string, env: Env, signal: AbortSignal | undefined): Promise<HelmBinary> {
  const { stdout } = await runHelmOrThrow({
    path,
    args: ['version', '--template', '{{.Version}}'],
    // Nothing but PATH: no plugin, no cluster and no setting of the user's has a say in this.
    env: env['PATH'] === undefined ? {} : { PATH: env['PATH'] },
    task: `read the version of ${path}`,
    timeoutMs: 30_000,
    signals: [signal],
  });
  const [, version, major] = /^v?((\d+)\.\d+\.\d+[^\s]*)\s*$/.exec(stdout) ?? [];
  if (version === undefined || (major !== '3' && major !== '4')) {
    throw new HelmError('UNSUPPORTED_VERSION', `${path} is ${JSON.stringify(stdout.trim())}, not helm 3 or 4`, {
      hint: installHint,
    });
  }
  return { path, version, major: major === '3' ? 3 : 4 };
}
