import type { Fields } from '../../../kube-api.js';
import { filterMember } from './difference.js';
import type { Difference } from './difference.js';

/** What an object has on one of the servers only. */
export const members: readonly Difference[] = [
  {
    subject: 'younger fields',
    row: 'defaults of younger fields; labels and selector of Jobs',
    why: 'current servers set defaults for fields that 1.20 does not have',
    members: {
      services: [
        'spec ipFamilies',
        'spec ipFamilyPolicy',
        'spec internalTrafficPolicy',
        'spec allocateLoadBalancerNodePorts',
      ],
      statefulsets: ['spec persistentVolumeClaimRetentionPolicy'],
      daemonsets: ['spec updateStrategy rollingUpdate maxSurge'],
      jobs: ['spec completionMode', 'spec suspend', 'spec podReplacementPolicy'],
    },
  },
  {
    subject: 'labels and selector of Jobs',
    row: 'defaults of younger fields; labels and selector of Jobs',
    why: 'since 1.27 they have a prefix too',
    members: {
      pods: ['metadata labels batch.kubernetes.io/controller-uid', 'metadata labels batch.kubernetes.io/job-name'],
      jobs: ['metadata labels', 'spec template metadata labels', 'spec selector matchLabels'].flatMap((path) =>
        ['controller-uid', 'job-name', 'batch.kubernetes.io/controller-uid', 'batch.kubernetes.io/job-name'].map(
          (name) => `${path} ${name}`,
        ),
      ),
    },
  },
  {
    subject: 'token secrets of service accounts',
    row: 'token secrets of accounts, token volume of pods',
    why: 'not made since 1.24',
    settle(object, resource) {
      if (resource === 'serviceaccounts') delete object['secrets'];
    },
  },
  {
    subject: 'token volume of pods',
    row: 'token secrets of accounts, token volume of pods',
    why: 'a secret then, projected now',
    settle(object, resource) {
      const spec = object['spec'] as Fields | undefined;
      if (resource !== 'pods' || !Array.isArray(spec?.['volumes'])) return;
      const isToken = ({ name }: Fields): boolean => /^(default-token|kube-api-access)-/.test(name as string);
      filterMember(spec, 'volumes', isToken);
      for (const container of [...(spec['containers'] ?? []), ...(spec['initContainers'] ?? [])] as Fields[]) {
        filterMember(container, 'volumeMounts', isToken);
      }
    },
  },
  {
    subject: 'name of a LimitRange that is to be generated',
    row: 'name of a refused LimitRange that has only `generateName`',
    why: '1.20 gives it an id before it looks at generateName',
    settle(object, resource) {
      if (resource !== 'limitranges') return;
      const generated = (text: unknown): string => String(text).replace(/made-[a-z0-9]{5}|[0-9a-f-]{36}/, 'made-name0');
      if (object['kind'] !== 'Status') return;
      object['message'] = generated(object['message']);
      if (object['details']?.name !== undefined) object['details'].name = generated(object['details'].name);
    },
  },
  {
    subject: 'columns of Tables',
    row: 'group of a faulty Ingress, path to an element of a custom resource, columns of Tables',
    why: 'Jobs have a status now, restarts their age, the metric of an autoscaler its name',
    settle(object, resource) {
      if (object['kind'] !== 'Table') return;
      const columns = object['columnDefinitions'] as Fields[] | null;
      if (resource === 'jobs') filterMember(object, 'columnDefinitions', ({ name }) => name === 'Status');
      for (const column of columns ?? []) if (column['name'] === 'Restarts') column['type'] = 'string';
      for (const { cells } of (object['rows'] ?? []) as { cells: unknown[] }[]) {
        if (resource === 'services' && cells[2] === '<none>') cells[2] = '10.96.0.0'; // of a dry run
        if (resource === 'pods') cells[3] = String(cells[3]);
        if (resource === 'horizontalpodautoscalers') cells[2] = String(cells[2]).replace(/^cpu: /, '');
        if (resource === 'serviceaccounts') cells[1] = '<secrets>';
        if (resource === 'jobs' && cells.length > 7) cells.splice(1, 1);
        if (resource === 'jobs') [cells[2], cells[6]] = ['<duration>', '<selector>'];
      }
    },
  },
  {
    subject: 'the count of template changes in a Table of DaemonSets',
    row: 'template count of DaemonSets in a Table',
    why: 'is there only where it is converted; it is deprecated',
    settle(object) {
      if (object['kind'] === 'PartialObjectMetadata')
        delete object['metadata']?.annotations?.['deprecated.daemonset.template.generation'];
    },
  },
  {
    subject: 'a faulty request',
    row: '500 for a faulty request',
    why: '1.20 answers 500 to many where current servers answer 4xx',
    explains: ({ real, ours }) => real.status === 500 && ours.status >= 400 && ours.status < 500,
  },
];
