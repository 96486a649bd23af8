import { attributesOf } from '../authorization/attributes.js';
import type { Authorizer } from '../authorization/rbac.js';
import type { User } from '../authorization/user.js';
import { fault, invalid, methodNotAllowed } from '../errors.js';
import type { FieldError } from '../errors.js';
import type { Fields, KubeObject } from '../kube-api.js';

/** What decides reviews. */
export interface Reviewer {
  readonly user: User;
  readonly authorizer: Authorizer;
  /** The user behind a token, or `undefined`. */
  authenticate(token: string): User | undefined;
}

/** Answers a posted review: the object with its status. */
export function review(object: KubeObject, { user, authorizer, authenticate }: Reviewer): KubeObject {
  const metadata = { ...object.metadata, creationTimestamp: null };
  const { spec = {} } = object;
  switch (object.kind) {
    case 'SelfSubjectReview':
      return { ...object, metadata, status: { userInfo: user } };
    case 'SelfSubjectAccessReview':
      checkAttributes(spec);
      return { ...object, metadata, status: authorizer.authorize(attributesOf(user, spec)) };
    case 'SubjectAccessReview':
    case 'LocalSubjectAccessReview': {
      checkAttributes(spec);
      checkSubject(object);
      const subject = { username: spec['user'] ?? '', groups: spec['groups'] ?? [] };
      return { ...object, metadata, status: authorizer.authorize(attributesOf(subject, spec)) };
    }
    case 'SelfSubjectRulesReview':
      return { ...object, metadata, status: rulesStatus(authorizer, user, spec['namespace'] ?? '') };
    case 'TokenReview': {
      const found = authenticate(spec['token'] ?? '');
      const status =
        found === undefined ? { user: {}, error: 'invalid bearer token' } : { authenticated: true, user: found };
      return { ...object, metadata, status };
    }
    default:
      throw methodNotAllowed();
  }
}

function checkAttributes(spec: Fields): void {
  if ((spec['resourceAttributes'] === undefined) !== (spec['nonResourceAttributes'] === undefined)) return;
  const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  throw invalid({ group: 'authorization.k8s.io', kind: '' }, '', [
    fault.invalid('spec.resourceAttributes', 'null', why),
  ]);
}

function checkSubject({ kind, metadata, spec = {} }: KubeObject): void {
  const faults: FieldError[] = [];
  if (!spec['user'] && !spec['groups']?.length) {
    faults.push(fault.invalid('spec.user', '', 'at least one of user or group must be specified'));
  }
  const namespace: string = spec['resourceAttributes']?.namespace ?? '';
  if (kind === 'LocalSubjectAccessReview' && namespace !== (metadata.namespace ?? '')) {
    faults.push(fault.invalid('spec.resourceAttributes.namespace', namespace, 'must match metadata.namespace'));
  }
  if (faults.length > 0) throw invalid({ group: 'authorization.k8s.io', kind: '' }, '', faults);
}

function rulesStatus(authorizer: Authorizer, user: User, namespace: string): object {
  const rules = authorizer.rulesFor(user, namespace);
  return {
    resourceRules: rules
      .filter(({ resources }) => resources?.length)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        apiGroups,
        resources,
        ...(resourceNames?.length ? { resourceNames } : {}),
      })),
    nonResourceRules: rules
      .filter(({ nonResourceURLs }) => nonResourceURLs?.length)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
  };
}
