import type { CallOptions, KubeClient } from './kube-client.js';
import type { KubeObject } from './kube-object.js';
import { at, listAt, textAt } from './kube-object.js';

/** A pod of a release's workloads. */
export interface ReleasePod {
  readonly name: string;
  readonly uid: string;
  /** Of its containers, in order. */
  readonly images: readonly string[];
}

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;
const RELEASE = 'meta.helm.sh/release-name';

/**
 * The pods of a release's Deployments, StatefulSets and DaemonSets that are there to stay: neither ended nor being deleted.
 * What belongs to the release is known by the annotation that helm writes.
 */
export async function listReleasePods(
  kube: KubeClient,
  options: CallOptions & { readonly release: string; readonly namespace: string },
): Promise<readonly ReleasePod[]> {
  const { release, namespace, signal } = options;
  const lists = await Promise.all(
    WORKLOADS.map((kind) => kube.list({ apiVersion: 'apps/v1', kind }, { namespace, signal })),
  );
  const workloads = lists
    .flatMap(({ items }) => items)
    .filter(({ metadata }) => metadata.annotations?.[RELEASE] === release);
  const pods = await Promise.all(
    workloads.map(async (workload) => {
      const labelSelector = selectorOf(workload);
      if (labelSelector === '') return [];
      return (await kube.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace, labelSelector, signal })).items;
    }),
  );
  return pods
    .flat()
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .filter((pod) => !['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase')))
    .map((pod) => ({
      name: pod.metadata.name ?? '',
      uid: pod.metadata.uid ?? '',
      images: listAt(pod, 'spec', 'containers').map((container) => textAt(container, 'image')),
    }));
}

/**
 * Why a release's pods are those of before; `undefined` when some are new. Workloads of which an upgrade changes nothing
 * keep theirs.
 */
export function releasePodsProblem(before: readonly ReleasePod[], now: readonly ReleasePod[]): string | undefined {
  if (now.length === 0) return 'the release has no pods';
  if (now.some(({ uid }) => before.every((one) => one.uid !== uid))) return undefined;
  return `still the pods of before: ${now.map(({ name, images }) => `${name} (${images.join(', ')})`).join(', ')}`;
}

/** `matchLabels` as a label selector. Expressions are few among workloads of charts, and only narrow it down. */
function selectorOf(workload: KubeObject): string {
  const labels = (at(workload, 'spec', 'selector', 'matchLabels') ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',');
}
