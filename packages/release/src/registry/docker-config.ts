import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ReleaseError } from '../errors.js';

/** The parts of the user's Docker configuration that tell credentials. Read, never written. */
export interface DockerConfig {
  /** Logins by registry. */
  readonly auths: Readonly<Record<string, { readonly auth?: string; readonly identitytoken?: string }>>;
  /** Program suffix by registry: `gcloud` runs `docker-credential-gcloud`. */
  readonly credHelpers: Readonly<Record<string, string>>;
  /** Program suffix for all other registries. */
  readonly credsStore: string | undefined;
}

const MAX_BYTES = 1024 * 1024;

/**
 * Reads `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`. Nothing there is an empty configuration.
 *
 * @throws {ReleaseError} `INVALID_OPTION` when the file is no JSON map; its content is not repeated, since it holds secrets
 * @see https://docs.docker.com/reference/cli/docker/#configuration-files
 */
export async function readDockerConfig(env: Readonly<Record<string, string | undefined>>): Promise<DockerConfig> {
  const dir = env['DOCKER_CONFIG'] || (env['HOME'] ? join(env['HOME'], '.docker') : undefined);
  if (dir === undefined) return parseDockerConfig('{}', 'config.json');
  const path = join(dir, 'config.json');
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return '{}';
    throw new ReleaseError('INVALID_OPTION', `cannot read ${path}: ${cause.code ?? cause.message}`, { cause });
  });
  return parseDockerConfig(text, path);
}

/** {@link readDockerConfig} of a text; `path` is for messages. Entries of another type than they should have are left out. */
export function parseDockerConfig(text: string, path: string): DockerConfig {
  let root: unknown;
  try {
    if (text.length > MAX_BYTES) throw new Error('too large');
    root = JSON.parse(text);
  } catch {
    root = undefined; // the parser's message would quote what the file holds
  }
  if (!isMap(root)) {
    throw new ReleaseError('INVALID_OPTION', `${path} is not a JSON map`, {
      hint: 'Mend the Docker configuration, or name another folder with DOCKER_CONFIG.',
    });
  }
  const mapOf = (value: unknown) => (isMap(value) ? Object.entries(value) : []);
  const { credsStore } = root;
  return {
    auths: Object.fromEntries(
      mapOf(root['auths']).flatMap(([registry, entry]) => (isMap(entry) ? [[registry, textsOf(entry)]] : [])),
    ),
    credHelpers: Object.fromEntries(
      mapOf(root['credHelpers']).flatMap(([registry, helper]) =>
        typeof helper === 'string' && helper !== '' ? [[registry, helper]] : [],
      ),
    ),
    credsStore: typeof credsStore === 'string' && credsStore !== '' ? credsStore : undefined,
  };
}

function textsOf(entry: Record<string, unknown>): { auth?: string; identitytoken?: string } {
  const { auth, identitytoken } = entry;
  return {
    ...(typeof auth === 'string' && auth !== '' ? { auth } : {}),
    ...(typeof identitytoken === 'string' && identitytoken !== '' ? { identitytoken } : {}),
  };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
