import type { Fields, KubeObject } from '../kube-api.js';
import type { PodMaking } from './pod-control.js';

const INDEX = 'batch.kubernetes.io/job-completion-index';
const FAILURES = 'batch.kubernetes.io/job-index-failure-count';

/** Does each pod of the Job have an index? */
export const isIndexed = (job: KubeObject): boolean => job.spec?.['completionMode'] === 'Indexed';

/** Are failures counted for each index? */
export const hasIndexLimit = (job: KubeObject): boolean =>
  isIndexed(job) && job.spec?.['backoffLimitPerIndex'] !== undefined;

/** The index of a pod; -1 of one that has none. */
export const indexOf = (pod: KubeObject): number => Number(pod.metadata.annotations?.[INDEX] ?? -1);

/** All indexes of a Job, in order. */
export function indexesOf(job: KubeObject): number[] {
  return Array.from({ length: Number(job.spec?.['completions'] ?? 0) }, (_, index) => index);
}

/** What the pod of an index has beyond the template. `failures`: of this index before, told where they are counted. */
export function indexed(job: KubeObject, index: number, failures: number): PodMaking {
  const field = { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.annotations['${INDEX}']` } };
  return {
    annotations: { [INDEX]: String(index), ...(hasIndexLimit(job) ? { [FAILURES]: String(failures) } : {}) },
    labels: { [INDEX]: String(index) },
    edit(spec) {
      spec['hostname'] ??= `${job.metadata.name}-${index}`;
      for (const container of [...(spec['initContainers'] ?? []), ...(spec['containers'] ?? [])] as Fields[]) {
        container['env'] = [...(container['env'] ?? []), { name: 'JOB_COMPLETION_INDEX', valueFrom: field }];
      }
    },
  };
}

/** `0-2,5` of 0, 1, 2, 5. */
export function formatIndexes(numbers: Iterable<number>): string {
  const parts: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = parts.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}

/** Inverse of {@link formatIndexes}; `undefined` for a text that is no such list in order. */
export function parseIndexes(text: string): number[] | undefined {
  const numbers: number[] = [];
  for (const part of text.split(',')) {
    const [, from = '', to = from] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (from === '' || Number(to) < Number(from) || Number(from) <= (numbers.at(-1) ?? -1)) return undefined;
    for (let number = Number(from); number <= Number(to); number += 1) numbers.push(number);
  }
  return numbers;
}
