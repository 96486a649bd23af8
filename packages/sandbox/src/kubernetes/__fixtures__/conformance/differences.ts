import type { Fields } from '../../kube-api.js';
import type { Answer, Step } from './step.js';

/** Something a current server, which the sandbox says it is, does otherwise than the 1.20 it is held against. */
export interface Difference {
  readonly subject: string;
  readonly why: string;
  /** Takes the difference out of an object of either server, in place. */
  readonly settle?: (object: Fields, resource: string) => void;
  /** Paths of members that only one of the servers has, their parts separated by blanks; `*` is any resource. */
  readonly members?: Readonly<Record<string, readonly string[]>>;
  /** The same for members that are only owned otherwise. */
  readonly claims?: Readonly<Record<string, readonly string[]>>;
  /** Names of members that only one of the servers takes for a unit. */
  readonly units?: readonly string[];
  /** Is an object's ownership not to be compared from now on? Each object is shown to it, before others settle it. */
  readonly disowns?: (object: Fields, resource: string) => boolean;
  /** Is this what makes the two answers differ? */
  readonly explains?: (step: Step, real: Answer, ours: Answer) => boolean;
}

const MERGED = new Set([
  'tags',
  'parts',
  'containers',
  'volumes',
  'env',
  'ports',
  'initContainers',
  'imagePullSecrets',
]);

/** The argued list: told in the package's README too. */
export const differences: readonly Difference[] = [
  {
    subject: 'younger fields',
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
    why: 'not made since 1.24',
    settle(object, resource) {
      if (resource === 'serviceaccounts') delete object['secrets'];
    },
  },
  {
    subject: 'ownership of service accounts that nobody owned any part of',
    why: 'without a token secret, which its maker owns, nobody is left, and what has no owner gets none by a write',
    disowns: ({ metadata }, resource) =>
      resource === 'serviceaccounts' &&
      ((metadata?.managedFields ?? []) as Fields[]).every(({ manager }) => manager === 'kube-controller-manager'),
  },
  {
    subject: 'conflicts with who owns what had no parts when it was written',
    why: 'as above: 1.20 names that owner too, beside who wrote the part',
    explains(_step, real, ours) {
      const [theirs, known] = [conflictsOf(real), conflictsOf(ours)];
      const added = theirs.filter((cause) => !known.some((other) => isSameCause(cause, other)));
      const isAll = known.every((cause) => theirs.some((other) => isSameCause(cause, other)));
      return known.length > 0 && isAll && added.every(({ field }) => known.some((other) => other['field'] === field));
    },
  },
  {
    subject: 'fields of conflicts',
    why: '1.20 names the parent of another one in place of a field: its paths share memory',
    explains(_step, real, ours) {
      const [theirs, known] = [conflictsOf(real), conflictsOf(ours)];
      const wrong = theirs.filter((cause) => !known.some((other) => isSameCause(cause, other)));
      const missing = known.filter((cause) => !theirs.some((other) => isSameCause(cause, other)));
      const isParent = ({ field }: Fields): boolean =>
        known.some((other) => /^[.[]/.test(String(other['field']).replace(String(field), '')));
      const isOfSame = ({ message }: Fields, at: number): boolean => message === missing[at]?.['message'];
      return wrong.length > 0 && wrong.length === missing.length && wrong.every(isParent) && wrong.every(isOfSame);
    },
  },
  {
    subject: 'name of a LimitRange that is to be generated',
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
    subject: 'ownership of an object with a list in which a key comes twice',
    why: '1.20 gives up all of it for good, current servers have the elements owned together',
    disowns(object) {
      const isTwice = (value: unknown): boolean => {
        if (typeof value !== 'object' || value === null) return false;
        return Object.entries(value).some(([name, inner]) => {
          if (!Array.isArray(inner) || !MERGED.has(name)) return isTwice(inner);
          const keys = inner.flatMap(
            (item: unknown) => ((item as Fields | null)?.['name'] as string | undefined) ?? [],
          );
          return new Set(keys).size < keys.length || isTwice(inner);
        });
      };
      return isTwice(object['spec']);
    },
  },
  {
    subject: 'ownership of some structs and maps',
    why: 'they are one unit in current schemas',
    units: [
      'nodeSelector',
      'selector',
      'scaleTargetRef',
      'roleRef',
      'fieldRef',
      'podSelector',
      'secretKeyRef',
      'configMapKeyRef',
      'requiredDuringSchedulingIgnoredDuringExecution',
    ],
  },
  {
    subject: 'ownership of status by writes of the object itself',
    why: 'since 1.21 what a write cannot change is not owned by it',
    claims: { '*': ['status'] },
  },
  {
    subject: 'fields and the host of a Service port left out of an apply',
    why: '1.20 wants the protocol, current servers know its default',
    explains: ({ contentType, path }, real) =>
      contentType?.includes('apply') === true && path.includes('/services/') && real.status === 500,
  },
  {
    subject: 'what controllers keep in metadata',
    why: 'the conditions of an autoscaler in an annotation (1.20), a finalizer on claims: at a time of their own',
    claims: { horizontalpodautoscalers: ['metadata annotations'], persistentvolumeclaims: ['metadata finalizers'] },
  },
  {
    subject: 'ownership of replicas',
    why: 'since 1.21 a write to the scale subresource owns them',
    claims: {
      deployments: ['spec replicas'],
      statefulsets: ['spec replicas'],
      replicasets: ['spec replicas'],
      widgets: ['spec replicas'],
    },
    explains: ({ contentType, body }, real, ours) =>
      contentType?.includes('apply') === true &&
      (body as Fields)['spec']?.replicas !== undefined &&
      [real.status, ours.status].includes(409),
  },
  {
    subject: 'the answer to a DELETE of a Service',
    why: 'the object now, a Status then',
    explains: ({ method, path }, real, ours) =>
      method === 'DELETE' && path.includes('/services/') && real.status === 200 && ours.status === 200,
  },
  {
    subject: 'a faulty request',
    why: '1.20 answers 500 to many where current servers answer 4xx',
    explains: (_step, real, ours) => real.status === 500 && ours.status >= 400 && ours.status < 500,
  },
  {
    subject: 'what an apply leaves of a struct whose parts it gives up',
    why: 'more is one unit now, and goes as a whole',
    explains: ({ contentType }, real, ours) =>
      contentType?.includes('apply') === true && real.status === 422 && ours.status === 422,
    settle(object) {
      for (const spec of [object['spec'], object['spec']?.template?.spec] as (Fields | undefined)[]) {
        if (['{}', '{"nodeAffinity":{}}'].includes(JSON.stringify(spec?.['affinity']))) delete spec?.['affinity'];
      }
    },
  },
  {
    subject: 'a Service that is replaced without a version, or with a stale one',
    why: '1.20 refused both as faulty, as for no other kind',
    explains: ({ method, path }, real, ours) =>
      method === 'PUT' && path.includes('/services/') && real.status === 422 && [200, 409, 422].includes(ours.status),
  },
  {
    subject: 'a Service whose address is taken away',
    why: 'it keeps it now; 1.20 refused that where the list of addresses was left',
    explains: (_step, real, ours) =>
      ours.status === 200 && real.status === 422 && saidBy(real).includes('primary clusterIP can not be unset'),
  },
  {
    subject: 'a Service that is replaced and is not there',
    why: 'it is made now',
    explains: ({ method, path }, real, ours) => method === 'PUT' && path.includes('/services/') && real.status === 404,
  },
  {
    subject: 'order of the elements of a list after an apply',
    why: 'that of the configuration now, that of the object then',
    settle(object) {
      const sort = (value: unknown): void => {
        if (typeof value !== 'object' || value === null) return;
        for (const [name, inner] of Object.entries(value)) {
          if (Array.isArray(inner) && MERGED.has(name))
            inner.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
          sort(inner);
        }
      };
      sort(object['spec']);
    },
  },
  {
    subject: 'the count of template changes in a Table of DaemonSets',
    why: 'is there only where it is converted; it is deprecated',
    settle(object) {
      if (object['kind'] === 'PartialObjectMetadata')
        delete object['metadata']?.annotations?.['deprecated.daemonset.template.generation'];
    },
  },
  {
    subject: 'an apply that gives up all parts of something',
    why: '1.20 leaves null or a hollow struct in its place, which validation refuses; current servers leave nothing',
    explains({ contentType }, real, ours) {
      if (contentType?.includes('apply') !== true || real.status !== 422 || ours.status !== 200) return false;
      const causes = ((real.body as Fields)['details']?.causes ?? []) as Fields[];
      const isThere = (field: string): boolean => {
        const parts = field.replaceAll(/\[\d+\]/g, '').split('.');
        return parts.reduce<unknown>((value, name) => (value as Fields | undefined)?.[name], ours.body) !== undefined;
      };
      return causes.length > 0 && causes.every(({ field }) => !isThere(String(field)));
    },
  },
  {
    subject: 'an apply of a wrong type, or without the key of an element',
    why: 'it is refused before conflicts and before validation now; 1.20 does not validate the pods of a StatefulSet',
    explains: ({ contentType, path }, real, ours) =>
      contentType?.includes('apply') === true &&
      ours.status === 400 &&
      ([409, 422].includes(real.status) ||
        (path.includes('/statefulsets/') && saidBy(ours).includes('has an element that omits key field'))),
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
    subject: 'words about a continue token',
    why: 'it is opaque, and so is what is wrong with one',
    explains: ({ query }, real, ours) =>
      query?.['continue'] !== undefined && real.status === 400 && ours.status === 400,
  },
  {
    subject: 'group of a faulty Ingress or NetworkPolicy',
    why: '1.20 calls it by the name of its old one',
    settle(object) {
      if (object['kind'] !== 'Status' || object['details']?.group !== 'extensions') return;
      object['details'].group = 'networking.k8s.io';
      object['message'] = String(object['message']).replace('.extensions ', '.networking.k8s.io ');
    },
  },
  {
    subject: 'token volume of pods',
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
    subject: 'addresses of Services in a dry run',
    why: 'assigned now, not then',
    settle(object, resource) {
      if (resource !== 'services' || object['metadata']?.resourceVersion !== undefined) return;
      for (const member of ['clusterIP', 'clusterIPs'])
        if (object['spec']?.[member] !== 'None') delete object['spec']?.[member];
    },
  },
  {
    subject: 'columns of Tables',
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
    subject: 'words about a claim that may not change',
    why: 'more may change now',
    explains: ({ path }, real, ours) =>
      path.includes('/persistentvolumeclaims/') && real.status === 422 && ours.status === 422,
    settle(object) {
      for (const cause of (object['kind'] === 'Status' ? (object['details']?.causes ?? []) : []) as Fields[]) {
        cause['message'] = String(cause['message'])
          .replace(/(spec is immutable after creation except resources\.requests).*/s, '$1')
          .replace(/^(Forbidden: updates to statefulset spec for fields other than).*/s, '$1');
      }
    },
  },
  {
    subject: 'path to an element in a fault of a custom resource',
    why: 'has the index now',
    settle(object) {
      for (const cause of (object['kind'] === 'Status' ? (object['details']?.causes ?? []) : []) as Fields[]) {
        if (cause['reason'] === 'FieldValueRequired' && cause['message'] === 'Required value')
          cause['field'] = String(cause['field']).replaceAll(/\[\d+\]/g, '');
      }
    },
  },
  {
    subject: 'words of the label selector parser',
    why: 'changed since',
    explains: ({ query }, real, ours) =>
      query?.['labelSelector'] !== undefined && real.status === 400 && ours.status === 400,
  },
];

function saidBy({ body }: Answer): string {
  return String((body as Fields)['message']);
}

/** Causes of a refusal for conflicts; none of other answers. */
function conflictsOf({ status, body }: Answer): readonly Fields[] {
  return status === 409 ? (((body as Fields)['details']?.causes ?? []) as Fields[]) : [];
}

function isSameCause(a: Fields, b: Fields): boolean {
  const withoutSubresource = (text: unknown): string => String(text).replace(/ with subresource "\w+"/, '');
  return a['field'] === b['field'] && withoutSubresource(a['message']) === withoutSubresource(b['message']);
}

function filterMember(object: Fields, member: string, isGone: (item: Fields) => boolean): void {
  const list = object[member] as Fields[] | null | undefined;
  if (!Array.isArray(list)) return;
  const kept = list.filter((item) => !isGone(item));
  if (kept.length === 0) delete object[member];
  else object[member] = kept;
}
