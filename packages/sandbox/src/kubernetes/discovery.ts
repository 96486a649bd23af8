import type { Resource, ResourceRegistry, Subresource } from './resources.js';
import { apiVersionOf } from './resources.js';

type Json = Record<string, unknown>;

/** Versions of a group in order of preference. */
function versionsOf(resources: readonly Resource[]): string[] {
  return [...new Set(resources.map(({ version }) => version))].sort(compareVersions);
}

/** Orders versions as Kubernetes does: v2, v1, v1beta2, v1beta1, v1alpha1, others by name. */
export function compareVersions(a: string, b: string): number {
  const rank = (version: string): readonly [number, number, number] => {
    const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
    if (match === null) return [3, 0, 0];
    const stage = match[2] === undefined ? 0 : match[2] === 'beta' ? 1 : 2;
    return [stage, -Number(match[1]), -Number(match[3] ?? 0)];
  };
  const [left, right] = [rank(a), rank(b)];
  for (let index = 0; index < 3; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/** All groups but the core one, each with its resources, in the order they are defined. */
function groupsOf(registry: ResourceRegistry): Map<string, Resource[]> {
  const groups = new Map<string, Resource[]>();
  for (const resource of registry.all()) {
    if (resource.group === '') continue;
    groups.set(resource.group, [...(groups.get(resource.group) ?? []), resource]);
  }
  return groups;
}

function groupEntry(name: string, resources: readonly Resource[]): Json {
  const versions = versionsOf(resources).map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions, preferredVersion: versions[0] };
}

/** `GET /api`. */
export function apiVersions(serverAddress: string): Json {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  };
}

/** `GET /apis`. */
export function apiGroupList(registry: ResourceRegistry): Json {
  const groups = [...groupsOf(registry)].map(([name, resources]) => groupEntry(name, resources));
  return { kind: 'APIGroupList', apiVersion: 'v1', groups };
}

/** `GET /apis/GROUP`, or `undefined`. */
export function apiGroup(registry: ResourceRegistry, name: string): Json | undefined {
  const resources = groupsOf(registry).get(name);
  return resources === undefined ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(name, resources) };
}

/** `GET /apis/GROUP/VERSION` and `GET /api/v1`, or `undefined`. */
export function apiResourceList(registry: ResourceRegistry, group: string, version: string): Json | undefined {
  const resources = registry.all().filter((one) => one.group === group && one.version === version);
  if (resources.length === 0) return undefined;
  const entries = resources.flatMap((resource) => [
    {
      name: resource.resource,
      singularName: resource.singular,
      namespaced: resource.namespaced,
      kind: resource.kind,
      verbs: resource.verbs,
      ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}),
      ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
    },
    ...resource.subresources.map((subresource) => subresourceEntry(resource, subresource)),
  ]);
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: apiVersionOf({ group, version }),
    // Built-in ones by name; of a definition first the objects, then status and scale.
    resources: resources.some(({ custom }) => custom !== undefined)
      ? entries
      : entries.sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function subresourceEntry(
  resource: Resource,
  { name, kind, group, version, verbs }: Subresource,
): Json & { name: string } {
  return {
    name: `${resource.resource}/${name}`,
    singularName: '',
    namespaced: resource.namespaced,
    ...(group === undefined ? {} : { group, version }),
    kind,
    verbs,
  };
}

/** Aggregated discovery of the core group or of all others. */
export function groupDiscoveryList(registry: ResourceRegistry, isCore: boolean, version: 'v2' | 'v2beta1'): Json {
  const groups: [string, readonly Resource[]][] = isCore
    ? [['', registry.all().filter(({ group }) => group === '')]]
    : [...groupsOf(registry)];
  const items = groups.map(([name, resources]) => ({
    metadata: { ...(name === '' ? {} : { name }), creationTimestamp: null },
    versions: versionsOf(resources).map((one) => ({
      version: one,
      resources: resources.filter((resource) => resource.version === one).map(discoveryEntry),
      freshness: 'Current',
    })),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items };
}

function discoveryEntry(resource: Resource): Json {
  const { group, version, kind } = resource;
  return {
    resource: resource.resource,
    responseKind: { group, version, kind },
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}),
    ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
    ...(resource.subresources.length > 0
      ? {
          subresources: resource.subresources.map((subresource) => ({
            subresource: subresource.name,
            responseKind: {
              group: subresource.group ?? group,
              version: subresource.version ?? version,
              kind: subresource.kind,
            },
            verbs: subresource.verbs,
          })),
        }
      : {}),
  };
}
