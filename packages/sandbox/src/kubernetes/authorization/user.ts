/** Who is asking. */
export interface User {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
}

export const MASTERS = 'system:masters';
export const AUTHENTICATED = 'system:authenticated';
export const UNAUTHENTICATED = 'system:unauthenticated';

/** An administrator: may do everything, whatever roles there are. */
export const ADMIN: User = { username: 'kubernetes-admin', groups: [MASTERS, AUTHENTICATED] };
/** Whoever shows nothing. */
export const ANONYMOUS: User = { username: 'system:anonymous', groups: [UNAUTHENTICATED] };

const SERVICE_ACCOUNT = /^system:serviceaccount:(?<namespace>[^:]+):(?<name>[^:]+)$/;

/** The user that a service account is. */
export function serviceAccountUser(namespace: string, name: string, uid?: string): User {
  const username = `system:serviceaccount:${namespace}:${name}`;
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, AUTHENTICATED];
  return { username, ...(uid === undefined ? {} : { uid }), groups };
}

/** The service account that a user is; `undefined` for others. */
export function serviceAccountOf(username: string): { readonly namespace: string; readonly name: string } | undefined {
  const { namespace, name } = SERVICE_ACCOUNT.exec(username)?.groups ?? {};
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}
