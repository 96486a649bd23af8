import type { KubeObject } from './kube-api.js';

/** Labels by which a Job that does not select by hand finds its pods, under today's names and those of old. */
export function jobLabels({ metadata: { uid = '', name = '' } }: KubeObject): Readonly<Record<string, string>> {
  return {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
}
