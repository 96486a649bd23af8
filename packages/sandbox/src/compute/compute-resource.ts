/** Kinds of resources that are kept, by the plural of their paths, and where each may be. */
export const computeCollections = {
  disks: { kind: 'compute#disk', scopes: ['zones', 'regions'] },
  firewalls: { kind: 'compute#firewall', scopes: ['global'] },
  forwardingRules: { kind: 'compute#forwardingRule', scopes: ['regions', 'global'] },
  targetPools: { kind: 'compute#targetPool', scopes: ['regions'] },
  backendServices: { kind: 'compute#backendService', scopes: ['regions', 'global'] },
} as const satisfies Record<string, { readonly kind: string; readonly scopes: readonly string[] }>;
export type ComputeCollection = keyof typeof computeCollections;

/** `global`, `zones/us-east1-b` or `regions/us-east1`. */
export type ComputeScope = 'global' | `zones/${string}` | `regions/${string}`;

/** Where a resource is. */
export interface ComputeRef {
  readonly project: string;
  readonly scope: ComputeScope;
  readonly collection: ComputeCollection;
  readonly name: string;
}

/** A resource: its fields as the API writes them, of which `name` is always there. */
export interface ComputeResource {
  readonly name: string;
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Links of what a disk is attached to. */
  readonly users?: readonly string[];
  /** Link of the target pool of a forwarding rule. */
  readonly target?: string;
  /** Link of the backend service of a forwarding rule. */
  readonly backendService?: string;
  readonly targetTags?: readonly string[];
  readonly [field: string]: unknown;
}

const BASE = 'https://www.googleapis.com/compute/v1';

/** What `selfLink` says, and other resources refer to it by. */
export function formatLink({ project, scope, collection, name }: ComputeRef): string {
  return `${BASE}/projects/${project}/${scope}/${collection}/${name}`;
}
