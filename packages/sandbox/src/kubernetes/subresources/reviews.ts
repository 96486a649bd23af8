import type { Fields, KubeObject } from '../kube-api.js';
import { fault, invalid, methodNotAllowed } from '../errors.js';

/** Who is asking. */
export interface User {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
}

const EVERYTHING = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  incomplete: false,
};

/** What decides reviews. */
export interface Reviewer {
  readonly user: User;
  /** The user behind a token, or `undefined`. */
  authenticate(token: string): User | undefined;
  /** May a user do this? */
  authorize(user: User, spec: Fields): { allowed: boolean; reason?: string };
}

/** Answers a posted review: the object with its status. */
export function review(object: KubeObject, reviewer: Reviewer): KubeObject {
  const metadata = { ...object.metadata, creationTimestamp: null };
  const { spec = {} } = object;
  switch (object.kind) {
    case 'SelfSubjectReview':
      return { ...object, metadata, status: { userInfo: reviewer.user } };
    case 'SelfSubjectAccessReview':
      checkAttributes(spec);
      return { ...object, metadata, status: reviewer.authorize(reviewer.user, spec) };
    case 'SubjectAccessReview':
    case 'LocalSubjectAccessReview': {
      checkAttributes(spec);
      const user = { username: spec['user'] ?? '', groups: spec['groups'] ?? [] };
      return { ...object, metadata, status: reviewer.authorize(user, spec) };
    }
    case 'SelfSubjectRulesReview':
      return { ...object, metadata, status: EVERYTHING };
    case 'TokenReview': {
      const user = reviewer.authenticate(spec['token'] ?? '');
      const status = user === undefined ? { user: {}, error: 'invalid bearer token' } : { authenticated: true, user };
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
