import type { Fields, KubeApi, KubeObject, ResourceRef } from '../kube-api.js';
import type { PolicyRule } from './rules.js';
import { AUTHENTICATED, MASTERS, UNAUTHENTICATED } from './user.js';

const GROUP = 'rbac.authorization.k8s.io';
const roles: ResourceRef = { group: GROUP, resource: 'clusterroles' };
const bindings: ResourceRef = { group: GROUP, resource: 'clusterrolebindings' };
const AGGREGATE = `rbac.authorization.k8s.io/aggregate-to-`;

const READ = 'get list watch';
const WRITE = 'create delete deletecollection patch update';
const rule = (group: string, resources: string, verbs: string): PolicyRule => ({
  verbs: verbs.split(' '),
  apiGroups: [group],
  resources: resources.split(' '),
});
const paths = (urls: string): PolicyRule => ({ verbs: ['get'], nonResourceURLs: urls.split(' ') });

interface BootstrapRole {
  readonly rules?: readonly PolicyRule[];
  /** Made of the roles that are marked for this one. */
  readonly aggregates?: string;
  /** Marked for that one. */
  readonly partOf?: string;
}

const HEALTH = '/healthz /livez /readyz /version /version/';

const AUTHORIZATION = 'authorization.k8s.io';

// The user-facing and basic roles of https://kubernetes.io/docs/reference/access-authn-authz/rbac/, for what is served here.
const bootstrapRoles: Readonly<Record<string, BootstrapRole>> = {
  'cluster-admin': { rules: [rule('*', '*', '*'), { verbs: ['*'], nonResourceURLs: ['*'] }] },
  admin: { aggregates: 'admin' },
  edit: { aggregates: 'edit', partOf: 'admin' },
  view: { aggregates: 'view', partOf: 'edit' },
  'system:aggregate-to-admin': {
    partOf: 'admin',
    rules: [
      rule(AUTHORIZATION, 'localsubjectaccessreviews', 'create'),
      rule(GROUP, 'rolebindings roles', 'create delete deletecollection get list patch update watch'),
    ],
  },
  'system:aggregate-to-edit': {
    partOf: 'edit',
    rules: [
      rule('', 'pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy', READ),
      rule('', 'serviceaccounts', 'impersonate'),
      rule('', 'pods pods/attach pods/exec pods/portforward pods/proxy', WRITE),
      rule('', 'pods/eviction', 'create'),
      rule(
        '',
        'configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets ' +
          'serviceaccounts services services/proxy',
        WRITE,
      ),
      rule('', 'serviceaccounts/token', 'create'),
      rule(
        'apps',
        'daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets ' +
          'statefulsets/scale',
        WRITE,
      ),
      rule('autoscaling', 'horizontalpodautoscalers', WRITE),
      rule('batch', 'cronjobs jobs', WRITE),
      rule('policy', 'poddisruptionbudgets', WRITE),
      rule('networking.k8s.io', 'ingresses networkpolicies', WRITE),
      rule('coordination.k8s.io', 'leases', `${WRITE} ${READ}`),
    ],
  },
  'system:aggregate-to-view': {
    partOf: 'view',
    rules: [
      rule(
        '',
        'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers ' +
          'replicationcontrollers/scale serviceaccounts services services/status',
        READ,
      ),
      rule(
        '',
        'bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status ' +
          'resourcequotas resourcequotas/status',
        READ,
      ),
      rule('', 'namespaces', READ),
      rule('discovery.k8s.io', 'endpointslices', READ),
      rule(
        'apps',
        'controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets ' +
          'replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status',
        READ,
      ),
      rule('autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status', READ),
      rule('batch', 'cronjobs cronjobs/status jobs jobs/status', READ),
      rule('policy', 'poddisruptionbudgets poddisruptionbudgets/status', READ),
      rule('networking.k8s.io', 'ingresses ingresses/status networkpolicies', READ),
    ],
  },
  'system:auth-delegator': {
    rules: [
      rule('authentication.k8s.io', 'tokenreviews', 'create'),
      rule(AUTHORIZATION, 'subjectaccessreviews', 'create'),
    ],
  },
  'system:basic-user': {
    rules: [
      rule(AUTHORIZATION, 'selfsubjectaccessreviews selfsubjectrulesreviews', 'create'),
      rule('authentication.k8s.io', 'selfsubjectreviews', 'create'),
    ],
  },
  'system:discovery': {
    rules: [paths('/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/')],
  },
  'system:public-info-viewer': { rules: [paths(HEALTH)] },
};

const bootstrapBindings: Readonly<Record<string, readonly string[]>> = {
  'cluster-admin': [MASTERS],
  'system:basic-user': [AUTHENTICATED],
  'system:discovery': [AUTHENTICATED],
  'system:public-info-viewer': [AUTHENTICATED, UNAUTHENTICATED],
};

/** Makes the ClusterRoles and bindings that every cluster begins with. */
export function bootstrapRbac(api: KubeApi): void {
  const options = { manager: 'kube-apiserver' };
  for (const [name, { rules, aggregates, partOf }] of Object.entries(bootstrapRoles)) {
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { [`${AGGREGATE}${aggregates}`]: 'true' } }] };
    const labels = partOf === undefined ? {} : { [`${AGGREGATE}${partOf}`]: 'true' };
    const body = aggregates === undefined ? { rules } : { rules: aggregated(aggregates), aggregationRule };
    api.create(roles, object('ClusterRole', name, labels, body), options);
  }
  for (const [name, groups] of Object.entries(bootstrapBindings)) {
    const subjects = groups.map((group) => ({ apiGroup: GROUP, kind: 'Group', name: group }));
    const roleRef = { apiGroup: GROUP, kind: 'ClusterRole', name };
    api.create(bindings, object('ClusterRoleBinding', name, {}, { roleRef, subjects }), options);
  }
}

// The controller would come to the same a moment later.
function aggregated(name: string): readonly PolicyRule[] {
  return Object.entries(bootstrapRoles)
    .filter(([, { partOf }]) => partOf === name)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, { rules, aggregates }]) => rules ?? aggregated(aggregates ?? ''));
}

function object(kind: string, name: string, labels: Readonly<Record<string, string>>, body: Fields): KubeObject {
  return {
    apiVersion: `${GROUP}/v1`,
    kind,
    metadata: {
      name,
      labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
      annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
    },
    ...body,
  };
}
