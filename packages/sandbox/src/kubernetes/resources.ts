import type { ApiResource } from './kube-api.js';
import type { CustomVersion } from './crd/definition.js';
import { types } from './schema/types.js';
import type { StructType } from './schema/types.js';

/** When `metadata.generation` counts up. */
export type GenerationRule = 'none' | 'spec' | 'spec-or-annotations' | 'all-but-metadata';

/** Paths of the scale subresource. */
export interface ScaleRule {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

/** A resource in one served version, with the rules the server follows for it. */
export interface Resource extends ApiResource {
  readonly singular: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  /** Name of the objects' place in the store; the same for all versions. */
  readonly bucket: string;
  /** Absent for custom resources. */
  readonly type?: StructType;
  readonly custom?: CustomVersion;
  readonly hasStatus: boolean;
  readonly scale?: ScaleRule;
  readonly generation: GenerationRule;
  /** PUT of a missing object creates it. */
  readonly createsOnUpdate: boolean;
  /** PUT needs a resourceVersion. */
  readonly needsVersion: boolean;
  /** DELETE answers with the object, not with a Status. */
  readonly returnsDeleted: boolean;
  /** What happens to dependents when a DELETE does not say. */
  readonly orphansByDefault: boolean;
  /** Answers from posts only: reviews. */
  readonly ephemeral: boolean;
  /** Further subresources with their kind, for discovery: `pods/log`. */
  readonly subresources: readonly Subresource[];
  /** A deprecated custom version answers with this `Warning`. */
  readonly warning?: string;
}

/** A subresource as discovery shows it. */
export interface Subresource {
  readonly name: string;
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
}

const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

// GROUP/VERSION, then one resource a line: RESOURCE KIND SHORTNAMES FLAGS.
// c cluster-wide, s status, g counts generation by spec, G by spec and annotations, a category all, u created by PUT,
// v PUT needs a version, d no deletecollection, x scale, p post only, i category api-extensions, o DELETE answers with the
// object, O DELETE orphans dependents by default
const table = `
v1 core/v1
bindings Binding - p
componentstatuses ComponentStatus cs cr
configmaps ConfigMap cm -
endpoints Endpoints ep u
events Event ev u
limitranges LimitRange limits u
namespaces Namespace ns csd
nodes Node no cs
persistentvolumeclaims PersistentVolumeClaim pvc so
persistentvolumes PersistentVolume pv cso
pods Pod po sao
podtemplates PodTemplate - go
replicationcontrollers ReplicationController rc sgaxO
resourcequotas ResourceQuota quota so
secrets Secret - -
serviceaccounts ServiceAccount sa o
services Service svc sauo
apps/v1 apps/v1
controllerrevisions ControllerRevision - -
daemonsets DaemonSet ds sga
deployments Deployment deploy sGax
replicasets ReplicaSet rs sgax
statefulsets StatefulSet sts sgax
batch/v1 batch/v1
cronjobs CronJob cj sa
jobs Job - saO
rbac.authorization.k8s.io/v1 rbac/v1
clusterrolebindings ClusterRoleBinding - cu
clusterroles ClusterRole - cu
rolebindings RoleBinding - u
roles Role - u
networking.k8s.io/v1 networking/v1
ingressclasses IngressClass - cg
ingresses Ingress ing sg
networkpolicies NetworkPolicy netpol g
policy/v1 policy/v1
poddisruptionbudgets PodDisruptionBudget pdb sg
autoscaling/v2 autoscaling/v2
horizontalpodautoscalers HorizontalPodAutoscaler hpa sa
autoscaling/v1 autoscaling/v1
horizontalpodautoscalers HorizontalPodAutoscaler hpa sa
coordination.k8s.io/v1 coordination/v1
leases Lease - uv
events.k8s.io/v1 events/v1
events Event ev u
discovery.k8s.io/v1 discovery/v1
endpointslices EndpointSlice - g
storage.k8s.io/v1 storage/v1
csidrivers CSIDriver - co
csinodes CSINode - co
csistoragecapacities CSIStorageCapacity - -
storageclasses StorageClass sc co
volumeattachments VolumeAttachment - cso
scheduling.k8s.io/v1 scheduling/v1
priorityclasses PriorityClass pc c
node.k8s.io/v1 node/v1
runtimeclasses RuntimeClass - c
apiextensions.k8s.io/v1 apiextensions/v1
customresourcedefinitions CustomResourceDefinition crd,crds csgi
admissionregistration.k8s.io/v1 admissionregistration/v1
mutatingwebhookconfigurations MutatingWebhookConfiguration - cgi
validatingadmissionpolicies ValidatingAdmissionPolicy - csgi
validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding - cgi
validatingwebhookconfigurations ValidatingWebhookConfiguration - cgi
certificates.k8s.io/v1 certificates/v1
certificatesigningrequests CertificateSigningRequest csr cs
authentication.k8s.io/v1 authentication/v1
selfsubjectreviews SelfSubjectReview - cp
tokenreviews TokenReview - cp
authorization.k8s.io/v1 authorization/v1
localsubjectaccessreviews LocalSubjectAccessReview - p
selfsubjectaccessreviews SelfSubjectAccessReview - cp
selfsubjectrulesreviews SelfSubjectRulesReview - cp
subjectaccessreviews SubjectAccessReview - cp
`;

const POST = ['create'];
const READ_WRITE = ['get', 'patch', 'update'];
const CONNECT = ['create', 'get'];
const extraSubresources: Record<string, readonly Subresource[]> = {
  'v1/pods': [
    { name: 'attach', kind: 'PodAttachOptions', verbs: CONNECT },
    { name: 'exec', kind: 'PodExecOptions', verbs: CONNECT },
    { name: 'portforward', kind: 'PodPortForwardOptions', verbs: CONNECT },
    { name: 'binding', kind: 'Binding', verbs: POST },
    { name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: POST },
    { name: 'log', kind: 'Pod', verbs: ['get'] },
  ],
  'v1/namespaces': [{ name: 'finalize', kind: 'Namespace', verbs: ['update'] }],
  'v1/serviceaccounts': [
    { name: 'token', kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: POST },
  ],
};

/** The paths of a workload's scale. */
const WORKLOAD_SCALE: ScaleRule = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  labelSelectorPath: '.spec.selector',
};

/** Every built-in resource in every served version, groups in order of preference. */
export const builtinResources: readonly Resource[] = readTable();

function readTable(): Resource[] {
  const resources: Resource[] = [];
  let groupVersion = '';
  let owner = '';
  for (const line of table.split('\n').filter((text) => text !== '')) {
    const [first = '', second = '', shortNames = '', flags = ''] = line.split(' ');
    if (flags === '') {
      groupVersion = first;
      owner = second;
    } else {
      resources.push(toResource(groupVersion, owner, { resource: first, kind: second, shortNames, flags }));
    }
  }
  return resources;
}

interface Row {
  readonly resource: string;
  readonly kind: string;
  readonly shortNames: string;
  readonly flags: string;
}

function toResource(groupVersion: string, owner: string, { resource, kind, shortNames, flags }: Row): Resource {
  const has = (flag: string): boolean => flags.includes(flag);
  const [group, version] = groupVersion.includes('/')
    ? (groupVersion.split('/') as [string, string])
    : ['', groupVersion];
  const verbs = has('p')
    ? POST
    : has('r')
      ? ['get', 'list']
      : ALL_VERBS.filter((verb) => !(has('d') && verb === 'deletecollection'));
  return {
    group,
    version,
    resource,
    kind,
    singular: kind.toLowerCase(),
    listKind: `${kind}List`,
    shortNames: shortNames === '-' ? [] : shortNames.split(','),
    categories: has('a') ? ['all'] : has('i') ? ['api-extensions'] : [],
    namespaced: !has('c'),
    verbs,
    bucket: resource === 'events' ? 'events' : `${resource}.${group}`,
    type: types.struct(typeName(owner, kind)),
    hasStatus: has('s'),
    ...(has('x') ? { scale: WORKLOAD_SCALE } : {}),
    generation: has('G') ? 'spec-or-annotations' : has('g') ? 'spec' : 'none',
    createsOnUpdate: has('u'),
    needsVersion: has('v'),
    returnsDeleted: has('o'),
    orphansByDefault: has('O'),
    ephemeral: has('p'),
    subresources: [
      ...(extraSubresources[`${groupVersion}/${resource}`] ?? []),
      ...(has('x') ? [{ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: READ_WRITE }] : []),
      ...(has('s') ? [{ name: 'status', kind, verbs: READ_WRITE }] : []),
    ].sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function typeName(owner: string, kind: string): string {
  return types.has(`${owner}.${kind}`) ? `${owner}.${kind}` : `core/v1.${kind}`;
}

/** All that is served now: the built-in resources and those of definitions. */
export class ResourceRegistry {
  readonly #builtin: readonly Resource[];
  #custom: readonly Resource[] = [];
  #byPath = new Map<string, Resource>();
  #byRef = new Map<string, Resource>();
  #byKind = new Map<string, Resource>();

  constructor(builtin: readonly Resource[] = builtinResources) {
    this.#builtin = builtin;
    this.#index();
  }

  /** Replaces all custom resources; for each definition the storage version comes first in `custom`. */
  setCustom(custom: readonly Resource[]): void {
    this.#custom = custom;
    this.#index();
  }

  all(): readonly Resource[] {
    return [...this.#builtin, ...this.#custom];
  }

  find(group: string, version: string, resource: string): Resource | undefined {
    return this.#byPath.get(`${group}/${version}/${resource}`);
  }

  /** In the version objects are stored in. */
  stored(ref: { readonly group: string; readonly resource: string }): Resource | undefined {
    return this.#byRef.get(`${ref.group}/${ref.resource}`);
  }

  ofKind(apiVersion: string, kind: string): Resource | undefined {
    return this.#byKind.get(`${apiVersion}/${kind}`);
  }

  hasGroup(group: string): boolean {
    return this.all().some((resource) => resource.group === group);
  }

  /** Is the group one of the server's own, not one of definitions? */
  isBuiltinGroup(group: string): boolean {
    return this.#builtin.some((resource) => resource.group === group);
  }

  #index(): void {
    this.#byPath = new Map();
    this.#byRef = new Map();
    this.#byKind = new Map();
    for (const resource of this.all()) {
      const { group, version } = resource;
      this.#byPath.set(`${group}/${version}/${resource.resource}`, resource);
      const ref = `${group}/${resource.resource}`;
      if (!this.#byRef.has(ref) || resource.custom?.storage === true) this.#byRef.set(ref, resource);
      this.#byKind.set(`${apiVersionOf(resource)}/${resource.kind}`, resource);
    }
  }
}

/** `v1` or `apps/v1`. */
export function apiVersionOf({ group, version }: { readonly group: string; readonly version: string }): string {
  return group === '' ? version : `${group}/${version}`;
}
