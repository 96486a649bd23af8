import { core, KEYS, PARTS } from './kind.js';
import type { Kind } from './kind.js';

/** Kinds of other groups, and claims. */
export const groupKinds: readonly Kind[] = [
  {
    root: '/apis/rbac.authorization.k8s.io/v1',
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    resource: 'roles',
    base: {},
    fragments: [
      (random) => ({
        rules: [
          {
            apiGroups: [''],
            resources: random.some(['pods', 'secrets', 'pods/log'], 2),
            verbs: random.some(['get', 'list', 'watch'], 2),
          },
        ],
      }),
      () => ({ rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['one'], verbs: ['*'] }] }),
    ],
    faults: [
      () => ({ rules: [{ apiGroups: [''], resources: ['pods'] }] }),
      () => ({ rules: [{ verbs: ['get'] }] }),
      () => ({ rules: [{ nonResourceURLs: ['/healthz'], verbs: ['get'] }] }),
      () => ({ rules: 'all' }),
    ],
    fieldSelectors: [],
  },
  {
    root: '/apis/rbac.authorization.k8s.io/v1',
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    resource: 'rolebindings',
    base: { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'one' } },
    fragments: [
      (random) => ({
        subjects: random.some(
          [
            { kind: 'User', name: 'u' },
            { kind: 'Group', name: 'g' },
            { kind: 'ServiceAccount', name: 's', namespace: 'n' },
          ],
          2,
        ),
      }),
    ],
    faults: [
      () => ({ roleRef: { kind: 'Rule', name: 'one' } }),
      () => ({ roleRef: { kind: 'Role', name: 'two' } }),
      () => ({ subjects: [{ kind: 'ServiceAccount', name: 's' }] }),
      () => ({ subjects: [{ kind: 'User' }] }),
      () => ({ subjects: [{ kind: 'Robot', name: 'r' }] }),
    ],
    fieldSelectors: [],
  },
  {
    root: '/apis/coordination.k8s.io/v1',
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    resource: 'leases',
    base: {},
    fragments: [
      (random) => ({ spec: { holderIdentity: random.pick(PARTS) } }),
      (random) => ({ spec: { leaseDurationSeconds: 1 + random.below(60) } }),
      () => ({ spec: { renewTime: '2026-01-02T03:04:05.123456Z' } }),
      (random) => ({ spec: { leaseTransitions: random.below(5) } }),
    ],
    faults: [
      () => ({ spec: { leaseDurationSeconds: 0 } }),
      () => ({ spec: { renewTime: 'yesterday' } }),
      () => ({ spec: { holderIdentity: 7 } }),
    ],
    fieldSelectors: [],
  },
  {
    root: '/apis/networking.k8s.io/v1',
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    resource: 'networkpolicies',
    base: { spec: { podSelector: {} } },
    fragments: [
      (random) => ({ spec: { podSelector: { matchLabels: { [random.pick(KEYS)]: 'x' } } } }),
      () => ({ spec: { ingress: [{ ports: [{ port: 80 }], from: [{ podSelector: {} }] }] } }),
      () => ({ spec: { egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }] } }),
      () => ({ spec: { policyTypes: ['Ingress', 'Egress'] } }),
    ],
    faults: [
      () => ({ spec: { policyTypes: ['Sideways'] } }),
      () => ({ spec: { ingress: [{ ports: [{ port: 0 }] }] } }),
      () => ({ spec: { egress: [{ to: [{ ipBlock: { cidr: 'all' } }] }] } }),
      () => ({ spec: { podSelector: { matchExpressions: [{ key: 'a', operator: 'Near' }] } } }),
    ],
    fieldSelectors: [],
  },
  {
    root: '/apis/networking.k8s.io/v1',
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    resource: 'ingresses',
    base: { spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } } },
    fragments: [
      (random) => ({
        spec: {
          rules: [
            {
              host: random.pick(['a.example.com', '*.example.com']),
              http: {
                paths: [
                  {
                    path: '/',
                    pathType: random.pick(['Prefix', 'Exact', 'ImplementationSpecific']),
                    backend: { service: { name: 'web', port: { name: 'http' } } },
                  },
                ],
              },
            },
          ],
        },
      }),
      () => ({ spec: { tls: [{ hosts: ['a.example.com'], secretName: 'tls' }] } }),
      (random) => ({ spec: { ingressClassName: random.pick(PARTS) } }),
    ],
    faults: [
      () => ({
        spec: {
          rules: [{ http: { paths: [{ path: '/', backend: { service: { name: 'web', port: { number: 80 } } } }] } }],
        },
      }),
      () => ({ spec: { rules: [{ host: '-bad-', http: { paths: [] } }] } }),
      () => ({ spec: { defaultBackend: { service: { name: 'web' } } } }),
      () => ({ spec: { defaultBackend: { service: { name: 'web', port: { number: 0 } } } } }),
      () => ({
        spec: {
          rules: [
            {
              http: {
                paths: [
                  { path: 'no-slash', pathType: 'Exact', backend: { service: { name: 'web', port: { number: 80 } } } },
                ],
              },
            },
          ],
        },
      }),
    ],
    status: [(random) => ({ status: { loadBalancer: { ingress: [{ ip: `10.0.0.${1 + random.below(9)}` }] } } })],
    fieldSelectors: [],
  },
  {
    ...core,
    kind: 'PersistentVolumeClaim',
    resource: 'persistentvolumeclaims',
    base: {
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'nobody', resources: { requests: { storage: '1Gi' } } },
    },
    fragments: [
      (random) => ({ spec: { accessModes: random.some(['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany'], 2) } }),
      (random) => ({ spec: { resources: { requests: { storage: random.pick(['1Gi']) } } } }),
      () => ({ spec: { volumeMode: 'Block' } }),
    ],
    faults: [
      () => ({ spec: { accessModes: [] } }),
      () => ({ spec: { resources: { requests: { storage: 'big' } } } }),
      () => ({ spec: { volumeMode: 'Tape' } }),
    ],
    busy: true,
  },
  {
    root: '/apis/autoscaling/v1',
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    resource: 'horizontalpodautoscalers',
    base: { spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'absent', apiVersion: 'apps/v1' } } },
    fragments: [
      (random) => ({ spec: { maxReplicas: 3 + random.below(5) } }),
      (random) => ({ spec: { minReplicas: 1 + random.below(3) } }),
      () => ({ spec: { targetCPUUtilizationPercentage: 50 } }),
    ],
    faults: [
      () => ({ spec: { maxReplicas: 0 } }),
      () => ({ spec: { minReplicas: 9 } }),
      () => ({ spec: { scaleTargetRef: { kind: '', name: 'x' } } }),
      () => ({ spec: { targetCPUUtilizationPercentage: 0 } }),
    ],
    busy: true,
    fieldSelectors: [],
  },
];
