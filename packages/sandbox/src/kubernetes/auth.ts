import { ApiError } from './api-error.js';
import type { User } from './subresources/reviews.js';

/** Decides who is asking. The place where authentication and role-based access come in. */
export interface Authenticator {
  /** The user behind an `Authorization` header. @throws {ApiError} 401 for a token that is known to be bad */
  authenticate(authorization: string | undefined): User;
  /** The user behind a bare token, or `undefined`. */
  userOf(token: string): User | undefined;
  /** A token for a service account, good until it expires. */
  issue(namespace: string, name: string, uid: string, expiresMs: number): string;
}

const ADMIN: User = { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };

/** What an {@link Authenticator} needs. */
export interface AuthenticatorOptions {
  /** A new version-4 UUID; tokens are made of it. */
  readonly newId: () => string;
  /** Tokens accepted beside those issued here; with none, any token or no token is an administrator's. */
  readonly tokens?: readonly string[];
  /** Which other tokens are an administrator's just now; then nobody else is. @default none */
  readonly accepts?: (token: string) => boolean;
}

/** Everybody is an administrator, unless it is said whose tokens are: then nobody else is. */
export function createAuthenticator({ newId, tokens = [], accepts }: AuthenticatorOptions): Authenticator {
  const issued = new Map<string, User>();
  const admins = new Set(tokens);
  const userOf = (token: string): User | undefined =>
    issued.get(token) ?? (admins.has(token) || accepts?.(token) === true ? ADMIN : undefined);
  return {
    userOf,
    authenticate(authorization) {
      const token = /^Bearer\s+(?<token>.+)$/i.exec(authorization ?? '')?.groups?.['token'];
      const user = token === undefined ? undefined : userOf(token);
      if (user !== undefined) return user;
      if (admins.size === 0 && accepts === undefined) return ADMIN;
      throw new ApiError({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
    },
    issue(namespace, name, uid, expiresMs) {
      const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const subject = `system:serviceaccount:${namespace}:${name}`;
      const claims = {
        iss: 'https://kubernetes.default.svc',
        sub: subject,
        exp: Math.floor(expiresMs / 1000),
        jti: newId(),
      };
      const token = `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.${newId().replaceAll('-', '')}`;
      const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
      issued.set(token, { username: subject, uid, groups });
      return token;
    },
  };
}
