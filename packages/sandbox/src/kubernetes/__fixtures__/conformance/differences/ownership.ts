import type { Fields } from '../../../kube-api.js';
import type { Answer } from '../step.js';
import { CAUSES, causesOf, isApply, MERGED } from './difference.js';
import type { Compared, Difference } from './difference.js';

const OWNERS = /^\/body\/metadata\/managedFields(\/|$)/;

/** What is owned as a whole now, by its parts then. */
const UNITS = [
  'nodeSelector',
  'selector',
  'scaleTargetRef',
  'roleRef',
  'fieldRef',
  'podSelector',
  'secretKeyRef',
  'configMapKeyRef',
  'requiredDuringSchedulingIgnoredDuringExecution',
];

/** Who owns what. */
export const ownership: readonly Difference[] = [
  {
    subject: 'ownership of service accounts that nobody owned any part of',
    row: 'ownership of service accounts that nobody owned any part of',
    why: 'without a token secret, which its maker owns, nobody is left, and what has no owner gets none by a write',
    disowns: ({ metadata }, resource) =>
      resource === 'serviceaccounts' &&
      ((metadata?.managedFields ?? []) as Fields[]).every(({ manager }) => manager === 'kube-controller-manager'),
  },
  {
    subject: 'conflicts with who owns what had no parts when it was written',
    row: 'who is named in a conflict, and by which field',
    why: '1.20 gives that owner the parts that others write, and names it beside them',
    at: CAUSES,
    explains({ real, ours }) {
      const [theirs, known] = [conflictsOf(real), conflictsOf(ours)];
      const added = theirs.filter((cause) => !known.some((other) => isSameCause(cause, other)));
      const isAll = known.every((cause) => theirs.some((other) => isSameCause(cause, other)));
      return known.length > 0 && isAll && added.every(({ field }) => known.some((other) => other['field'] === field));
    },
  },
  {
    subject: 'parts that an apply gives up of what somebody owned without parts',
    row: 'parts given up by an apply that somebody else owned only as a whole',
    why: 'in 1.20 that owner was given them, and so they stay; now nobody is left who has them',
    at: /^\/body\/(metadata|spec)\//,
    explains: (compared) => isApply(compared.step) && isGiven(compared),
  },
  {
    subject: 'fields of conflicts',
    row: 'who is named in a conflict, and by which field',
    why: '1.20 names the parent of another one in place of a field: its paths share memory',
    at: CAUSES,
    explains({ real, ours }) {
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
    subject: 'fields of conflicts that are named twice',
    row: 'who is named in a conflict, and by which field',
    why: 'as above: 1.20 names the last of some siblings in place of each',
    at: CAUSES,
    explains({ real, ours }) {
      const [theirs, known] = [conflictsOf(real), conflictsOf(ours)];
      const missing = known.filter((cause) => !theirs.some((other) => isSameCause(cause, other)));
      const isTwice = ({ field }: Fields): boolean =>
        theirs.filter((other) => other['field'] === field).length > known.filter((other) => other['field'] === field).length;
      return theirs.length === known.length && missing.length > 0 && theirs.some(isTwice);
    },
  },
  {
    subject: 'ownership of an object with a list in which a key comes twice',
    row: 'ownership of objects with a list in which a key comes twice',
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
    row: 'who owns the parts of what had none, or of what is one unit now, and conflicts over these',
    why: 'they are one unit in current schemas',
    units: UNITS,
  },
  {
    subject: 'conflicts over some structs and maps',
    row: 'who owns the parts of what had none, or of what is one unit now, and conflicts over these',
    why: 'as above: another part than the one that is owned is the same unit now',
    at: /^\//,
    explains({ step, real, ours, path }) {
      if (!isApply(step) || ours.status !== 409 || ![200, 409].includes(real.status)) return false;
      if (real.status === ours.status && !CAUSES.test(path)) return false;
      const [theirs, known] = [conflictsOf(real), conflictsOf(ours)];
      const more = theirs.filter((cause) => !known.some((other) => isSameCause(cause, other)));
      const less = known.filter((cause) => !theirs.some((other) => isSameCause(cause, other)));
      const isUnit = ({ field }: Fields): boolean => UNITS.includes(String(field).split('.').at(-1) ?? '');
      const isBelow = ({ field }: Fields): boolean =>
        less.some((unit) => String(field).startsWith(`${String(unit['field'])}.`));
      return less.length > 0 && less.every(isUnit) && more.every(isBelow);
    },
  },
  {
    subject: 'ownership of status by writes of the object itself',
    row: 'who owns status and replicas, conflicts over replicas, and what of these an apply leaves',
    why: 'since 1.21 what a write cannot change is not owned by it',
    claims: { '*': ['status'] },
  },
  {
    subject: 'version after a PUT that changes nothing and has no status',
    row: 'version after a PUT that changes nothing',
    why: 'as above: in 1.20 its writer gives up the status, and that is a write',
    at: /^\/body\/metadata\/resourceVersion$/,
    explains: ({ step, real, ours }) =>
      step.method === 'PUT' &&
      ownersOf(ours).some(
        ({ manager, subresource }) => subresource === 'status' && !ownersOf(real).some((other) => ownsStatus(other, manager)),
      ),
  },
  {
    subject: 'what controllers keep in metadata',
    row: 'what controllers keep in annotations and finalizers',
    why: 'the conditions of an autoscaler in an annotation (1.20), a finalizer on claims: at a time of their own',
    claims: { horizontalpodautoscalers: ['metadata annotations'], persistentvolumeclaims: ['metadata finalizers'] },
  },
  {
    subject: 'ownership of replicas',
    row: 'who owns status and replicas, conflicts over replicas, and what of these an apply leaves',
    why: 'since 1.21 a write to the scale subresource owns them',
    claims: {
      deployments: ['spec replicas'],
      statefulsets: ['spec replicas'],
      replicasets: ['spec replicas'],
      widgets: ['spec replicas'],
    },
  },
  {
    subject: 'conflicts over replicas',
    row: 'who owns status and replicas, conflicts over replicas, and what of these an apply leaves',
    why: 'as above',
    at: /^\//,
    explains({ step, real, ours, path }) {
      if (!isApply(step) || (real.status === ours.status && !CAUSES.test(path))) return false;
      const [theirs, known] = [conflictsOf(real), conflictsOf(ours)];
      const single = [
        ...theirs.filter((cause) => !known.some((other) => isSameCause(cause, other))),
        ...known.filter((cause) => !theirs.some((other) => isSameCause(cause, other))),
      ];
      return single.length > 0 && single.every(({ field }) => field === '.spec.replicas');
    },
  },
  {
    subject: 'replicas that an apply gives up and the scale subresource has set since',
    row: 'who owns status and replicas, conflicts over replicas, and what of these an apply leaves',
    why: 'as above, and so they stay',
    at: /^\/body\/spec\/replicas$/,
    explains: ({ step, ours }) =>
      isApply(step) &&
      ownersOf(ours).some(
        ({ subresource, fieldsV1 }) => subresource === 'scale' && fieldsV1['f:spec']?.['f:replicas'] !== undefined,
      ),
  },
  {
    subject: 'ownership of what only the scale subresource owned a part of',
    row: 'ownership of what only its scale subresource was written by',
    why: 'as above: 1.20 knows no owner, and the next apply makes one of whoever was before it',
    at: OWNERS,
    explains({ real, ours }) {
      const [theirs, known] = [ownersOf(real), ownersOf(ours)];
      const isUnowned = theirs.length === 0 || theirs.some(({ manager }) => manager === 'before-first-apply');
      return isUnowned && known.some(({ subresource }) => subresource === 'scale');
    },
  },
];

/** Causes of a refusal for conflicts; none of other answers. */
function conflictsOf(answer: Answer): readonly Fields[] {
  return answer.status === 409 ? causesOf(answer) : [];
}

function isSameCause(a: Fields, b: Fields): boolean {
  const withoutSubresource = (text: unknown): string => String(text).replace(/ with subresource "\w+"/, '');
  return a['field'] === b['field'] && withoutSubresource(a['message']) === withoutSubresource(b['message']);
}

function ownersOf({ body }: Answer): readonly Fields[] {
  return ((body as Fields)['metadata']?.managedFields ?? []) as Fields[];
}

function ownsStatus({ manager, fieldsV1 }: Fields, name: unknown): boolean {
  return manager === name && fieldsV1['f:status'] !== undefined;
}

/** Places of what an owner has with parts in 1.20's answer and without in ours: in the object, and among its owners. */
function isGiven({ real, ours, path }: Compared): boolean {
  const inOwners = path.replace(/^\/body\/metadata\/managedFields\/\d+\/fields\//, '');
  return ownersOf(ours).some((entry) => {
    const same = ownersOf(real).find(
      ({ manager, operation }) => manager === entry['manager'] && operation === entry['operation'],
    );
    return splitPaths(same?.['fieldsV1'] as Fields | undefined, entry['fieldsV1'] as Fields).some((names) => {
      const value = `/body/${names.map((name) => name.slice(2)).join('/')}`;
      return `${path}/`.startsWith(`${value}/`) || `${inOwners}/`.startsWith(`${names.join('/')}/`);
    });
  });
}

/** Paths that have members below them in the first set, and are leaves of the second. */
function splitPaths(real: Fields | undefined, ours: Fields): string[][] {
  return Object.entries(ours).flatMap(([name, below]) => {
    const theirs = real?.[name] as Fields | undefined;
    if (theirs === undefined || !name.startsWith('f:')) return [];
    if (Object.keys(below as Fields).length === 0) return Object.keys(theirs).length === 0 ? [] : [[name]];
    return splitPaths(theirs, below as Fields).map((rest) => [name, ...rest]);
  });
}
