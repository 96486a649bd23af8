/** What clusters leave in Compute Engine, by the plural of the API's paths. */
export const computeCollections = ['disks', 'firewalls', 'forwardingRules', 'targetPools', 'backendServices'] as const;
export type ComputeCollection = (typeof computeCollections)[number];

/** One resource of Compute Engine. */
export interface ComputeResource {
  readonly collection: ComputeCollection;
  readonly project: string;
  /** `global`, `zones/us-east1-b` or `regions/us-east1`. */
  readonly scope: string;
  readonly name: string;
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Tags of the machines a firewall rule is for. */
  readonly targetTags: readonly string[];
  /** Names of what a disk is attached to. */
  readonly users: readonly string[];
  /** Name of the target pool or backend service that a forwarding rule leads to; `''` for none. */
  readonly backend: string;
}

/** Resources of one kind. */
export interface ComputeList {
  readonly resources: readonly ComputeResource[];
  /** Scopes that did not answer: when there are any, the list is incomplete. */
  readonly missing: readonly string[];
}

/** `disk pvc-1 in us-east1-b`, for messages. */
export function formatComputeResource({ collection, scope, name }: ComputeResource): string {
  const kind = collection.replace(/s$/, '').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  const where = scope === 'global' ? '' : ` in ${scope.replace(/^.*\//, '')}`;
  return `${kind} ${name}${where}`;
}

/** Reads a resource of the API. Fields that are missing are empty. */
export function parseComputeResource(
  of: Pick<ComputeResource, 'collection' | 'project' | 'scope'>,
  resource: Readonly<Record<string, unknown>>,
): ComputeResource {
  const text = (field: string): string => (typeof resource[field] === 'string' ? (resource[field] as string) : '');
  const list = (field: string): readonly string[] =>
    Array.isArray(resource[field]) ? resource[field].map(String) : [];
  const lastPart = (link: string): string => link.slice(link.lastIndexOf('/') + 1);
  return {
    ...of,
    name: text('name'),
    description: text('description'),
    labels: { ...(resource['labels'] as Readonly<Record<string, string>> | undefined) },
    targetTags: list('targetTags'),
    users: list('users').map(lastPart),
    backend: lastPart(text('target') || text('backendService')),
  };
}
