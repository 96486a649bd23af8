import { matchesSelector } from '../controllers/label-selector.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { Resource } from '../resources.js';
import type { ObjectStore } from '../store.js';

/** What is done to an object. */
export type Operation = 'CREATE' | 'UPDATE' | 'DELETE';

/** What webhooks decide on. */
export interface Attributes {
  readonly operation: Operation;
  readonly resource: Resource;
  /** Such as `status`; absent for the object itself. */
  readonly subresource?: string;
  readonly namespace: string | undefined;
  /** As it is to be; absent on DELETE. */
  readonly object?: KubeObject;
  /** As it is; absent on CREATE. */
  readonly oldObject?: KubeObject;
}

/** One entry of `webhooks` in a configuration. */
export type Webhook = Fields;

const GROUP = 'admissionregistration.k8s.io';
const buckets = {
  mutating: `mutatingwebhookconfigurations.${GROUP}`,
  validating: `validatingwebhookconfigurations.${GROUP}`,
} as const;

/** Is there any webhook at all? */
export function hasWebhooks(store: ObjectStore): boolean {
  return store.count(buckets.mutating) + store.count(buckets.validating) > 0;
}

/**
 * The webhooks to be asked, configurations in order of their names. Those of webhook configurations themselves never
 * are, lest one made wrong could not be mended. `matchConditions` are taken as met: there is no CEL here.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-rules
 */
export function webhooksFor(store: ObjectStore, kind: keyof typeof buckets, attributes: Attributes): Webhook[] {
  const { resource } = attributes;
  if (resource.group === GROUP && resource.resource.endsWith('webhookconfigurations')) return [];
  return store
    .list(buckets[kind])
    .flatMap((configuration) => (configuration['webhooks'] ?? []) as Webhook[])
    .filter((webhook) => isAsked(store, webhook, attributes));
}

function isAsked(store: ObjectStore, webhook: Webhook, attributes: Attributes): boolean {
  const { rules = [], objectSelector, namespaceSelector } = webhook;
  if (!(rules as Fields[]).some((rule) => fitsRule(rule, webhook, attributes))) return false;
  const objects = [attributes.object, attributes.oldObject].filter((object) => object !== undefined);
  const selected = objects.some(({ metadata }) => matchesSelector(objectSelector ?? {}, metadata.labels));
  return selected && inNamespace(store, namespaceSelector ?? {}, attributes);
}

function fitsRule(rule: Fields, webhook: Webhook, { operation, resource, subresource }: Attributes): boolean {
  const has = (member: string, value: string): boolean => {
    const listed: readonly string[] = rule[member] ?? [];
    return listed.includes('*') || listed.includes(value);
  };
  // Equivalent: a rule for another version of the resource means it too.
  const anyVersion = (webhook['matchPolicy'] ?? 'Equivalent') === 'Equivalent';
  const scope: string = rule['scope'] ?? '*';
  return (
    has('operations', operation) &&
    has('apiGroups', resource.group) &&
    (anyVersion || has('apiVersions', resource.version)) &&
    (scope === '*' || (scope === 'Namespaced') === resource.namespaced) &&
    ((rule['resources'] ?? []) as string[]).some((pattern) => fitsResource(pattern, resource.resource, subresource))
  );
}

/** `pods`, `pods/status`, `pods/*`, `*` (no subresources), every one by a star on both sides. */
function fitsResource(pattern: string, resource: string, subresource: string | undefined): boolean {
  const [name, sub] = pattern.split('/');
  if (name !== '*' && name !== resource) return false;
  return sub === '*' || sub === subresource;
}

// Cluster-wide objects are in no namespace, so no selector keeps a webhook from them; a namespace is in itself.
function inNamespace(
  store: ObjectStore,
  selector: Fields,
  { resource, namespace, object, oldObject }: Attributes,
): boolean {
  if (resource.bucket === 'namespaces.') return matchesSelector(selector, (object ?? oldObject)?.metadata.labels);
  if (!resource.namespaced) return true;
  return matchesSelector(selector, store.get('namespaces.', undefined, namespace ?? '')?.metadata.labels);
}
