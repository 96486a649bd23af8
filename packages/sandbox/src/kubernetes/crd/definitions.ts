import { isEqual } from '../equal.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { Operations } from '../operations.js';
import type { Resource, ResourceRegistry } from '../resources.js';
import type { ObjectStore } from '../store.js';

const BUCKET = 'customresourcedefinitions.apiextensions.k8s.io';
const FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';
const ALL_VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const READ_WRITE = ['get', 'patch', 'update'];

/** What {@link Definitions} works on. */
export interface DefinitionsDeps {
  readonly store: ObjectStore;
  readonly registry: ResourceRegistry;
  readonly operations: Operations;
  /** Told of what went wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void;
}

/**
 * Follows CustomResourceDefinitions: accepts their names, serves their resources, and removes the objects of those that
 * are deleted.
 */
export class Definitions {
  readonly #store: ObjectStore;
  readonly #registry: ResourceRegistry;
  readonly #operations: Operations;
  readonly #stops: (() => void)[] = [];
  readonly #emptying = new Set<string>();
  readonly #onError: (error: unknown) => void;

  constructor(deps: DefinitionsDeps) {
    const { store, registry, operations, onError } = deps;
    this.#onError = onError;
    this.#store = store;
    this.#registry = registry;
    this.#operations = operations;
    this.#stops.push(store.listen(BUCKET, ({ type, object }) => this.#changed(type, object)));
  }

  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  #changed(type: string, definition: KubeObject): void {
    this.#serve();
    if (type === 'DELETED') return;
    // After the write that is under way has been answered, as the real controllers do.
    queueMicrotask(() => {
      const current = this.#store.get(BUCKET, undefined, definition.metadata.name ?? '');
      if (current === undefined || current.metadata.uid !== definition.metadata.uid) return;
      try {
        if (current.metadata.deletionTimestamp === undefined) this.#accept(current);
        else this.#empty(current);
      } catch (error) {
        // Nobody waits for this; the definition stays as it is until it changes again.
        this.#onError(error);
      }
    });
  }

  #resource(): Resource | undefined {
    return this.#registry.stored({ group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' });
  }

  #accept(definition: KubeObject): void {
    const resource = this.#resource();
    if (resource === undefined) return;
    const next = structuredClone(definition);
    const conditions: Fields[] = next.status?.['conditions'] ?? [];
    const time = this.#operations.now();
    const taken = this.#takenName(definition);
    const accepted = taken === undefined;
    const wasEstablished = conditions.some((one) => one['type'] === 'Established' && one['status'] === 'True');
    setCondition(conditions, {
      type: 'NamesAccepted',
      status: accepted ? 'True' : 'False',
      lastTransitionTime: time,
      reason: accepted ? 'NoConflicts' : taken.reason,
      message: accepted ? 'no conflicts found' : taken.message,
    });
    // Two writes, as by the two controllers of the real server: names first, then establishment.
    const wasAccepted =
      wasEstablished || definition.status?.['acceptedNames']?.plural === definition.spec?.['names']?.plural;
    const message = accepted || wasEstablished ? 'the initial names have been accepted' : 'not all names are accepted';
    if (wasEstablished || (accepted && wasAccepted)) {
      setCondition(conditions, {
        type: 'Established',
        status: 'True',
        lastTransitionTime: time,
        reason: 'InitialNamesAccepted',
        message,
      });
    } else {
      const reason = accepted ? 'Installing' : 'NotAccepted';
      setCondition(conditions, { type: 'Established', status: 'False', lastTransitionTime: time, reason, message });
    }
    const { plural, singular, shortNames, kind, listKind, categories } = definition.spec?.['names'] ?? {};
    const names = JSON.parse(JSON.stringify({ plural, singular, shortNames, kind, listKind, categories })) as Fields;
    const stored = storageVersion(definition)?.['name'];
    const storedVersions: string[] = next.status?.['storedVersions'] ?? [];
    next.status = {
      ...next.status,
      conditions,
      acceptedNames: accepted ? names : (next.status?.['acceptedNames'] ?? { plural: '', kind: '' }),
      storedVersions: storedVersions.includes(stored) ? storedVersions : [...storedVersions, stored],
    };
    if (isEqual(next, definition)) return;
    this.#operations.write(resource, definition, next, {
      manager: 'kube-apiserver',
      subresource: 'status',
      internal: true,
    });
  }

  #takenName(definition: KubeObject): { reason: string; message: string } | undefined {
    const { group, names = {} } = definition.spec ?? {};
    let taken: { reason: string; message: string } | undefined;
    for (const other of this.#store.list(BUCKET)) {
      if (other.metadata.uid === definition.metadata.uid || other.spec?.['group'] !== group) continue;
      if (!isEstablished(other)) continue;
      const accepted = other.status?.['acceptedNames'] ?? {};
      const used = new Set([accepted.plural, accepted.singular, ...(accepted.shortNames ?? [])]);
      const short: string | undefined = (names.shortNames ?? []).find((name: string) => used.has(name));
      // The last one found is told.
      for (const [kind, name, isTaken] of [
        ['Plural', names.plural, used.has(names.plural)],
        ['Singular', names.singular, used.has(names.singular)],
        ['ShortNames', short, short !== undefined],
        ['Kind', names.kind, accepted.kind === names.kind],
        ['ListKind', names.listKind, accepted.listKind === names.listKind],
      ] as const) {
        if (isTaken) taken = { reason: `${kind}Conflict`, message: `"${String(name)}" is already in use` };
      }
    }
    return taken;
  }

  #serve(): void {
    this.#registry.setCustom(this.#store.list(BUCKET).flatMap(resourcesOf));
  }

  #empty(definition: KubeObject): void {
    const name = definition.metadata.name ?? '';
    if (this.#emptying.has(name) || definition.metadata.finalizers?.includes(FINALIZER) !== true) return;
    const resource = resourcesOf(definition).find(({ custom }) => custom?.storage === true);
    if (resource === undefined) return this.#release(name);
    this.#emptying.add(name);
    for (const { metadata } of this.#store.list(resource.bucket)) {
      this.#operations.delete(resource, metadata.namespace, metadata.name ?? '');
    }
    const finish = (): void => {
      if (this.#store.count(resource.bucket) > 0) return;
      stop();
      this.#emptying.delete(name);
      queueMicrotask(() => this.#release(name));
    };
    const stop = this.#store.listen(resource.bucket, finish);
    finish();
  }

  #release(name: string): void {
    const definition = this.#store.get(BUCKET, undefined, name);
    const resource = this.#resource();
    if (definition === undefined || resource === undefined) return;
    const next = structuredClone(definition);
    next.metadata.finalizers = (next.metadata.finalizers ?? []).filter((one) => one !== FINALIZER);
    this.#operations.write(resource, definition, next, { manager: 'kube-apiserver', internal: true });
  }
}

function setCondition(conditions: Fields[], next: Fields): void {
  const at = conditions.findIndex((one) => one['type'] === next['type']);
  const old = conditions[at];
  if (old === undefined) conditions.push(next);
  else if (old['status'] !== next['status'] || old['reason'] !== next['reason']) conditions[at] = next;
}

function storageVersion(definition: KubeObject): Fields | undefined {
  return (definition.spec?.['versions'] ?? []).find((version: Fields) => version['storage'] === true);
}

function isEstablished({ status }: KubeObject): boolean {
  return (status?.['conditions'] ?? []).some(
    (one: Fields) => one['type'] === 'Established' && one['status'] === 'True',
  );
}

/** The resources a definition serves, one for each version; none until its names are accepted. */
export function resourcesOf(definition: KubeObject): Resource[] {
  if (!isEstablished(definition)) return [];
  const { group, scope, versions = [], preserveUnknownFields } = definition.spec ?? {};
  const names: Fields = definition.status?.['acceptedNames'] ?? {};
  return (versions as Fields[])
    .filter((version) => version['served'] === true)
    .map((version) => {
      const { name, subresources = {}, schema, additionalPrinterColumns, deprecated, deprecationWarning } = version;
      const kind: string = names['kind'];
      const apiVersion = `${group}/${name}`;
      return {
        group,
        version: name,
        resource: names['plural'],
        kind,
        singular: names['singular'] ?? kind.toLowerCase(),
        listKind: names['listKind'] ?? `${kind}List`,
        shortNames: names['shortNames'] ?? [],
        categories: names['categories'] ?? [],
        namespaced: scope === 'Namespaced',
        verbs: ALL_VERBS,
        bucket: `${names['plural']}.${group}`,
        hasStatus: subresources.status !== undefined,
        ...(subresources.scale === undefined ? {} : { scale: subresources.scale }),
        generation: subresources.status === undefined ? 'all-but-metadata' : 'spec',
        createsOnUpdate: false,
        needsVersion: true,
        returnsDeleted: false,
        orphansByDefault: false,
        ephemeral: false,
        subresources: [
          ...(subresources.status === undefined ? [] : [{ name: 'status', kind, verbs: READ_WRITE }]),
          ...(subresources.scale === undefined
            ? []
            : [{ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: READ_WRITE }]),
        ],
        ...(deprecated === true ? { warning: deprecationWarning ?? `${apiVersion} ${kind} is deprecated` } : {}),
        custom: {
          storage: version['storage'] === true,
          schema: preserveUnknownFields === true ? undefined : schema?.openAPIV3Schema,
          columns: additionalPrinterColumns,
          definition: definition.metadata.name ?? '',
        },
      } satisfies Resource;
    });
}
