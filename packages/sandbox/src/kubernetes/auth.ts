import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from './api-error.js';
import type { User } from './authorization/user.js';
import { ADMIN, ANONYMOUS, serviceAccountUser } from './authorization/user.js';

/** Decides who is asking. */
export interface Authenticator {
  /** The user behind a request's headers. @throws {ApiError} 401 for a token that is nobody's */
  authenticate(headers: IncomingHttpHeaders): User;
  /** The user behind a bare token, or `undefined`. */
  userOf(token: string): User | undefined;
  /** A token for a service account, good until it expires. */
  issue(account: ServiceAccountRef, expiresMs: number): string;
}

/** A ServiceAccount as a token is bound to it. */
export interface ServiceAccountRef {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** What an {@link Authenticator} needs. */
export interface AuthenticatorOptions {
  /** A new version-4 UUID; tokens are made of it. */
  readonly newId: () => string;
  /** The time in milliseconds. */
  readonly now: () => number;
  /** Is this very account still there? */
  readonly isThere: (account: ServiceAccountRef) => boolean;
  /** Tokens accepted beside those issued here; with none, any token or no token is an administrator's. */
  readonly tokens?: readonly string[];
  /** Which other tokens are an administrator's just now; then nobody else is. @default none */
  readonly accepts?: (token: string) => boolean;
  /** Whoever shows no token is anonymous, not an administrator. @default false */
  readonly anonymous?: boolean;
}

interface Issued {
  readonly account: ServiceAccountRef;
  readonly expiresMs: number;
}

/** Everybody is an administrator, unless it is said whose tokens are: then nobody else is. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { newId, now, isThere, tokens = [], accepts, anonymous = false } = options;
  const issued = new Map<string, Issued>();
  const admins = new Set(tokens);
  const isOpen = admins.size === 0 && accepts === undefined;
  const userOf = (token: string): User | undefined => {
    const found = issued.get(token);
    if (found === undefined) return isOpen || admins.has(token) || accepts?.(token) === true ? ADMIN : undefined;
    const { account, expiresMs } = found;
    if (expiresMs <= now() || !isThere(account)) return undefined;
    return serviceAccountUser(account.namespace, account.name, account.uid);
  };
  return {
    userOf,
    authenticate({ authorization }) {
      const token = /^Bearer\s+(?<token>.+)$/i.exec(authorization ?? '')?.groups?.['token'];
      const user = token === undefined ? (anonymous ? ANONYMOUS : isOpen ? ADMIN : undefined) : userOf(token);
      if (user !== undefined) return user;
      throw new ApiError({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
    },
    issue(account, expiresMs) {
      const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const claims = {
        iss: 'https://kubernetes.default.svc',
        sub: `system:serviceaccount:${account.namespace}:${account.name}`,
        exp: Math.floor(expiresMs / 1000),
        jti: newId(),
      };
      const token = `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.${newId().replaceAll('-', '')}`;
      issued.set(token, { account, expiresMs });
      return token;
    },
  };
}
