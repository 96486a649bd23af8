import type { IncomingHttpHeaders } from 'node:http';
import type { Attributes } from './attributes.js';
import { authorize } from './authorize.js';
import type { Authorizer } from './rbac.js';
import type { User } from './user.js';
import { ANONYMOUS, AUTHENTICATED, serviceAccountOf, serviceAccountUser, UNAUTHENTICATED } from './user.js';

/**
 * Who a request is for: the user, or whom `Impersonate-User` and `Impersonate-Group` name (`kubectl --as`).
 *
 * @throws {ApiError} 403 when the user may not act as them
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
 */
export function impersonated(user: User, headers: IncomingHttpHeaders, authorizer: Authorizer): User {
  const username = headers['impersonate-user'];
  if (typeof username !== 'string' || username === '') return user;
  const named = headers['impersonate-group'];
  // Node joins what is sent more than once.
  const groups = (Array.isArray(named) ? named : (named ?? '').split(','))
    .map((group) => group.trim())
    .filter((group) => group !== '');
  const account = serviceAccountOf(username);
  const check = (about: Omit<Attributes, 'user' | 'verb' | 'group'>): void =>
    authorize(authorizer, { user, verb: 'impersonate', group: '', ...about });
  if (account === undefined) check({ resource: 'users', name: username });
  else check({ resource: 'serviceaccounts', ...account });
  for (const name of groups) check({ resource: 'groups', name });
  const own = account === undefined ? [] : serviceAccountUser(account.namespace, account.name).groups;
  const given = groups.length > 0 ? groups : own;
  const isKnown = given.includes(AUTHENTICATED) || given.includes(UNAUTHENTICATED);
  const all = username === ANONYMOUS.username ? UNAUTHENTICATED : AUTHENTICATED;
  return { username, groups: isKnown ? given : [...given, all] };
}
