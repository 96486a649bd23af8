import { ReleaseError } from '../errors.js';
import type { RegistryAuth } from '../image/engine.js';
import type { Challenge } from './challenge.js';
import { basic } from './registry-request.js';

/** What a token is asked for. */
export interface TokenRequest {
  readonly challenge: Extract<Challenge, { readonly scheme: 'bearer' }>;
  readonly login: RegistryAuth | undefined;
  /** Whether the token server may be asked without TLS, as the registry is. */
  readonly insecure: boolean;
}

/**
 * Gets the token that a registry's challenge asks for: with a token of an earlier login by OAuth 2, else with user and password,
 * else as nobody.
 *
 * @throws {ReleaseError} `DENIED`; other errors when the server does not answer
 * @see https://distribution.github.io/distribution/spec/auth/token/
 */
export async function fetchToken(
  { challenge, login, insecure }: TokenRequest,
  deps: { readonly fetch: typeof fetch; readonly signal?: AbortSignal | undefined },
): Promise<string> {
  const { realm, service, scope } = challenge;
  const url = new URL(realm);
  if (url.protocol !== 'https:' && !insecure) {
    throw new ReleaseError(
      'DENIED',
      `the registry asks for a login at ${url.origin}, without TLS: nothing was sent there`,
    );
  }
  const asked = { ...(service === undefined ? {} : { service }), ...(scope === undefined ? {} : { scope }) };
  const { signal } = deps;
  let response: Response;
  if (login?.identitytoken !== undefined) {
    const form = { ...asked, grant_type: 'refresh_token', client_id: 'seatrial', refresh_token: login.identitytoken };
    response = await deps.fetch(url, {
      method: 'POST',
      body: new URLSearchParams(form),
      ...(signal === undefined ? {} : { signal }),
    });
  } else {
    for (const [key, value] of Object.entries(asked)) url.searchParams.set(key, value);
    response = await deps.fetch(url, {
      ...(login?.username === undefined ? {} : { headers: { authorization: basic(login) } }),
      ...(signal === undefined ? {} : { signal }),
    });
  }
  if (response.status >= 500 || response.status === 429)
    throw new Error(`${url.origin} answers with ${response.status}`);
  const { token, access_token: accessToken } = (
    response.ok ? await response.json() : await response.body?.cancel().then(() => ({}))
  ) as { token?: unknown; access_token?: unknown };
  const found = token ?? accessToken;
  if (typeof found === 'string' && found !== '') return found;
  throw new ReleaseError('DENIED', `${url.origin} gives no token: it answers with ${response.status}`, {
    hint: 'Log in to the registry again, with rights to this repository.',
    httpStatus: response.status,
  });
}
