import type { Fields } from '../../kube-api.js';
import { KEYS, VALUES } from './kind.js';
import type { Fragment } from './kind.js';
import type { Random } from './random.js';

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

/** Parts of a pod's spec. */
export const podFragments: readonly Fragment[] = [
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

/** Parts of a pod's spec that are refused. */
export const podFaults: readonly Fragment[] = [
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

/** A pod that nobody schedules. */
export const podSpec: Fields = {
  schedulerName: 'nobody',
  automountServiceAccountToken: false,
  containers: [{ name: 'main', image: 'busybox' }],
};
/** A template of such pods. */
export const template: Fields = { metadata: { labels: { app: 'web' } }, spec: podSpec };
/** A part of a pod's spec inside a template. */
export const inTemplate =
  (fragment: Fragment): Fragment =>
  (random) => ({ spec: { template: { spec: fragment(random) } } });
/** A part of a spec. */
export const inSpec =
  (fragment: Fragment): Fragment =>
  (random) => ({ spec: fragment(random) });

/** Parts of a workload. */
export const templateFragments = [
  ...podFragments.map(inTemplate),
  (random: Random) => ({ spec: { template: { metadata: { labels: { [random.pick(KEYS)]: 'x' } } } } }),
];
/** Parts of a workload that are refused. */
export const templateFaults = [
  ...podFaults.map(inTemplate),
  () => ({ spec: { selector: { matchLabels: { app: 'other' } } } }),
  () => ({ spec: { template: { metadata: { labels: { app: 'other' } } } } }),
  () => ({ spec: { replicas: -1 } }),
  () => ({ spec: { replicas: 'two' } }),
  () => ({ spec: { selector: {} } }),
];
/** Selects what is made of {@link template}. */
export const selector = { matchLabels: { app: 'web' } };
