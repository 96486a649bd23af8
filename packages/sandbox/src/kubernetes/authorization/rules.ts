import type { Fields } from '../kube-api.js';
import type { Attributes } from './attributes.js';

/** A `PolicyRule` of RBAC. */
export interface PolicyRule {
  readonly verbs?: readonly string[] | null;
  readonly apiGroups?: readonly string[] | null;
  readonly resources?: readonly string[] | null;
  readonly resourceNames?: readonly string[] | null;
  readonly nonResourceURLs?: readonly string[] | null;
}

const ALL = '*';

/** The rules of a Role or ClusterRole. */
export function rulesOf(role: object): readonly PolicyRule[] {
  return ((role as Fields)['rules'] ?? []) as readonly PolicyRule[];
}

/** Does one rule allow this? */
export function allows(rule: PolicyRule, attributes: Attributes): boolean {
  const { verb, path, group = '', resource = '', subresource, name = '' } = attributes;
  if (!hasAny(rule.verbs, [verb])) return false;
  if (path !== undefined) return (rule.nonResourceURLs ?? []).some((url) => isUrlIn(url, path));
  if (!hasAny(rule.apiGroups, [group])) return false;
  const names = rule.resourceNames ?? [];
  if (names.length > 0 && !names.includes(name)) return false;
  const wanted = subresource === undefined ? [resource] : [`${resource}/${subresource}`, `*/${subresource}`];
  return hasAny(rule.resources, wanted);
}

function hasAny(list: readonly string[] | null | undefined, wanted: readonly string[]): boolean {
  return (list ?? []).some((one) => one === ALL || wanted.includes(one));
}

function isUrlIn(pattern: string, path: string): boolean {
  return pattern === ALL || pattern === path || (pattern.endsWith(ALL) && path.startsWith(pattern.slice(0, -1)));
}

/**
 * What `wanted` allows and `held` does not: rules of one verb, group, resource and name each.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
 */
export function missingFrom(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(breakDown).filter((rule) => !held.some((owned) => covers(owned, rule)));
}

function breakDown({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): PolicyRule[] {
  const names = resourceNames ?? [];
  const ofVerb = (verb: string): PolicyRule[] => [
    ...(apiGroups ?? []).flatMap((group) =>
      (resources ?? []).flatMap((resource): PolicyRule[] => {
        const rule = { apiGroups: [group], resources: [resource], verbs: [verb] };
        return names.length === 0 ? [rule] : names.map((name) => ({ ...rule, resourceNames: [name] }));
      }),
    ),
    ...(nonResourceURLs ?? []).map((url) => ({ nonResourceURLs: [url], verbs: [verb] })),
  ];
  return (verbs ?? []).flatMap(ofVerb);
}

function covers(
  held: PolicyRule,
  { verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule,
): boolean {
  const [verb = '', group, resource = '', name, url] = [
    verbs,
    apiGroups,
    resources,
    resourceNames,
    nonResourceURLs,
  ].map((list) => list?.[0]);
  if (!hasAny(held.verbs, [verb])) return false;
  if (url !== undefined) return (held.nonResourceURLs ?? []).some((pattern) => isUrlIn(pattern, url));
  const [, subresource] = resource.split('/');
  const as = subresource === undefined ? [resource] : [resource, `*/${subresource}`];
  const names = held.resourceNames ?? [];
  const isNamed = names.length === 0 || (name !== undefined && names.includes(name));
  return group !== undefined && hasAny(held.apiGroups, [group]) && hasAny(held.resources, as) && isNamed;
}

/** Rules as the server prints them, those of one resource in one line, in order. */
export function describeRules(rules: readonly PolicyRule[]): string[] {
  const compact = new Map<string, { rule: PolicyRule; verbs: string[] }>();
  for (const { verbs, ...rule } of rules) {
    const key = JSON.stringify(rule);
    const known = compact.get(key) ?? { rule, verbs: [] };
    compact.set(key, { rule, verbs: [...known.verbs, ...(verbs ?? [])] });
  }
  const list = (values: readonly string[]): string => `[${values.map((value) => JSON.stringify(value)).join(' ')}]`;
  const texts = [...compact.values()].map(({ rule, verbs }) => {
    const parts = [
      ['APIGroups', rule.apiGroups],
      ['Resources', rule.resources],
      ['NonResourceURLs', rule.nonResourceURLs],
      ['ResourceNames', rule.resourceNames],
      ['Verbs', verbs],
    ] as const;
    return `{${parts.flatMap(([name, values]) => (values?.length ? [`${name}:${list(values)}`] : [])).join(', ')}}`;
  });
  return texts.sort();
}
