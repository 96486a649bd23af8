import type { Clock } from '../clock.js';
import { ReleaseError } from '../errors.js';
import type { RegistryAuth } from '../image/engine.js';
import { parseChallenge } from './challenge.js';
import type { FindCredentials } from './credentials.js';
import { fetchToken } from './fetch-token.js';
import { registryUrl, type Repository } from './registry-host.js';

/** What requests to a registry go through. */
export interface RegistrySurroundings {
  /** @default the global one */
  readonly fetch?: typeof fetch | undefined;
  /** @default nobody is logged in */
  readonly credentials?: FindCredentials | undefined;
  /** For pauses between tries. */
  readonly clock: Pick<Clock, 'sleep'>;
  /** From 0 to below 1, by which pauses differ: clients that failed together do not come back together. @default Math.random */
  readonly random?: (() => number) | undefined;
  /** Registries that are spoken to without TLS, besides those on loopback. @default none */
  readonly insecure?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One request. */
export interface RegistryCall {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  /** Below `/v2/<path>/`, or a whole URL as the registry gave it. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** In memory, so that a try can be repeated. */
  readonly body?: Uint8Array<ArrayBuffer>;
  /** Statuses that are answers, not failures. */
  readonly expect: readonly number[];
  /** Reads the body too before the try is over, so that one that breaks off is asked for again. @default false */
  readonly whole?: boolean;
  /** What is being done, for messages: `read the manifest v1`. */
  readonly doing: string;
}

/** Sends one request to one repository, logged in where the registry asks for it, tried again while it is not to be had. */
export type RegistryRequest = (call: RegistryCall) => Promise<Response>;

const TRIES = 4;
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 30_000;
/** Until the head of the answer; bodies may take longer. */
const ANSWER_TIMEOUT_MS = 60_000;

/**
 * Requests to one repository. The login is done at the first answer that asks for one, and kept.
 *
 * @throws {ReleaseError} `DENIED` for 401 and 403, `UNAVAILABLE` when the fourth try fails too, `REGISTRY_FAILED` for other
 * statuses than expected; the signal's reason
 */
export function createRegistryRequest(repository: Repository, surroundings: RegistrySurroundings): RegistryRequest {
  const { clock, credentials, insecure = [], signal, random = Math.random } = surroundings;
  const { fetch: send = globalThis.fetch } = surroundings;
  const base = new URL(`${repository.path}/`, registryUrl(repository.registry, insecure));
  const name = `${repository.registry}/${repository.path}`;
  let authorization: string | undefined;

  return async (call) => {
    const what = `cannot ${call.doing} of ${name}`;
    for (let tried = 1; ; tried += 1) {
      signal?.throwIfAborted();
      const answered = call.whole === true ? answer(call).then(readWhole) : answer(call);
      const response = await answered.catch((error: unknown) => {
        signal?.throwIfAborted();
        if (error instanceof ReleaseError) throw error;
        return error as Error;
      });
      if (response instanceof Response && call.expect.includes(response.status)) return response;
      const isPassing = !(response instanceof Response) || response.status === 429 || response.status >= 500;
      if (!isPassing) throw await toError(what, response);
      if (tried === TRIES) {
        const why = response instanceof Response ? `it answers with ${response.status}` : reasonOf(response);
        throw new ReleaseError('UNAVAILABLE', `${what}: ${why}, tried ${TRIES} times`, {
          hint: `Check that ${base.origin} is a registry that can be reached from here.`,
          ...(response instanceof Response ? { httpStatus: response.status } : { cause: response }),
        });
      }
      const pauseMs = response instanceof Response ? retryAfterMs(response) : undefined;
      if (response instanceof Response) await response.body?.cancel();
      const backoffMs = FIRST_PAUSE_MS * 2 ** (tried - 1) * (0.5 + random());
      await clock.sleep(Math.min(pauseMs ?? backoffMs, MAX_PAUSE_MS), signal);
    }
  };

  async function answer(call: RegistryCall): Promise<Response> {
    const first = await sendOnce(call);
    if (first.status !== 401) return first;
    const challenge = parseChallenge(first.headers.get('www-authenticate') ?? '');
    await first.body?.cancel();
    const login = await credentials?.(repository.registry, signal);
    if (challenge?.scheme === 'bearer') {
      authorization = `Bearer ${await fetchToken({ challenge, login, insecure: base.protocol === 'http:' }, { fetch: send, signal })}`;
    } else if (challenge?.scheme === 'basic' && login?.username !== undefined) {
      authorization = basic(login);
    } else {
      throw new ReleaseError('DENIED', `cannot ${call.doing} of ${name}: the registry wants a login`, {
        hint: `Log in with docker login ${repository.registry}.`,
        httpStatus: 401,
      });
    }
    return sendOnce(call);
  }

  async function sendOnce({ method, target, headers, body }: RegistryCall): Promise<Response> {
    const url = new URL(target, base);
    // A login is for the registry; where it sends an upload to is told by the address alone.
    const mayLogIn = authorization !== undefined && url.origin === base.origin;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error('no answer within a minute')), ANSWER_TIMEOUT_MS);
    try {
      return await send(url, {
        method,
        headers: { ...headers, ...(mayLogIn ? { authorization: authorization as string } : {}) },
        ...(body === undefined ? {} : { body }),
        signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
      });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The answer with its body in memory. @throws when the body breaks off. */
async function readWhole(response: Response): Promise<Response> {
  const { status, headers } = response;
  return new Response(await response.arrayBuffer(), { status, headers });
}

/** `Authorization` of a user and a password. */
export function basic({ username = '', password = '' }: RegistryAuth): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** What the registry says about a refusal. @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes */
async function toError(what: string, response: Response): Promise<ReleaseError> {
  const { status } = response;
  const text = (await response.text().catch(() => '')).slice(0, 4_000); // the status alone tells enough
  const said = messageOf(text) ?? `it answers with ${status}`;
  if (status === 401 || status === 403) {
    return new ReleaseError('DENIED', `${what}: ${said}`, {
      hint: 'Log in to the registry, with rights to this repository.',
      httpStatus: status,
    });
  }
  return new ReleaseError('REGISTRY_FAILED', `${what}: ${said}`, { httpStatus: status });
}

function messageOf(text: string): string | undefined {
  try {
    const { errors } = JSON.parse(text) as { errors?: { code?: unknown; message?: unknown }[] };
    const [first] = errors ?? [];
    return first === undefined ? undefined : [first.code, first.message].filter(Boolean).join(': ');
  } catch {
    return undefined; // a proxy's page, or nothing
  }
}

function reasonOf(error: Error): string {
  const cause = error.cause as { code?: unknown; message?: unknown } | undefined;
  return String(cause?.code ?? cause?.message ?? error.message);
}

function retryAfterMs(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}
