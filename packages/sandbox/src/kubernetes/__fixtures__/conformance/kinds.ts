import type { Fields } from '../../kube-api.js';
import type { Random } from './random.js';

/** Makes a part of an object. */
type Fragment = (random: Random) => Fields;

/** A kind of objects and what a client may write into them. */
export interface Kind {
  /** `/api/v1` or `/apis/apps/v1` */
  readonly root: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
  /** What a valid object needs beside its metadata. */
  readonly base: Fields;
  readonly fragments: readonly Fragment[];
  /** Parts that a server refuses, or drops. */
  readonly faults: readonly Fragment[];
  readonly status?: readonly Fragment[];
  readonly scale?: boolean;
  readonly custom?: boolean;
  /** Controllers write into the objects at their own time. */
  readonly busy?: boolean;
  readonly fieldSelectors: readonly string[];
}

const KEYS = ['a', 'b', 'tier'];
const VALUES = ['x', 'y', 'z', ''];

/** Parts of the metadata of any kind. */
export const metadataFragments: readonly Fragment[] = [
  (random) => ({ metadata: { labels: { [random.pick(KEYS)]: random.pick(VALUES) } } }),
  (random) => ({
    metadata: { labels: { [random.pick(KEYS)]: random.pick(VALUES), 'example.com/n': String(random.below(9)) } },
  }),
  (random) => ({
    metadata: { annotations: { [random.pick(['note', 'example.com/note'])]: random.pick(['', 'one', 'two words']) } },
  }),
];

/** Parts that hold an object back from deletion. */
export const finalizerFragment: Fragment = () => ({ metadata: { finalizers: ['example.com/hold'] } });

/** Metadata that is refused. */
export const metadataFaults: readonly Fragment[] = [
  () => ({ metadata: { labels: { 'bad key!': 'x' } } }),
  () => ({ metadata: { labels: { a: 'bad value!' } } }),
  () => ({ metadata: { labels: { a: 1 } } }),
  () => ({ metadata: { labels: 'x' } }),
  () => ({ metadata: { annotations: { '/': 'x' } } }),
  () => ({ metadata: { annotations: { a: true } } }),
  () => ({ metadata: { finalizers: ['unqualified'] } }),
  () => ({ metadata: { finalizers: 'example.com/hold' } }),
  () => ({ metadata: { labels: { ['k'.repeat(64)]: 'x' } } }),
  () => ({ metadata: { labels: { a: 'v'.repeat(64) } } }),
];

const core = { root: '/api/v1', apiVersion: 'v1', fieldSelectors: [] };
const apps = { root: '/apis/apps/v1', apiVersion: 'apps/v1', fieldSelectors: [] };
const NAMES = ['one', 'two', 'three'];

const containerFragments: readonly Fragment[] = [
  () => ({}),
  (random) => ({
    image: random.pick(['busybox', 'busybox:1', 'example.com:5000/a/b:v2', 'a@sha256:' + '0'.repeat(64)]),
  }),
  (random) => ({ env: random.some(['A', 'B', 'C'], 3).map((name) => ({ name, value: random.pick(VALUES) })) }),
  () => ({ env: [{ name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] }),
  (random) => ({ args: random.some(['-v', '--all', 'x'], 3) }),
  (random) => ({
    ports: random
      .some([80, 443, 8080], 2)
      .map((containerPort) => ({ containerPort, ...(random.chance(0.3) ? { name: `p${containerPort}` } : {}) })),
  }),
  (random) => ({
    resources: { limits: { cpu: random.pick(['500m', '100m', '1']), memory: random.pick(['1536Mi', '128Mi', '1Mi']) } },
  }),
  () => ({ resources: { requests: { cpu: '1' } } }),
  () => ({ readinessProbe: { httpGet: { port: 80 } } }),
  () => ({ livenessProbe: { exec: { command: ['true'] }, periodSeconds: 5 } }),
  () => ({ volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }] }),
  () => ({ securityContext: { runAsUser: 1000, capabilities: { drop: ['ALL'] } } }),
];

const podFragments: readonly Fragment[] = [
  (random) => ({ containers: [{ name: 'main', image: 'busybox', ...random.pick(containerFragments)(random) }] }),
  (random) => ({
    containers: [
      {
        name: 'main',
        image: 'busybox',
        ...random.pick(containerFragments)(random),
        ...random.pick(containerFragments)(random),
      },
    ],
  }),
  (random) => ({
    containers: [
      { name: 'main', image: 'busybox' },
      { name: 'side', image: 'busybox:1', ...random.pick(containerFragments)(random) },
    ],
  }),
  () => ({ volumes: [{ name: 'scratch' }] }),
  () => ({
    volumes: [
      { name: 'scratch', emptyDir: { sizeLimit: '1536Mi' } },
      { name: 'config', configMap: { name: 'one' } },
    ],
  }),
  () => ({
    volumes: [
      {
        name: 'scratch',
        projected: {
          sources: [
            { secret: { name: 's' } },
            { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
          ],
        },
      },
    ],
  }),
  (random) => ({
    tolerations: random.some(
      [
        { key: 'a', operator: 'Exists' },
        { key: 'b', value: 'x', effect: 'NoSchedule' },
      ],
      2,
    ),
  }),
  () => ({ nodeSelector: { zone: 'nowhere' } }),
  () => ({ hostAliases: [{ ip: '10.1.2.3', hostnames: ['a', 'b'] }] }),
  () => ({ terminationGracePeriodSeconds: 3 }),
  () => ({ initContainers: [{ name: 'first', image: 'busybox:2' }] }),
  () => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }],
        },
      },
    },
  }),
];

const podFaults: readonly Fragment[] = [
  () => ({ containers: [] }),
  () => ({ containers: [{ image: 'busybox' }] }),
  () => ({ containers: [{ name: 'Main!', image: 'busybox' }] }),
  () => ({
    containers: [
      { name: 'main', image: 'busybox' },
      { name: 'main', image: 'busybox' },
    ],
  }),
  () => ({ containers: [{ name: 'main', image: 'busybox', ports: [{ containerPort: 0 }] }] }),
  () => ({ containers: [{ name: 'main', image: 'busybox', ports: [{ containerPort: 70000 }] }] }),
  () => ({ containers: [{ name: 'main', image: 'busybox', ports: [{ containerPort: '80' }] }] }),
  () => ({ containers: [{ name: 'main', image: 'busybox', ports: [{ containerPort: 80, protocol: 'HTTP' }] }] }),
  () => ({ containers: [{ name: 'main', image: 'busybox', env: [{ name: '1BAD' }] }] }),
  () => ({ containers: [{ name: 'main', image: 'busybox', env: [{ name: 'A', value: 1 }] }] }),
  () => ({ containers: [{ name: 'main', image: 'busybox', imagePullPolicy: 'Sometimes' }] }),
  () => ({ containers: [{ name: 'main', image: 'busybox', resources: { limits: { cpu: 'much' } } }] }),
  () => ({
    containers: [{ name: 'main', image: 'busybox', resources: { limits: { cpu: '1' }, requests: { cpu: '2' } } }],
  }),
  () => ({ containers: [{ name: 'main', image: 'busybox', volumeMounts: [{ name: 'absent', mountPath: '/x' }] }] }),
  () => ({ containers: 'main' }),
  () => ({ restartPolicy: 'Sometimes' }),
  () => ({ dnsPolicy: 'Never' }),
  () => ({ terminationGracePeriodSeconds: -1 }),
  () => ({ activeDeadlineSeconds: 0 }),
  () => ({ volumes: [{ name: 'scratch' }, { name: 'scratch' }] }),
  () => ({ volumes: [{ name: 'both', emptyDir: { sizeLimit: '1Gi' }, hostPath: { path: '/' } }] }),
  () => ({ nosuchfield: 1 }),
];

const podSpec: Fields = {
  schedulerName: 'nobody',
  automountServiceAccountToken: false,
  containers: [{ name: 'main', image: 'busybox' }],
};
const template: Fields = { metadata: { labels: { app: 'web' } }, spec: podSpec };
const inTemplate =
  (fragment: Fragment): Fragment =>
  (random) => ({ spec: { template: { spec: fragment(random) } } });
const inSpec =
  (fragment: Fragment): Fragment =>
  (random) => ({ spec: fragment(random) });

const templateFragments = [
  ...podFragments.map(inTemplate),
  (random: Random) => ({ spec: { template: { metadata: { labels: { [random.pick(KEYS)]: 'x' } } } } }),
];
const templateFaults = [
  ...podFaults.map(inTemplate),
  () => ({ spec: { selector: { matchLabels: { app: 'other' } } } }),
  () => ({ spec: { template: { metadata: { labels: { app: 'other' } } } } }),
  () => ({ spec: { replicas: -1 } }),
  () => ({ spec: { replicas: 'two' } }),
  () => ({ spec: { selector: {} } }),
];
const selector = { matchLabels: { app: 'web' } };

/** Built-in kinds that only clients write. */
const quietKinds: readonly Kind[] = [
  {
    ...core,
    kind: 'ConfigMap',
    resource: 'configmaps',
    base: {},
    fragments: [
      (random) => ({ data: { [random.pick(NAMES)]: random.pick(VALUES) } }),
      (random) => ({ data: { [random.pick(NAMES)]: random.pick(VALUES), [random.pick(NAMES)]: random.pick(VALUES) } }),
      (random) => ({ binaryData: { [random.pick(['raw', 'blob'])]: random.pick(['', 'AAEC', 'YQ==']) } }),
      () => ({ immutable: true }),
      () => ({ immutable: false }),
    ],
    faults: [
      () => ({ data: { 'bad/key': 'x' } }),
      () => ({ data: { one: 1 } }),
      () => ({ data: ['x'] }),
      () => ({ data: { raw: 'x' }, binaryData: { raw: 'AAEC' } }),
      () => ({ binaryData: { raw: '!' } }),
      () => ({ immutable: 'yes' }),
      () => ({ dta: { one: 'x' } }),
      () => ({ data: { '..': 'x' } }),
    ],
  },
  {
    ...core,
    kind: 'Secret',
    resource: 'secrets',
    base: {},
    fragments: [
      (random) => ({ data: { [random.pick(NAMES)]: random.pick(['', 'YQ==', 'eHl6']) } }),
      (random) => ({ stringData: { [random.pick(NAMES)]: random.pick(VALUES) } }),
      () => ({ type: 'example.com/own' }),
      () => ({ type: 'kubernetes.io/tls', data: { 'tls.crt': 'YQ==', 'tls.key': 'YQ==' } }),
    ],
    faults: [
      () => ({ data: { one: 'not base64' } }),
      () => ({ data: { 'bad/key': 'YQ==' } }),
      () => ({ type: 'kubernetes.io/tls' }),
      () => ({ type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'YQ==' } }),
      () => ({ type: 'kubernetes.io/basic-auth' }),
      () => ({ type: 'kubernetes.io/ssh-auth' }),
      () => ({ type: 'kubernetes.io/service-account-token' }),
      () => ({ type: 5 }),
    ],
    fieldSelectors: ['type=Opaque', 'type!=Opaque'],
  },
  {
    ...core,
    kind: 'Pod',
    resource: 'pods',
    base: { spec: podSpec },
    fragments: podFragments.map(inSpec),
    faults: podFaults.map(inSpec),
    status: [
      (random) => ({ status: { phase: random.pick(['Pending', 'Running', 'Failed']) } }),
      (random) => ({
        status: {
          conditions: [{ type: random.pick(['Ready', 'example.com/Gate']), status: random.pick(['True', 'False']) }],
        },
      }),
      () => ({ status: { podIP: '10.9.8.7', podIPs: [{ ip: '10.9.8.7' }] } }),
      (random) => ({ status: { message: random.pick(VALUES) } }),
    ],
    fieldSelectors: [
      'status.phase=Pending',
      'spec.nodeName=',
      'spec.restartPolicy!=Always',
      'spec.schedulerName=nobody',
    ],
  },
  {
    ...core,
    kind: 'Service',
    resource: 'services',
    base: { spec: { ports: [{ port: 80 }] } },
    fragments: [
      (random) => ({
        spec: {
          ports: [
            {
              port: random.pick([80, 81]),
              name: random.pick(['http', 'web']),
              targetPort: random.pick([8080, 'http']),
            },
          ],
        },
      }),
      () => ({
        spec: {
          ports: [
            { name: 'a', port: 80 },
            { name: 'b', port: 443, protocol: 'TCP' },
          ],
        },
      }),
      (random) => ({ spec: { selector: { [random.pick(KEYS)]: 'x' } } }),
      () => ({ spec: { clusterIP: 'None' } }),
      () => ({ spec: { type: 'ExternalName', externalName: 'example.com' } }),
      () => ({ spec: { sessionAffinity: 'ClientIP' } }),
      () => ({ spec: { publishNotReadyAddresses: true } }),
      () => ({ spec: { externalIPs: ['10.1.1.1'] } }),
    ],
    faults: [
      () => ({ spec: { ports: [] } }),
      () => ({ spec: { ports: [{ port: 0 }] } }),
      () => ({ spec: { ports: [{ port: 80 }, { port: 81 }] } }),
      () => ({
        spec: {
          ports: [
            { name: 'a', port: 80 },
            { name: 'a', port: 81 },
          ],
        },
      }),
      () => ({ spec: { ports: [{ port: 80, protocol: 'HTTP' }] } }),
      () => ({ spec: { ports: [{ port: 80, targetPort: 'Bad_Name' }] } }),
      () => ({ spec: { type: 'Nothing' } }),
      () => ({ spec: { sessionAffinity: 'Sometimes' } }),
      () => ({ spec: { type: 'ExternalName' } }),
      () => ({ spec: { clusterIP: 'here' } }),
      () => ({ spec: { selector: { 'bad key!': 'x' } } }),
    ],
  },
  {
    ...core,
    kind: 'ServiceAccount',
    resource: 'serviceaccounts',
    base: {},
    fragments: [
      (random) => ({ imagePullSecrets: random.some(['p', 'q'], 2).map((name) => ({ name })) }),
      (random) => ({ automountServiceAccountToken: random.chance(0.5) }),
    ],
    faults: [() => ({ imagePullSecrets: 'p' }), () => ({ automountServiceAccountToken: 'no' })],
    busy: true,
  },
  {
    ...core,
    kind: 'LimitRange',
    resource: 'limitranges',
    base: { spec: { limits: [{ type: 'example.com/Own', max: { 'example.com/things': '5' } }] } },
    fragments: [
      (random) => ({
        spec: { limits: [{ type: 'PersistentVolumeClaim', max: { storage: random.pick(['1Gi', '2560Mi']) } }] },
      }),
    ],
    faults: [() => ({ spec: { limits: [{ max: { cpu: '1' } }] } }), () => ({ spec: { limits: {} } })],
  },
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
      (random) => ({ spec: { holderIdentity: random.pick(NAMES) } }),
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
      (random) => ({ spec: { ingressClassName: random.pick(NAMES) } }),
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

/** Built-in kinds whose controllers write into them. Their pods are for no scheduler there is. */
const workloads: readonly Kind[] = [
  {
    ...apps,
    kind: 'Deployment',
    resource: 'deployments',
    base: { spec: { paused: true, replicas: 0, selector, template } },
    fragments: [
      ...templateFragments,
      (random) => ({ spec: { replicas: random.below(3) } }),
      () => ({ spec: { strategy: { type: 'Recreate', rollingUpdate: null } } }),
      (random) => ({ spec: { strategy: { rollingUpdate: { maxSurge: random.pick([1, '50%']) } } } }),
      (random) => ({ spec: { revisionHistoryLimit: random.below(4) } }),
    ],
    faults: [
      ...templateFaults,
      () => ({ spec: { strategy: { type: 'Never' } } }),
      () => ({ spec: { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } } }),
      () => ({ spec: { progressDeadlineSeconds: 0 } }),
      () => ({ spec: { minReadySeconds: -1 } }),
    ],
    scale: true,
    busy: true,
  },
  {
    ...apps,
    kind: 'StatefulSet',
    resource: 'statefulsets',
    base: { spec: { serviceName: 'web', replicas: 0, selector, template } },
    fragments: [
      ...templateFragments,
      (random) => ({ spec: { replicas: random.below(2) } }),
      (random) => ({ spec: { updateStrategy: { rollingUpdate: { partition: random.below(3) } } } }),
      () => ({ spec: { updateStrategy: { type: 'OnDelete', rollingUpdate: null } } }),
    ],
    faults: [
      ...templateFaults,
      () => ({ spec: { serviceName: 'other' } }),
      () => ({ spec: { podManagementPolicy: 'Chaotic' } }),
      () => ({ spec: { updateStrategy: { type: 'Never' } } }),
    ],
    scale: true,
    busy: true,
  },
  {
    ...apps,
    kind: 'DaemonSet',
    resource: 'daemonsets',
    base: { spec: { selector, template: { ...template, spec: { ...podSpec, nodeSelector: { zone: 'nowhere' } } } } },
    fragments: [
      ...templateFragments.filter((_, index) => index !== 7),
      (random) => ({ spec: { updateStrategy: { rollingUpdate: { maxUnavailable: random.pick([1, '20%']) } } } }),
      () => ({ spec: { minReadySeconds: 2 } }),
    ],
    faults: [
      ...templateFaults.filter((_, index) => index < templateFaults.length - 3),
      () => ({ spec: { updateStrategy: { type: 'Never' } } }),
    ],
    busy: true,
  },
  {
    ...apps,
    kind: 'ReplicaSet',
    resource: 'replicasets',
    base: { spec: { replicas: 0, selector, template } },
    fragments: [...templateFragments, () => ({ spec: { minReadySeconds: 2 } })],
    faults: templateFaults,
    scale: true,
    busy: true,
  },
  {
    root: '/apis/batch/v1',
    apiVersion: 'batch/v1',
    kind: 'Job',
    resource: 'jobs',
    base: { spec: { parallelism: 0, completions: 2, template: { spec: { ...podSpec, restartPolicy: 'Never' } } } },
    fragments: [
      (random) => ({ spec: { backoffLimit: random.below(4) } }),
      () => ({ spec: { activeDeadlineSeconds: 3600 } }),
      ...podFragments.slice(0, 3).map(inTemplate),
    ],
    faults: [
      () => ({ spec: { parallelism: -1 } }),
      () => ({ spec: { backoffLimit: -1 } }),
      () => ({ spec: { completions: 3 } }),
      () => ({ spec: { template: { spec: { restartPolicy: 'Always' } } } }),
    ],
    busy: true,
    fieldSelectors: [],
  },
];

// Without `x-kubernetes-int-or-string`: 1.20 takes a schema that has it for none when it comes to server-side apply.
const schema: Fields = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 10 },
        replicas: { type: 'integer', minimum: 0 },
        mode: { type: 'string', enum: ['fast', 'slow'], default: 'slow' },
        name: { type: 'string', pattern: '^[a-z]+$', maxLength: 5 },
        on: { type: 'boolean' },
        ratio: { type: 'number' },
        note: { type: 'string', nullable: true },
        when: { type: 'string', format: 'date-time' },
        tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
        list: { type: 'array', maxItems: 2, items: { type: 'string' } },
        parts: {
          type: 'array',
          items: {
            type: 'object',
            required: ['name'],
            properties: {
              name: { type: 'string' },
              size: { type: 'integer' },
              kind: { type: 'string', default: 'part' },
            },
          },
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
        },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        map: { type: 'object', additionalProperties: { type: 'string' } },
        unit: {
          type: 'object',
          'x-kubernetes-map-type': 'atomic',
          properties: { a: { type: 'string' }, b: { type: 'string' } },
        },
        nested: { type: 'object', default: {}, properties: { level: { type: 'integer', default: 1 } } },
      },
    },
    status: {
      type: 'object',
      properties: {
        replicas: { type: 'integer' },
        phase: { type: 'string' },
        selector: { type: 'string' },
      },
    },
  },
};

/** Group of the definition that is made for a run. */
export const CUSTOM_GROUP = '<run>.example.com';

/** The definition of {@link customKind}. */
export const definition: Fields = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `widgets.${CUSTOM_GROUP}` },
  spec: {
    group: CUSTOM_GROUP,
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: schema },
        additionalPrinterColumns: [
          { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
          { name: 'Tags', type: 'string', jsonPath: '.spec.tags' },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
        subresources: {
          status: {},
          scale: {
            specReplicasPath: '.spec.replicas',
            statusReplicasPath: '.status.replicas',
            labelSelectorPath: '.status.selector',
          },
        },
      },
    ],
  },
};

const customKind: Kind = {
  root: `/apis/${CUSTOM_GROUP}/v1`,
  apiVersion: `${CUSTOM_GROUP}/v1`,
  kind: 'Widget',
  resource: 'widgets',
  base: {},
  fragments: [
    (random) => ({ spec: { size: 1 + random.below(10) } }),
    (random) => ({ spec: { replicas: random.below(4) } }),
    (random) => ({ spec: { mode: random.pick(['fast', 'slow']) } }),
    (random) => ({ spec: { on: random.chance(0.5), ratio: random.pick([0.5, 1, 2.25]) } }),
    () => ({ spec: { note: null } }),
    (random) => ({ spec: { tags: random.some(NAMES, 3) } }),
    (random) => ({ spec: { list: random.some(NAMES, 2) } }),
    (random) => ({
      spec: {
        parts: random
          .some(NAMES, 2)
          .map((name) => ({ name, ...(random.chance(0.5) ? { size: random.below(5) } : {}) })),
      },
    }),
    (random) => ({ spec: { free: { [random.pick(NAMES)]: random.below(3) } } }),
    (random) => ({ spec: { map: { [random.pick(NAMES)]: random.pick(NAMES) } } }),
    (random) => ({ spec: { unit: { [random.pick(['a', 'b'])]: random.pick(NAMES) } } }),
    (random) => ({ spec: { nested: random.pick([{}, { level: 2 }]) } }),
  ],
  faults: [
    () => ({ spec: { size: 0 } }),
    () => ({ spec: { size: 11 } }),
    () => ({ spec: { size: 'big' } }),
    () => ({ spec: { size: 1.5 } }),
    () => ({ spec: { mode: 'medium' } }),
    () => ({ spec: { name: 'Not-lower' } }),
    () => ({ spec: { name: 'toolong' } }),
    () => ({ spec: { on: 'yes' } }),
    () => ({ spec: { when: 'later' } }),
    () => ({ spec: { tags: ['a', 'a'] } }),
    () => ({ spec: { list: ['a', 'b', 'c'] } }),
    () => ({ spec: { parts: [{ size: 1 }] } }),
    () => ({ spec: { parts: [{ name: 'one' }, { name: 'one' }] } }),
    () => ({ spec: { map: { one: 1 } } }),
    () => ({ spec: { nosuchfield: 1 } }),
    () => ({ spec: 'all' }),
    () => ({ spec: { size: null } }),
  ],
  status: [
    (random) => ({ status: { phase: random.pick(NAMES) } }),
    (random) => ({ status: { replicas: random.below(4), selector: 'app=web' } }),
    () => ({ status: { replicas: 'many' } }),
  ],
  scale: true,
  custom: true,
  fieldSelectors: ['spec.size=1'],
};

/** What a run plays with, each as often as it is named. */
export const kinds: readonly Kind[] = [
  ...quietKinds,
  ...workloads,
  customKind,
  customKind,
  customKind,
  quietKinds[0] as Kind,
  quietKinds[2] as Kind,
];
