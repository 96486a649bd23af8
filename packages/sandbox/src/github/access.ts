import { HTTPException } from 'hono/http-exception';
import type { Call } from './answers.js';
import { notFound } from './answers.js';
import type { Permission, RepositoryState } from './github-state.js';

/** From least to most. */
export const permissions: readonly Permission[] = ['none', 'read', 'triage', 'write', 'maintain', 'admin'];

/** Who asks, and what they may do. */
export interface Access {
  /** Login of who asks; `undefined` is anonymous. Throws 401 for a token nobody has. */
  find(context: Call): string | undefined;
  /** As {@link find}, but throws 401 for the anonymous. */
  require(context: Call): string;
  permissionOf(login: string | undefined, state: RepositoryState): Permission;
  /** Whether there is such an account. */
  isKnown(login: string, repositories: Iterable<RepositoryState>): boolean;
}

/**
 * @param options.accounts Login by token. Without them everybody is `login` and may do everything.
 */
export function createAccess(options: {
  readonly accounts?: Readonly<Record<string, string>> | undefined;
  readonly login: string;
}): Access {
  const { accounts, login } = options;
  const find = (context: Call): string | undefined => {
    if (accounts === undefined) return login;
    const header = context.req.header('authorization');
    if (header === undefined) return undefined;
    const found = accounts[tokenIn(header)];
    if (found === undefined) throw new HTTPException(401, { message: 'Bad credentials' });
    return found;
  };
  return {
    find,
    require(context) {
      const found = find(context);
      if (found === undefined) throw new HTTPException(401, { message: 'Requires authentication' });
      return found;
    },
    permissionOf(who, state) {
      if (accounts === undefined) return 'admin';
      return lookUp(state.collaborators, who) ?? (state.isPrivate ? 'none' : 'read');
    },
    isKnown(who, repositories) {
      if (accounts === undefined) return true;
      const isSame = (one: string) => one.toLowerCase() === who.toLowerCase();
      if (Object.values(accounts).some(isSame)) return true;
      return [...repositories].some(({ collaborators }) => [...collaborators.keys()].some(isSame));
    },
  };
}

/** Throws 403 where the right is not enough. */
export function demand(has: Permission, needs: Permission, message: string): void {
  if (!isEnough(has, needs)) throw new HTTPException(403, { message });
}

/** Throws 404 where the right is not enough: that is how GitHub hides what one may not see. */
export function demandSight(has: Permission, needs: Permission): void {
  if (!isEnough(has, needs)) throw notFound();
}

/** Logins differ by more than case. */
export function lookUp(collaborators: ReadonlyMap<string, Permission>, login: string | undefined) {
  return [...collaborators].find(([name]) => name.toLowerCase() === login?.toLowerCase())?.[1];
}

function isEnough(has: Permission, needs: Permission): boolean {
  return permissions.indexOf(has) >= permissions.indexOf(needs);
}

function tokenIn(header: string): string {
  const [scheme = '', value = ''] = header.split(/\s+/);
  if (scheme.toLowerCase() !== 'basic') return value;
  return Buffer.from(value, 'base64').toString('utf8').split(':').at(-1) ?? '';
}
