import { createHash, timingSafeEqual } from 'node:crypto';
import { DashboardError } from '../errors.js';

/** Who may read. */
export interface AccessOptions {
  /** Address that is listened on. */
  readonly host: string;
  /** Shared secret that every reader must give. */
  readonly token?: string;
  /** Header that a proxy in front sets once it knows who asks, such as `X-Forwarded-User`. */
  readonly authProxyHeader?: string;
  /** Names in `Host` that are answered besides those of loopback, where nothing else guards. */
  readonly allowedHosts?: readonly string[];
}

/** What a guard looks at of a request. */
export interface GuardedRequest {
  readonly host: string | undefined;
  header(name: string): string | undefined;
  cookie(name: string): string | undefined;
}

export type Verdict = 'let-in' | 'unknown-host' | 'needs-token' | 'needs-proxy';

/** Name of the cookie that holds the token's digest. */
export const COOKIE = 'seatrial-ui';

export interface Guard {
  judge(request: GuardedRequest): Verdict;
  /** Value for the cookie, if the token is the right one. */
  admit(token: string): string | undefined;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);

/** Whether an address is reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host) || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/**
 * Decides who may read. Without a token or a proxy only loopback is listened on, and only its own names are answered: else a
 * page of another site could read the results through a name of its own that it points here (DNS rebinding).
 *
 * @throws {DashboardError} `UNSAFE_LISTEN`, `INVALID_OPTION`.
 */
export function createGuard({ host, token, authProxyHeader, allowedHosts = [] }: AccessOptions): Guard {
  if (token !== undefined && !/^[\x21-\x7e]{16,}$/.test(token)) {
    throw new DashboardError('INVALID_OPTION', 'the token is shorter than 16 characters, or not plain ASCII', {
      hint: 'Make one with: openssl rand -hex 16',
    });
  }
  if (authProxyHeader !== undefined && !/^[A-Za-z0-9-]+$/.test(authProxyHeader)) {
    throw new DashboardError('INVALID_OPTION', `not the name of a header: ${JSON.stringify(authProxyHeader)}`);
  }
  if (!isLoopback(host) && token === undefined && authProxyHeader === undefined) {
    throw new DashboardError('UNSAFE_LISTEN', `${host} can be reached by others, and nothing asks who reads`, {
      hint: 'Give --token (or SEATRIAL_UI_TOKEN), or --auth-proxy-header where a proxy in front knows its users.',
    });
  }
  const names = new Set([...LOOPBACK, ...allowedHosts.map((name) => name.toLowerCase())]);
  const secret = token === undefined ? undefined : digest(token);
  const isSecret = (candidate: string): boolean =>
    secret !== undefined && timingSafeEqual(Buffer.from(digest(candidate)), Buffer.from(secret));
  const cookieValue = secret === undefined ? undefined : digest(`cookie:${secret}`);

  return {
    judge(request) {
      if (authProxyHeader !== undefined && (request.header(authProxyHeader) ?? '') === '') return 'needs-proxy';
      if (secret !== undefined) {
        const bearer = /^Bearer +(\S+)$/i.exec(request.header('authorization') ?? '')?.[1];
        const isKnown = request.cookie(COOKIE) === cookieValue || (bearer !== undefined && isSecret(bearer));
        if (!isKnown) return 'needs-token';
      }
      if (secret === undefined && authProxyHeader === undefined && !names.has(nameOf(request.host))) {
        return 'unknown-host';
      }
      return 'let-in';
    },
    admit: (candidate) => (isSecret(candidate) ? cookieValue : undefined),
  };
}

/** `Host` without its port. */
function nameOf(host: string | undefined): string {
  return (host ?? '').replace(/:\d+$/, '').toLowerCase();
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
