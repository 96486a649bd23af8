import { forbidden, notFound } from '../errors.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { Resource } from '../resources.js';
import type { ObjectStore } from '../store.js';
import type { Attributes, Decision } from './attributes.js';
import type { PolicyRule } from './rules.js';
import { allows, describeRules, missingFrom, rulesOf } from './rules.js';
import type { User } from './user.js';
import { MASTERS, serviceAccountOf } from './user.js';

/** Decides who may do what. */
export interface Authorizer {
  authorize(attributes: Attributes): Decision;
  /** Everything a user may do in a namespace, with what holds at the cluster scope. */
  rulesFor(user: User, namespace: string): readonly PolicyRule[];
  /** Refuses a role or binding that gives more than its writer has. @throws {ApiError} 403 */
  checkGrant(user: User, resource: Resource, object: KubeObject): void;
}

const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** Everybody may do everything. */
export const alwaysAllow: Authorizer = {
  authorize: () => ({ allowed: true }),
  rulesFor: () => EVERYTHING,
  checkGrant: () => undefined,
};

const GROUP = 'rbac.authorization.k8s.io';
const bucket = {
  roles: `roles.${GROUP}`,
  clusterRoles: `clusterroles.${GROUP}`,
  roleBindings: `rolebindings.${GROUP}`,
  clusterRoleBindings: `clusterrolebindings.${GROUP}`,
} as const;

/** A binding that is about a user, with the rules of its role. */
interface Grant {
  readonly binding: KubeObject;
  readonly subject: Fields;
  readonly rules: readonly PolicyRule[];
  /** What is wrong with its role. */
  readonly fault?: string;
}

/**
 * Role-based access control by the Roles and bindings that are stored.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/
 */
export function createRbacAuthorizer(store: ObjectStore): Authorizer {
  function* grantsOf(user: User, namespace: string | undefined): Generator<Grant> {
    for (const binding of store.list(bucket.clusterRoleBindings)) yield* grantBy(binding, user);
    if (namespace === undefined) return;
    for (const binding of store.list(bucket.roleBindings, namespace)) yield* grantBy(binding, user);
  }

  function* grantBy(binding: KubeObject, user: User): Generator<Grant> {
    const { namespace } = binding.metadata;
    const subject = ((binding['subjects'] ?? []) as Fields[]).find((one) => isSubject(one, user, namespace));
    if (subject === undefined) return;
    yield { binding, subject, ...rulesBehind(binding) };
  }

  function rulesBehind({ metadata: { namespace }, ...binding }: KubeObject): {
    rules: readonly PolicyRule[];
    fault?: string;
  } {
    const { kind, name } = binding['roleRef'] as { kind: string; name: string };
    const role =
      kind === 'Role' ? store.get(bucket.roles, namespace, name) : store.get(bucket.clusterRoles, undefined, name);
    if (role !== undefined) return { rules: rulesOf(role) };
    return { rules: [], fault: `${kind.toLowerCase()}.${GROUP} ${JSON.stringify(name)} not found` };
  }

  function authorize(attributes: Attributes): Decision {
    const { user, namespace } = attributes;
    if (user.groups.includes(MASTERS)) return { allowed: true };
    const faults: string[] = [];
    for (const { binding, subject, rules, fault } of grantsOf(user, namespace)) {
      if (fault !== undefined) faults.push(fault);
      if (rules.some((rule) => allows(rule, attributes))) {
        return { allowed: true, reason: `RBAC: allowed by ${describe(binding, subject)}` };
      }
    }
    if (faults.length === 0) return { allowed: false };
    return { allowed: false, reason: `RBAC: ${faults.length === 1 ? faults[0] : `[${faults.join(', ')}]`}` };
  }

  function rulesFor(user: User, namespace: string | undefined): readonly PolicyRule[] {
    return [...grantsOf(user, namespace)].flatMap(({ rules }) => rules);
  }

  function checkGrant(user: User, resource: Resource, object: KubeObject): void {
    if (resource.group !== GROUP || user.groups.includes(MASTERS)) return;
    const { namespace, name = '' } = object.metadata;
    const isBinding = object['roleRef'] !== undefined;
    const about = isBinding
      ? { verb: 'bind', name: String((object['roleRef'] as Fields)['name']) }
      : { verb: 'escalate', name };
    const roleKind = isBinding ? (object['roleRef'] as Fields)['kind'] : resource.kind;
    const attributes: Attributes = {
      user,
      ...about,
      group: GROUP,
      resource: roleKind === 'Role' ? 'roles' : 'clusterroles',
      ...(namespace === undefined ? {} : { namespace }),
    };
    if (authorize(attributes).allowed) return;
    const wanted = isBinding ? rulesBehind(object) : { rules: rulesOf(object) };
    if (wanted.fault !== undefined)
      throw notFound({ group: GROUP, resource: attributes.resource ?? '', kind: '' }, about.name);
    const missing = missingFrom(rulesFor(user, namespace), wanted.rules);
    if (missing.length === 0) return;
    const groups = `[${user.groups.map((group) => JSON.stringify(group)).join(' ')}]`;
    const why =
      `user ${JSON.stringify(user.username)} (groups=${groups}) is attempting to grant RBAC permissions not currently held:\n` +
      describeRules(missing).join('\n');
    throw forbidden(resource, name, why);
  }

  return { authorize, rulesFor, checkGrant };
}

function isSubject({ kind, name, namespace }: Fields, user: User, ofBinding: string | undefined): boolean {
  if (kind === 'User') return name === user.username;
  if (kind === 'Group') return user.groups.includes(name as string);
  const account = serviceAccountOf(user.username);
  return kind === 'ServiceAccount' && account?.name === name && account?.namespace === (namespace || ofBinding);
}

function describe({ kind, metadata, ...binding }: KubeObject, subject: Fields): string {
  const { namespace, name = '' } = metadata;
  const role = binding['roleRef'] as Fields;
  const what = namespace === undefined ? name : `${name}/${namespace}`;
  const who =
    subject['kind'] === 'ServiceAccount' ? `${subject['name']}/${subject['namespace'] || namespace}` : subject['name'];
  const quoted = (text: unknown): string => JSON.stringify(text);
  return `${kind} ${quoted(what)} of ${role['kind']} ${quoted(role['name'])} to ${subject['kind']} ${quoted(who)}`;
}
