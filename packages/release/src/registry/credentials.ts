import type { RegistryAuth } from '../image/engine.js';
import { type AskHelper, createAskHelper } from './credential-helper.js';
import { type DockerConfig, readDockerConfig } from './docker-config.js';
import { createGoogleToken, isGoogleRegistry } from './google-token.js';

/** Finds the login of a registry (`gcr.io`, `localhost:5000`). Undefined when there is none: then one asks without. */
export type FindCredentials = (registry: string, signal?: AbortSignal) => Promise<RegistryAuth | undefined>;

/** Where logins come from. */
export interface CredentialSources {
  readonly config: () => Promise<DockerConfig>;
  readonly askHelper: AskHelper;
  /** Access token of Google's own login; undefined where there is none. */
  readonly googleToken: () => Promise<string | undefined>;
}

/** Docker Hub's logins are kept under the address of its first API. */
const HUB_KEY = 'https://index.docker.io/v1/';

/**
 * Looks for a login where Docker does and in its order: the registry's helper, the store of all, the file's own entries; then,
 * for Google's registries, at Google's default login. The config is read once.
 */
export function createFindCredentials(sources: CredentialSources): FindCredentials {
  let reading: Promise<DockerConfig> | undefined;
  return async (registry, signal) => {
    const { auths, credHelpers, credsStore } = await (reading ??= sources.config());
    const key = registry === 'docker.io' ? HUB_KEY : registry;
    const helper = credHelpers[registry] ?? credHelpers[key];
    const stored = helper ?? credsStore;
    const found =
      (stored === undefined ? undefined : await sources.askHelper(stored, key, signal)) ??
      fromEntry(findEntry(auths, key));
    if (found !== undefined) return { ...found, serveraddress: key };
    if (helper !== undefined || !isGoogleRegistry(registry)) return undefined;
    const token = await sources.googleToken();
    // https://cloud.google.com/artifact-registry/docs/docker/authentication#token
    return token === undefined
      ? undefined
      : { username: 'oauth2accesstoken', password: token, serveraddress: registry };
  };
}

/** {@link createFindCredentials} with the user's own Docker configuration, helpers and Google login. */
export function credentialsFromEnv(env: Readonly<Record<string, string | undefined>>): FindCredentials {
  return createFindCredentials({
    config: () => readDockerConfig(env),
    askHelper: createAskHelper(env),
    googleToken: createGoogleToken(env),
  });
}

type Entry = DockerConfig['auths'][string];

// Older logins are under an address (`https://gcr.io/v2/`): the host is what counts.
function findEntry(auths: DockerConfig['auths'], key: string): Entry | undefined {
  if (Object.hasOwn(auths, key)) return auths[key];
  const host = (text: string) => text.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return Object.entries(auths).find(([name]) => host(name) === host(key))?.[1];
}

function fromEntry(entry: Entry | undefined): RegistryAuth | undefined {
  if (entry?.identitytoken !== undefined) return { identitytoken: entry.identitytoken };
  if (entry?.auth === undefined) return undefined;
  const text = Buffer.from(entry.auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) return undefined;
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') };
}
