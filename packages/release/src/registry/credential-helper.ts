import { ReleaseError } from '../errors.js';
import type { RegistryAuth } from '../image/engine.js';

/** Asks one of Docker's credential helpers. Undefined when it knows no login for the server. */
export type AskHelper = (helper: string, server: string, signal?: AbortSignal) => Promise<RegistryAuth | undefined>;

/** What a helper gives as the user's name when the secret is a token of an earlier login. */
const TOKEN_USER = '<token>';
const TIMEOUT_MS = 30_000;

/**
 * Asks by running `docker-credential-<helper> get` with the server's name on standard input.
 *
 * @throws {ReleaseError} `DENIED` when the program is missing or fails; nothing of what it printed is repeated
 * @see https://github.com/docker/docker-credential-helpers#usage
 */
export function createAskHelper(env: Readonly<Record<string, string | undefined>>): AskHelper {
  return async (helper, server, signal) => {
    if (!/^[\w.-]+$/.test(helper)) {
      throw new ReleaseError('INVALID_OPTION', `not the name of a credential helper: ${JSON.stringify(helper)}`, {
        hint: 'Name it in the Docker configuration by the end of its program: gcloud is docker-credential-gcloud.',
      });
    }
    const program = `docker-credential-${helper}`;
    const { execa } = await import('execa');
    const { failed, exitCode, stdout, code } = await execa(program, ['get'], {
      input: server,
      env: { ...env },
      extendEnv: false,
      reject: false,
      timeout: TIMEOUT_MS,
      stderr: 'ignore',
      ...(signal === undefined ? {} : { cancelSignal: signal }),
    });
    signal?.throwIfAborted();
    if (failed && /credentials not found/i.test(stdout ?? '')) return undefined;
    if (failed) {
      const why = code === 'ENOENT' ? 'is not installed' : `ended with ${exitCode ?? 'a signal'}`;
      throw new ReleaseError('DENIED', `cannot get the credentials of ${server}: ${program} ${why}`, {
        hint: `Install ${program}, log in with it, or take it out of the Docker configuration.`,
      });
    }
    return readAnswer(stdout, program);
  };
}

function readAnswer(text: string, program: string): RegistryAuth {
  const answer = parse(text);
  const { Username: username, Secret: secret } = answer ?? {};
  if (typeof username !== 'string' || typeof secret !== 'string' || secret === '') {
    throw new ReleaseError('DENIED', `${program} answered with something else than credentials`);
  }
  return username === TOKEN_USER ? { identitytoken: secret } : { username, password: secret };
}

function parse(text: string): { Username?: unknown; Secret?: unknown } | undefined {
  try {
    return JSON.parse(text) as { Username?: unknown; Secret?: unknown };
  } catch {
    return undefined; // not JSON: the caller says so, without the text
  }
}
