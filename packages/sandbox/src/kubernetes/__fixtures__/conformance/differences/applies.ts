import type { Fields } from '../../../kube-api.js';
import { CAUSES, causesOf, isApply, MERGED, saidBy, singleCauses } from './difference.js';
import type { Step } from '../step.js';
import type { Difference } from './difference.js';

/** What an apply makes of an object. */
export const applies: readonly Difference[] = [
  {
    subject: 'what an apply leaves of a struct whose parts it gives up',
    row: 'what an apply leaves of a struct or list whose parts it gives up',
    why: 'more is one unit now, and goes as a whole',
    at: CAUSES,
    explains({ step, real, ours }) {
      if (!isApply(step) || real.status !== 422 || ours.status !== 422) return false;
      const { more, less } = singleCauses(real, ours);
      // Faults of what 1.20 has left, which the configuration does not have; or of what lacks it, now that it is gone.
      const isAround = ({ field }: Fields): boolean =>
        more.some((cause) => String(cause['field']).startsWith(`${String(field)}.`));
      return more.length > 0 && more.every(({ field }) => !isConfigured(step, String(field))) && less.every(isAround);
    },
    settle(object) {
      for (const spec of [object['spec'], object['spec']?.template?.spec] as (Fields | undefined)[]) {
        if (['{}', '{"nodeAffinity":{}}'].includes(JSON.stringify(spec?.['affinity']))) delete spec?.['affinity'];
      }
    },
  },
  {
    subject: 'an apply that gives up all parts of something',
    row: 'what an apply leaves of a struct or list whose parts it gives up',
    why: '1.20 leaves null or a hollow struct in its place, which validation refuses; current servers leave nothing',
    explains({ step, real, ours }) {
      if (!isApply(step) || real.status !== 422 || ours.status !== 200) return false;
      const causes = causesOf(real);
      return causes.length > 0 && causes.every(({ field }) => !has(ours.body, String(field)));
    },
  },
  {
    subject: 'an apply of a wrong type, or without the key of an element',
    row: "applies of a wrong type, without an element's key or a port's protocol",
    why: 'it is refused before conflicts and before validation now',
    explains: ({ step, real, ours }) => isApply(step) && ours.status === 400 && [409, 422].includes(real.status),
  },
  {
    subject: 'an apply of a StatefulSet whose pods lack the key of an element',
    row: 'applies of a StatefulSet with a container that has no name',
    why: '1.20 takes it: it neither wants the key nor validates the pods of a StatefulSet',
    explains: ({ step, real, ours }) =>
      isApply(step) &&
      step.path.includes('/statefulsets/') &&
      [200, 201].includes(real.status) &&
      ours.status === 400 &&
      saidBy(ours).includes('has an element that omits key field'),
  },
  {
    subject: 'order of the elements of a list after an apply',
    row: 'order of list elements after an apply',
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
];

/** Is there anything at the path that a cause names? */
function has(object: unknown, field: string): boolean {
  const parts = field.replaceAll(/\[\d+\]/g, '').split('.');
  return parts.reduce<unknown>((value, name) => (value as Fields | undefined)?.[name], object) !== undefined;
}

function isConfigured({ body }: Step, field: string): boolean {
  return has(typeof body === 'string' ? JSON.parse(body) : body, field);
}
