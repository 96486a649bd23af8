import { coreKinds } from './core-kinds.js';
import { customKind } from './custom-kind.js';
import { groupKinds } from './group-kinds.js';
import type { Kind } from './kind.js';
import { workloads } from './workload-kinds.js';

const often = coreKinds.filter(({ resource }) => resource === 'configmaps' || resource === 'pods');

/** What a run plays with, each as often as it is named. */
export const kinds: readonly Kind[] = [
  ...coreKinds,
  ...groupKinds,
  ...workloads,
  customKind,
  customKind,
  customKind,
  ...often,
];
