import type { Fields } from '../../kube-api.js';
import type { Answer, Step } from './step.js';

/** Something a current server, which the sandbox says it is, does otherwise than the 1.20 it is held against. */
export interface Difference {
  readonly subject: string;
  readonly why: string;
  /** Takes the difference out of an object of either server, in place. */
  readonly settle?: (object: Fields, resource: string) => void;
  /** Paths of members that only one of the servers has, as in `fieldsV1` without `f:`; `*` is any one member. */
  readonly members?: Readonly<Record<string, readonly string[]>>;
  /** Names of members that only one of the servers takes for a unit. */
  readonly units?: readonly string[];
  /** Is this what makes the two answers differ? */
  readonly explains?: (step: Step, real: Answer, ours: Answer) => boolean;
}

/** The argued list: told in the package's README too. */
export const differences: readonly Difference[] = [
  {
    subject: 'younger fields',
    why: 'current servers set defaults for fields that 1.20 does not have',
    members: {
      services: ['spec.ipFamilies', 'spec.ipFamilyPolicy', 'spec.internalTrafficPolicy', 'spec.allocateLoadBalancerNodePorts'],
      statefulsets: ['spec.persistentVolumeClaimRetentionPolicy'],
      daemonsets: ['spec.updateStrategy.rollingUpdate.maxSurge'],
      jobs: ['spec.completionMode', 'spec.suspend', 'spec.podReplacementPolicy'],
    },
  },
  {
    subject: 'labels and selector of Jobs',
    why: 'since 1.27 they have a prefix too',
    members: {
      jobs: ['metadata.labels', 'spec.template.metadata.labels', 'spec.selector.matchLabels'].flatMap((path) =>
        ['controller-uid', 'job-name', 'batch.kubernetes.io/controller-uid', 'batch.kubernetes.io/job-name'].map((name) => `${path}.${name}`),
      ),
    },
  },
  {
    subject: 'token secrets of service accounts',
    why: 'not made since 1.24',
    settle(object, resource) {
      if (resource === 'serviceaccounts') delete object['secrets'];
    },
  },
  {
    subject: 'ownership of some structs and maps',
    why: 'they are one unit in current schemas',
    units: ['nodeSelector', 'selector', 'scaleTargetRef', 'roleRef', 'fieldRef', 'podSelector', 'secretKeyRef', 'configMapKeyRef'],
  },
  {
    subject: 'ownership of status by writes of the object itself',
    why: 'since 1.21 what a write cannot change is not owned by it',
    members: { '*': ['status'] },
  },
  {
    subject: 'a faulty patch',
    why: '1.20 answers 500 where current servers answer 400 or 422',
    explains: ({ method }, real, ours) => method === 'PATCH' && real.status === 500 && (ours.status === 400 || ours.status === 422),
  },
  {
    subject: 'words of decoders',
    why: 'a value of the wrong type is told by whatever decoder the version has',
    explains: (_step, real, ours) => {
      const told = [real, ours].map(({ body }) => String((body as Fields)['message']));
      const [first, second] = told.map((text) => /^.* cannot be handled as an? \w+: /.exec(text)?.[0] ?? text);
      return real.status === 400 && ours.status === 400 && first === second;
    },
  },
  {
    subject: 'words of the label selector parser',
    why: 'changed since',
    explains: ({ query }, real, ours) => query?.['labelSelector'] !== undefined && real.status === 400 && ours.status === 400,
  },
];
