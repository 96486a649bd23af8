import { DeployError } from './errors.js';
import type { CallOptions, KubeClient } from './kube-client.js';
import type { KindRef, KubeObject } from './kube-object.js';
import { at, conditionOf, listAt, textAt } from './kube-object.js';
import { eventsOf, lastWarning } from './object-events.js';
import { podLogs, podReason } from './pod-trouble.js';
import { NO_CONDITION, readinessOf } from './readiness.js';

/** One object that is not ready, and all that is known of why. */
export interface Finding {
  readonly kind: string;
  readonly name: string;
  /** In one line. */
  readonly why: string;
  /** States, events, last log lines. */
  readonly lines: readonly string[];
}

const WORKLOADS: readonly KindRef[] = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet' },
  { apiVersion: 'batch/v1', kind: 'Job' },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
];
const OTHERS: readonly KindRef[] = [
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
  { apiVersion: 'v1', kind: 'Service' },
];
const DEFINITION: KindRef = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
const RELEASE = 'meta.helm.sh/release-name';
const MANAGED_BY_HELM = 'app.kubernetes.io/managed-by=Helm';

/** Where to look. */
export interface DiagnoseOptions extends CallOptions {
  readonly namespace: string;
  readonly release?: string;
  /** Last lines of each failing container's log. @default 20 */
  readonly logLines?: number;
}

/**
 * Every object of a namespace that is not ready, and why: what pods wait for, how containers ended, events, last lines.
 * With them the definitions that the cluster does not accept, and custom resources of the release.
 *
 * What carries the name of another release is left out. What cannot be read is left out too: a diagnosis is made when
 * something failed already, so it says what it can.
 *
 * @returns pods last, in the order of the API. Empty when all is ready.
 */
export async function diagnose(kube: KubeClient, options: DiagnoseOptions): Promise<readonly Finding[]> {
  const { namespace, release, logLines = 20, signal } = options;
  const read = async (kind: KindRef, labelSelector?: string): Promise<readonly KubeObject[]> => {
    try {
      return (await kube.list(kind, { namespace, labelSelector, signal })).items;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof DeployError) return [];
      throw error;
    }
  };
  const readAll = async (kinds: readonly KindRef[], labelSelector?: string): Promise<readonly KubeObject[]> =>
    (await Promise.all(kinds.map((kind) => read(kind, labelSelector)))).flat();
  const [events, workloads, others, pods, definitions] = await Promise.all([
    read({ apiVersion: 'v1', kind: 'Event' }),
    readAll(WORKLOADS),
    readAll(OTHERS),
    read({ apiVersion: 'v1', kind: 'Pod' }),
    read(DEFINITION),
  ]);
  const custom = release === undefined ? [] : await readAll(definitions.flatMap(namespacedKind), MANAGED_BY_HELM);
  const owners = new Map(workloads.map((object) => [object.metadata.uid, object]));
  const isForeign = (object: KubeObject): boolean => {
    const other = object.metadata.annotations?.[RELEASE];
    if (release !== undefined && other !== undefined && other !== release) return true;
    const owned = (object.metadata.ownerReferences ?? []).map(({ uid }) => owners.get(uid));
    return owned.length > 0 && owned.every((owner) => owner !== undefined && isForeign(owner));
  };
  const objects = [...definitions.filter(isRefused), ...workloads, ...others, ...custom];
  const findings = objects.flatMap((object): readonly Finding[] => {
    const why = isForeign(object) ? undefined : unreadyReason(object);
    return why === undefined ? [] : [finding(object, why, eventsOf(object, events))];
  });
  const podFindings = pods
    .filter((pod) => !isForeign(pod))
    .flatMap((pod) => {
      const why = podReason(pod);
      return why === undefined ? [] : [{ pod, why }];
    })
    .map(async ({ pod, why }) => {
      const logs = await podLogs(kube, pod, { logLines, signal });
      // What a container is waiting for, only events tell: a volume that is missing, for example.
      const warning = /ContainerCreating|, not ready$/.test(why) ? lastWarning(pod, events) : undefined;
      const text = warning === undefined ? why : `${why}; ${warning}`;
      return finding(pod, text, [...eventsOf(pod, events), ...logs]);
    });
  return [...findings, ...(await Promise.all(podFindings))];
}

/** The findings as text, most specific first line of each, the rest indented. */
export function formatFindings(findings: readonly Finding[]): string {
  return findings
    .flatMap(({ kind, name, why, lines }) => [`${kind} ${name}: ${why}`, ...lines.map((line) => `  ${line}`)])
    .join('\n');
}

/** Why an object is not ready; `undefined` when it is, or when nobody waits for its kind. */
export function unreadyReason(object: KubeObject): string | undefined {
  const { state, why } = readinessOf(object);
  // A ReplicaSet says the same as its Deployment, unless it cannot create pods; Jobs may take as long as they like.
  if (object.kind === 'ReplicaSet' && at(conditionOf(object, 'ReplicaFailure'), 'status') !== 'True') return undefined;
  if (object.kind === 'Job' && state !== 'failed') return undefined;
  // Of a custom resource that has no conditions nothing can be said.
  if (state === 'ready' || why === NO_CONDITION) return undefined;
  return why;
}

/** A definition that will not be served; one that is new may just take a moment, as all are asked of the cluster. */
function isRefused(definition: KubeObject): boolean {
  return at(conditionOf(definition, 'NamesAccepted'), 'status') === 'False';
}

/** The kind a definition defines, in a version that is served. */
function namespacedKind(definition: KubeObject): readonly KindRef[] {
  const version = listAt(definition, 'spec', 'versions').find((one) => at(one, 'served') === true);
  if (version === undefined || textAt(definition, 'spec', 'scope') !== 'Namespaced') return [];
  const apiVersion = `${textAt(definition, 'spec', 'group')}/${textAt(version, 'name')}`;
  return [{ apiVersion, kind: textAt(definition, 'spec', 'names', 'kind') }];
}

function finding(object: KubeObject, why: string, lines: readonly string[]): Finding {
  return { kind: object.kind, name: object.metadata.name ?? '', why, lines };
}
