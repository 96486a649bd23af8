import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { secretsOf } from '@seatrial/cli';
import { RunnerError } from '../errors.js';
import type { Env } from '../services.js';

/** Fewest characters of a value that can be told from other text. */
const SHORTEST = 6;

/**
 * What must not be shown of a run: values of variables whose names say so or that are named, the keys in Google's
 * credentials file, and the logins in Docker's configuration.
 */
export async function gatherSecrets(env: Env, names: readonly string[] = []): Promise<readonly string[]> {
  const dockerDir = env['DOCKER_CONFIG'] ?? (env['HOME'] === undefined ? undefined : join(env['HOME'], '.docker'));
  const files = await Promise.all([
    readJson(env['GOOGLE_APPLICATION_CREDENTIALS']),
    readJson(dockerDir === undefined ? undefined : join(dockerDir, 'config.json')),
  ]);
  return [...new Set([...secretsOf(env, names), ...files.flatMap((content) => [...secretsIn(content)])])];
}

/** @throws {RunnerError} `SETTING_MISSING`, `SETTING_CONFLICT` for names that cannot be done justice */
export function checkSecretNames(env: Env, names: readonly string[]): void {
  for (const name of names) {
    const value = env[name];
    if (value === undefined) {
      throw new RunnerError('SETTING_MISSING', `--redact ${name}: there is no such variable in the environment`, {
        hint: 'Name a variable, not a value; leave the flag out where it is not set.',
      });
    }
    if (value.length < SHORTEST) {
      throw new RunnerError('SETTING_CONFLICT', `--redact ${name}: its value has only ${value.length} characters`, {
        hint: `A value of less than ${SHORTEST} characters cannot be told from other text; use a longer one.`,
      });
    }
  }
}

const SECRET_KEY =
  /^(?:private_?key|client_secret|refresh_token|access_token|auth|password|identitytoken|registrytoken)$/i;

/** Values below keys that hold secrets, and what Docker's `auth` decodes to. */
function* secretsIn(value: unknown): Iterable<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner !== 'string') yield* secretsIn(inner);
    else if (SECRET_KEY.test(key)) {
      yield inner;
      if (key === 'auth')
        yield Buffer.from(inner, 'base64')
          .toString('utf8')
          .replace(/^[^:]*:/, '');
    }
  }
}

async function readJson(path: string | undefined): Promise<unknown> {
  if (!path) return undefined;
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    // ENOENT, EACCES, SyntaxError: whoever needs the file says what is wrong with it.
    return undefined;
  }
}
