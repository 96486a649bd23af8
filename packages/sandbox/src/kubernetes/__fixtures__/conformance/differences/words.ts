import type { Fields } from '../../../kube-api.js';
import { MESSAGE, saidBy } from './difference.js';
import type { Difference } from './difference.js';

/** What is said otherwise of the same faults. */
export const words: readonly Difference[] = [
  {
    subject: 'words of decoders',
    row: 'words of decoders, selectors and continue tokens',
    why: 'a value of the wrong type is told by whatever decoder the version has',
    at: MESSAGE,
    explains({ real, ours }) {
      const told = [real, ours].map(saidBy);
      const [first, second] = told.map((text) => /^.* cannot be handled as an? \w+: /.exec(text)?.[0] ?? text);
      return real.status === 400 && first === second;
    },
  },
  {
    subject: 'words about a continue token',
    row: 'words of decoders, selectors and continue tokens',
    why: 'it is opaque, and so is what is wrong with one',
    at: MESSAGE,
    explains: ({ step: { query }, real }) => query?.['continue'] !== undefined && real.status === 400,
  },
  {
    subject: 'words of the label selector parser',
    row: 'words of decoders, selectors and continue tokens',
    why: 'changed since',
    at: MESSAGE,
    explains: ({ step: { query }, real }) => query?.['labelSelector'] !== undefined && real.status === 400,
  },
  {
    subject: 'words about a field that Services are not selected by',
    row: 'words about a field that Services are not selected by',
    why: 'they can be selected by more now',
    at: MESSAGE,
    explains: ({ step: { path, query }, real }) =>
      path.endsWith('/services') && query?.['fieldSelector'] !== undefined && real.status === 400,
  },
  {
    subject: 'group of a faulty Ingress or NetworkPolicy',
    row: 'group of a faulty Ingress, path to an element of a custom resource, columns of Tables',
    why: '1.20 calls it by the name of its old one',
    settle(object) {
      if (object['kind'] !== 'Status' || object['details']?.group !== 'extensions') return;
      object['details'].group = 'networking.k8s.io';
      object['message'] = String(object['message']).replace('.extensions ', '.networking.k8s.io ');
    },
  },
  {
    subject: 'words about a claim or a StatefulSet that may not change',
    row: 'words about a claim or a StatefulSet that may not change',
    why: 'more may change now, and a claim may shrink to the size it has',
    settle(object) {
      for (const cause of causesIn(object)) {
        cause['message'] = String(cause['message'])
          .replace(/(spec is immutable after creation except resources\.requests).*/s, '$1')
          .replace(/^(Forbidden: field can not be less than).*/, '$1')
          .replace(/^(Forbidden: updates to statefulset spec for fields other than).*/s, '$1');
      }
    },
  },
  {
    subject: 'path to an element in a fault of a custom resource',
    row: 'group of a faulty Ingress, path to an element of a custom resource, columns of Tables',
    why: 'has the index now',
    settle(object) {
      for (const cause of causesIn(object)) {
        if (cause['reason'] === 'FieldValueRequired' && cause['message'] === 'Required value')
          cause['field'] = String(cause['field']).replaceAll(/\[\d+\]/g, '');
      }
    },
  },
];

function causesIn(object: Fields): readonly Fields[] {
  return (object['kind'] === 'Status' ? (object['details']?.causes ?? []) : []) as Fields[];
}
