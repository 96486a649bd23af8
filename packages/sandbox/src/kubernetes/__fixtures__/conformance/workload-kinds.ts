import { apps } from './kind.js';
import type { Kind } from './kind.js';
import {
  inTemplate,
  podFragments,
  podSpec,
  selector,
  template,
  templateFaults,
  templateFragments,
} from './pod-fragments.js';
import type { Random } from './random.js';

/** Built-in kinds whose controllers write into them. Their pods are for no scheduler there is. */
export const workloads: readonly Kind[] = [
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
