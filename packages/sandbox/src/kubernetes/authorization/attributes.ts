import { ApiError } from '../api-error.js';
import { forbidden } from '../errors.js';
import type { Fields } from '../kube-api.js';
import type { User } from './user.js';

/** What somebody wants to do: with a resource, or with a path that is none. */
export interface Attributes {
  readonly user: User;
  /** `get`, `list`, `watch`, `create`, …; the HTTP method in lower case for paths. */
  readonly verb: string;
  /** Of the API itself: `/version`. Then the rest is absent. */
  readonly path?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  /** Absent at the cluster scope. */
  readonly namespace?: string;
  readonly name?: string;
}

/** What an authorizer found. */
export interface Decision {
  readonly allowed: boolean;
  /** Which binding allows it, or what was in the way of finding out. */
  readonly reason?: string;
}

/** What is asked about in the spec of an access review. */
export function attributesOf(user: User, spec: Fields): Attributes {
  const { nonResourceAttributes, resourceAttributes = {} } = spec;
  if (nonResourceAttributes !== undefined) {
    return { user, verb: nonResourceAttributes.verb ?? '', path: nonResourceAttributes.path ?? '' };
  }
  const { verb = '', group = '', resource = '', subresource, namespace, name } = resourceAttributes as Fields;
  const filled = Object.entries({ subresource, namespace, name }).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  return { user, verb, group, resource, ...Object.fromEntries(filled) };
}

/** The 403 of a request that is not allowed, as the real server words it. */
export function refusal(attributes: Attributes, { reason }: Decision): ApiError {
  const { user, verb, path, group = '', resource = '', subresource, namespace, name = '' } = attributes;
  const why = reason === undefined || reason === '' ? '' : `: ${reason}`;
  const who = `User ${JSON.stringify(user.username)} cannot ${verb}`;
  if (path !== undefined) {
    const message = `forbidden: ${who} path ${JSON.stringify(path)}${why}`;
    return new ApiError({ code: 403, reason: 'Forbidden', message, details: {} });
  }
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  const text = `${who} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}${why}`;
  return forbidden({ group, resource, kind: '' }, name, text);
}
