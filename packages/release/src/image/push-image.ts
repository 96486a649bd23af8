import { ReleaseError } from '../errors.js';
import type { EngineIo } from './build-image.js';
import { type DockerEngine, type RegistryAuth, toEngineError } from './engine.js';
import { type EngineEvent, readEvents } from './events.js';
import { parseReference } from './reference.js';

/** How to push. */
export interface PushOptions extends EngineIo {
  /** @default none: the registry takes anyone's */
  readonly auth?: RegistryAuth | undefined;
  /** Milliseconds without a word from the engine after which a push is given up: its registry hangs. @default 120,000 */
  readonly silenceMs?: number | undefined;
}

const SILENCE_MS = 120_000;

/**
 * Pushes a tagged image to its registry.
 *
 * @returns the digest that the registry gave it, `sha256:…`
 * @throws {ReleaseError} `DENIED`, `PUSH_FAILED`, `ENGINE_UNREACHABLE`, `ENGINE_FAILED`, `INVALID_OPTION`; the signal's reason
 */
export async function pushImage(
  docker: DockerEngine,
  reference: string,
  options: PushOptions = {},
): Promise<{ readonly digest: string }> {
  const { auth, onLine, silenceMs = SILENCE_MS } = options;
  const { name, tag } = parseReference(reference);
  if (tag === undefined) {
    throw new ReleaseError('INVALID_OPTION', `${reference} has no tag to push`, {
      hint: 'Write it as registry/repository:tag.',
    });
  }
  options.signal?.throwIfAborted();
  const what = `cannot push ${reference}`;
  const hung = new AbortController();
  const giveUp = setTimeout(() => {
    hung.abort(toPushError(what, { error: `timed out: the engine told nothing for ${silenceMs / 1_000} s` }));
  }, silenceMs);
  const signal = AbortSignal.any([hung.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  let digest: string | undefined;
  const last = new Map<string, string>();
  try {
    const image = docker.getImage(name);
    // Without authconfig the engine refuses even an anonymous push.
    const stream = await image.push({
      tag,
      authconfig: { ...auth },
      abortSignal: signal,
    });
    for await (const event of readEvents(stream, { signal })) {
      giveUp.refresh();
      if (typeof event.aux === 'object') digest = event.aux.Digest ?? digest;
      if (event.error !== undefined || event.errorDetail !== undefined) throw toPushError(what, event);
      report(event, last, onLine);
    }
    return { digest: digest ?? (await findDigest(docker, reference, name)) };
  } catch (error) {
    signal.throwIfAborted();
    throw toEngineError(error, what, 'PUSH_FAILED');
  } finally {
    clearTimeout(giveUp);
  }
}

/** Gives an image of the engine another name. */
export async function tagImage(docker: DockerEngine, from: string, to: string): Promise<void> {
  const { name, tag } = parseReference(to);
  try {
    await docker.getImage(from).tag({ repo: name, tag: tag ?? 'latest' });
  } catch (error) {
    throw toEngineError(error, `cannot tag ${from} as ${to}`);
  }
}

async function findDigest(docker: DockerEngine, reference: string, name: string): Promise<string> {
  const { RepoDigests } = await docker.getImage(reference).inspect();
  const found = (RepoDigests ?? []).find((each) => each.startsWith(`${name}@`));
  if (found !== undefined) return found.slice(name.length + 1);
  throw new ReleaseError('PUSH_FAILED', `cannot push ${reference}: the registry told no digest`);
}

function toPushError(what: string, { error, errorDetail }: EngineEvent): ReleaseError {
  const message = (errorDetail?.message ?? error ?? 'no reason given').trim();
  if (/denied|unauthorized|authentication required|no basic auth|forbidden/i.test(message)) {
    return new ReleaseError('DENIED', `${what}: ${message}`, {
      hint: 'Log in to the registry, with rights to push to this repository.',
    });
  }
  return new ReleaseError('PUSH_FAILED', `${what}: ${message}`, {
    hint: 'Check that the registry answers and the repository exists.',
  });
}

// Each layer reports each kilobyte: a line for each change of its state is enough.
function report({ id, status }: EngineEvent, last: Map<string, string>, onLine: EngineIo['onLine']): void {
  if (status === undefined) return;
  const layer = id ?? '';
  if (last.get(layer) === status) return;
  last.set(layer, status);
  onLine?.(id === undefined ? status : `${id}: ${status}`);
}
