import { core, KEYS, PARTS, VALUES } from './kind.js';
import type { Kind } from './kind.js';
import { inSpec, podFaults, podFragments, podSpec } from './pod-fragments.js';

/** Kinds of core/v1. */
export const coreKinds: readonly Kind[] = [
  {
    ...core,
    kind: 'ConfigMap',
    resource: 'configmaps',
    base: {},
    fragments: [
      (random) => ({ data: { [random.pick(PARTS)]: random.pick(VALUES) } }),
      (random) => ({ data: { [random.pick(PARTS)]: random.pick(VALUES), [random.pick(PARTS)]: random.pick(VALUES) } }),
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
      (random) => ({ data: { [random.pick(PARTS)]: random.pick(['', 'YQ==', 'eHl6']) } }),
      (random) => ({ stringData: { [random.pick(PARTS)]: random.pick(VALUES) } }),
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
];
