import { containerTroubles } from './container-state.js';
import { DeployError } from './errors.js';
import type { CallOptions, KubeClient } from './kube-client.js';
import type { KubeObject } from './kube-object.js';
import { at, conditionOf, listAt, numberAt, textAt } from './kube-object.js';
import { lastLines } from './text.js';

/** One object that is not ready, and all that is known of why. */
export interface Finding {
  readonly kind: string;
  readonly name: string;
  /** In one line. */
  readonly why: string;
  /** States, events, last log lines. */
  readonly lines: readonly string[];
}

const WORKLOADS = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet' },
  { apiVersion: 'batch/v1', kind: 'Job' },
] as const;
const RELEASE = 'meta.helm.sh/release-name';

/**
 * Every object of a namespace that is not ready, and why: what pods wait for, how containers ended, events, last lines.
 *
 * What carries the name of another release is left out. What cannot be read is left out too: a diagnosis is made when
 * something failed already, so it says what it can.
 *
 * @returns pods last, in the order of the API. Empty when all is ready.
 */
export async function diagnose(
  kube: KubeClient,
  options: CallOptions & {
    readonly namespace: string;
    readonly release?: string;
    /** Last lines of each failing container's log. @default 20 */
    readonly logLines?: number;
  },
): Promise<readonly Finding[]> {
  const { namespace, release, logLines = 20, signal } = options;
  const read = async (apiVersion: string, kind: string): Promise<readonly KubeObject[]> => {
    try {
      return (await kube.list({ apiVersion, kind }, { namespace, signal })).items;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof DeployError) return [];
      throw error;
    }
  };
  const [events, replicaSets, claims, pods, ...workloads] = await Promise.all([
    read('v1', 'Event'),
    read('apps/v1', 'ReplicaSet'),
    read('v1', 'PersistentVolumeClaim'),
    read('v1', 'Pod'),
    ...WORKLOADS.map(({ apiVersion, kind }) => read(apiVersion, kind)),
  ]);
  const owned = workloads.flat();
  const isForeign = (object: KubeObject): boolean => {
    const other = object.metadata.annotations?.[RELEASE];
    if (release !== undefined && other !== undefined && other !== release) return true;
    const owners = object.metadata.ownerReferences ?? [];
    return (
      [...owned, ...replicaSets].some(({ metadata }) => owners.some(({ uid }) => uid === metadata.uid)) &&
      owners.every(({ uid }) => {
        const owner = [...owned, ...replicaSets].find(({ metadata }) => metadata.uid === uid);
        return owner !== undefined && isForeign(owner);
      })
    );
  };
  const findings: Finding[] = [];
  for (const object of [...owned, ...replicaSets, ...claims]) {
    const why = isForeign(object) ? undefined : unreadyReason(object);
    if (why !== undefined) findings.push(finding(object, why, eventsOf(object, events)));
  }
  for (const pod of pods) {
    const why = isForeign(pod) ? undefined : podReason(pod);
    if (why === undefined) continue;
    const logs = await podLogs(kube, pod, { logLines, signal });
    findings.push(finding(pod, why, [...eventsOf(pod, events), ...logs]));
  }
  return findings;
}

/** The findings as text, most specific first line of each, the rest indented. */
export function formatFindings(findings: readonly Finding[]): string {
  return findings
    .flatMap(({ kind, name, why, lines }) => [`${kind} ${name}: ${why}`, ...lines.map((line) => `  ${line}`)])
    .join('\n');
}

/** Why an object is not ready; `undefined` when it is, or when its kind has no such state. */
export function unreadyReason(object: KubeObject): string | undefined {
  const wanted = (field: string): number => numberAt(object, 'status', field);
  const replicas = Number(at(object, 'spec', 'replicas') ?? 1);
  switch (object.kind) {
    case 'Deployment': {
      const available = wanted('availableReplicas');
      const conditions = ['Progressing', 'Available', 'ReplicaFailure'].map((type) => conditionOf(object, type));
      const stale = wanted('observedGeneration') < (object.metadata.generation ?? 0);
      if (available >= replicas && wanted('updatedReplicas') >= replicas && !stale) return undefined;
      return `${available} of ${replicas} replicas available${conditionTexts(conditions, ['ReplicaFailure'])}`;
    }
    case 'ReplicaSet': {
      const failure = conditionOf(object, 'ReplicaFailure');
      return at(failure, 'status') === 'True'
        ? `cannot create pods${conditionTexts([failure], ['ReplicaFailure'])}`
        : undefined;
    }
    case 'StatefulSet': {
      const ready = wanted('readyReplicas');
      return ready >= replicas && wanted('updatedReplicas') >= replicas
        ? undefined
        : `${ready} of ${replicas} replicas ready`;
    }
    case 'DaemonSet': {
      const desired = at(object, 'status', 'desiredNumberScheduled');
      const ready = wanted('numberReady');
      return desired !== undefined && ready >= Number(desired)
        ? undefined
        : `${ready} of ${String(desired ?? '?')} pods ready`;
    }
    case 'Job': {
      const failed = conditionOf(object, 'Failed');
      if (at(failed, 'status') === 'True') return `failed${conditionTexts([failed], ['Failed'])}`;
      return undefined;
    }
    case 'PersistentVolumeClaim': {
      const phase = textAt(object, 'status', 'phase') || 'Pending';
      return phase === 'Bound' ? undefined : `not bound: phase ${phase}`;
    }
    default:
      return undefined;
  }
}

/** Why a pod is not ready; `undefined` when it runs and is ready, or has succeeded. */
export function podReason(pod: KubeObject): string | undefined {
  const phase = textAt(pod, 'status', 'phase') || 'Pending';
  if (phase === 'Succeeded') return undefined;
  const troubles = containerTroubles(pod).map(({ text }) => text);
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (at(scheduled, 'status') === 'False') {
    troubles.unshift(`${textAt(scheduled, 'reason') || 'not scheduled'}: ${textAt(scheduled, 'message')}`);
  }
  const said = [textAt(pod, 'status', 'reason'), textAt(pod, 'status', 'message')].filter(Boolean).join(': ');
  if (said !== '') troubles.unshift(said);
  const ready = at(conditionOf(pod, 'Ready'), 'status') === 'True';
  if (phase === 'Running' && ready && troubles.length === 0) return undefined;
  return troubles.length === 0 ? `phase ${phase}, not ready` : `phase ${phase}; ${troubles.join('; ')}`;
}

/** The last log lines of a pod's containers that have run, those before the last restart too. */
export async function podLogs(
  kube: KubeClient,
  pod: KubeObject,
  options: CallOptions & { readonly logLines: number; readonly all?: boolean },
): Promise<readonly string[]> {
  const { logLines, all = false, signal } = options;
  const { namespace = '', name = '' } = pod.metadata;
  const troubled = new Set(containerTroubles(pod).map(({ container }) => container));
  const texts: string[] = [];
  for (const status of [
    ...listAt(pod, 'status', 'initContainerStatuses'),
    ...listAt(pod, 'status', 'containerStatuses'),
  ]) {
    const container = textAt(status, 'name');
    const hasRun =
      at(status, 'state', 'running') ?? at(status, 'state', 'terminated') ?? at(status, 'lastState', 'terminated');
    if (hasRun === undefined || (!all && !troubled.has(container))) continue;
    // Between two tries there is no current container: what it said is the previous one's log.
    const previous = at(status, 'state', 'waiting') !== undefined;
    try {
      const log = await kube.readLog(
        { namespace, name },
        { container, previous, tailLines: logLines, limitBytes: 65_536, signal },
      );
      const kept = lastLines(log, logLines);
      texts.push(
        kept.length === 0 ? `log of container ${container}: empty` : `log of container ${container}, last lines:`,
      );
      texts.push(...kept.map((line) => `  | ${line}`));
    } catch (error) {
      signal?.throwIfAborted();
      texts.push(`log of container ${container}: ${(error as Error).message}`);
    }
  }
  return texts;
}

/** The events about an object, oldest first, each in a line. */
export function eventsOf(object: KubeObject, events: readonly KubeObject[]): readonly string[] {
  const about = events.filter(
    (event) =>
      (at(event, 'involvedObject', 'uid') === object.metadata.uid && object.metadata.uid !== undefined) ||
      (at(event, 'involvedObject', 'kind') === object.kind &&
        at(event, 'involvedObject', 'name') === object.metadata.name),
  );
  return [...about]
    .sort((a, b) => eventTime(a).localeCompare(eventTime(b)))
    .map(formatEvent)
    .slice(-10);
}

/** When an event was last seen, as the API writes it. */
export function eventTime(event: KubeObject): string {
  return (
    textAt(event, 'lastTimestamp') ||
    textAt(event, 'series', 'lastObservedTime') ||
    textAt(event, 'eventTime') ||
    (event.metadata.creationTimestamp ?? '')
  );
}

function formatEvent(event: KubeObject): string {
  const count = numberAt(event, 'count');
  const type = textAt(event, 'type') === 'Warning' ? 'warning' : 'event';
  return `${type} ${textAt(event, 'reason')}${count > 1 ? ` (${count} times)` : ''}: ${textAt(event, 'message')}`;
}

function conditionTexts(conditions: readonly unknown[], badWhenTrue: readonly string[]): string {
  return conditions
    .filter((one) => at(one, 'status') === (badWhenTrue.includes(textAt(one, 'type')) ? 'True' : 'False'))
    .map((one) => `; ${textAt(one, 'reason')}: ${textAt(one, 'message')}`)
    .join('');
}

function finding(object: KubeObject, why: string, lines: readonly string[]): Finding {
  return { kind: object.kind, name: object.metadata.name ?? '', why, lines };
}
