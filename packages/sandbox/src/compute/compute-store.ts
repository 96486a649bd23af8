import type { Clock } from '../clock.js';
import { ComputeApiError } from './compute-error.js';
import type { ComputeCollection, ComputeRef, ComputeResource, ComputeScope } from './compute-resource.js';
import { computeCollections, formatLink } from './compute-resource.js';

/** A resource with its place. */
export interface ComputeEntry {
  readonly ref: ComputeRef;
  readonly resource: ComputeResource;
}

/** The resources of Compute Engine, in memory. */
export interface ComputeStore {
  /** @throws {ComputeApiError} 409 */
  add(ref: Omit<ComputeRef, 'name'>, resource: ComputeResource): ComputeEntry;
  find(ref: ComputeRef): ComputeEntry | undefined;
  /** In the order they were made. */
  list(of: {
    readonly project: string;
    readonly collection: ComputeCollection;
    readonly scope?: ComputeScope;
  }): ComputeEntry[];
  /** Refuses what something else still uses. @throws {ComputeApiError} 400, 404 */
  checkRemovable(ref: ComputeRef): void;
  /** Nothing happens where there is none. */
  remove(ref: ComputeRef): void;
}

/** @param options.newId Makes the resources' numeric ids. */
export function createComputeStore(options: { readonly clock: Pick<Clock, 'now'> }): ComputeStore {
  const entries = new Map<string, ComputeEntry>();
  let lastId = 1_000_000_000_000_000_000n;
  return {
    add(place, resource) {
      const ref = { ...place, name: resource.name };
      const link = formatLink(ref);
      if (entries.has(link))
        throw new ComputeApiError(409, 'alreadyExists', `The resource '${pathOf(link)}' already exists`);
      lastId += 1n;
      const [scopeKind = '', scopeName] = ref.scope.split('/');
      const entry: ComputeEntry = {
        ref,
        resource: {
          kind: computeCollections[ref.collection].kind,
          id: String(lastId),
          creationTimestamp: new Date(options.clock.now()).toISOString(),
          ...(scopeName === undefined ? {} : { [scopeKind.slice(0, -1)]: `${projectLink(ref)}/${ref.scope}` }),
          selfLink: link,
          ...resource,
        },
      };
      entries.set(link, entry);
      return entry;
    },
    find: (ref) => entries.get(formatLink(ref)),
    list: ({ project, collection, scope }) =>
      [...entries.values()].filter(({ ref }) => {
        return ref.project === project && ref.collection === collection && (scope === undefined || ref.scope === scope);
      }),
    checkRemovable(ref) {
      const link = formatLink(ref);
      const entry = entries.get(link);
      if (entry === undefined)
        throw new ComputeApiError(404, 'notFound', `The resource '${pathOf(link)}' was not found`);
      const rule = [...entries.values()].find(({ resource }) => {
        return resource.target === link || resource.backendService === link;
      });
      const user = entry.resource.users?.[0] ?? rule?.resource['selfLink'];
      if (user === undefined) return;
      const message = `The ${ref.collection.slice(0, -1)} resource '${pathOf(link)}' is already being used by '${pathOf(String(user))}'`;
      throw new ComputeApiError(400, 'resourceInUseByAnotherResource', message);
    },
    remove: (ref) => void entries.delete(formatLink(ref)),
  };
}

function projectLink(ref: ComputeRef): string {
  return formatLink(ref).split(`/${ref.scope}/`)[0] ?? '';
}

/** Messages name resources without the host. */
function pathOf(link: string): string {
  return link.slice(link.indexOf('projects/'));
}
