import type { Fields, KubeObject } from '../kube-api.js';
import { ageColumn, formatDuration, nameColumn } from './columns.js';
import type { Column } from './columns.js';

/** What the Status column of a pod says: `Running`, `CrashLoopBackOff`, `Init:0/2`, `Terminating`, … */
export function podStatus({ metadata, spec = {}, status = {} }: KubeObject): string {
  let reason: string = status['reason'] || status['phase'] || '';
  const gated = (status['conditions'] ?? []).find(
    (one: Fields) => one['type'] === 'PodScheduled' && one['reason'] === 'SchedulingGated',
  );
  if (gated !== undefined) reason = 'SchedulingGated';
  const init = initReason(spec, status);
  if (init !== undefined) reason = init;
  else reason = containersReason(reason, status);
  if (metadata.deletionTimestamp === undefined) return reason;
  return status['reason'] === 'NodeLost' ? 'Unknown' : 'Terminating';
}

function ended(terminated: Fields): string {
  if (terminated['reason']) return terminated['reason'];
  return terminated['signal'] ? `Signal:${terminated['signal']}` : `ExitCode:${terminated['exitCode'] ?? 0}`;
}

function initReason(spec: Fields, status: Fields): string | undefined {
  const statuses: Fields[] = status['initContainerStatuses'] ?? [];
  const total = (spec['initContainers'] ?? []).length;
  for (const [index, { state = {}, started, name }] of statuses.entries()) {
    const restartable = spec['initContainers']?.find((one: Fields) => one['name'] === name)?.restartPolicy === 'Always';
    if (state['terminated'] !== undefined && (state['terminated'].exitCode ?? 0) === 0) continue;
    if (restartable && started === true) continue;
    if (state['terminated'] !== undefined) return `Init:${ended(state['terminated'])}`;
    const waiting: string = state['waiting']?.reason ?? '';
    if (waiting !== '' && waiting !== 'PodInitializing') return `Init:${waiting}`;
    return `Init:${index}/${total}`;
  }
  return undefined;
}

function containersReason(phase: string, status: Fields): string {
  let reason = phase;
  let hasRunning = false;
  for (const { state = {}, ready } of [...((status['containerStatuses'] ?? []) as Fields[])].reverse()) {
    if (state['waiting']?.reason) reason = state['waiting'].reason;
    else if (state['terminated'] !== undefined) reason = ended(state['terminated']);
    else if (ready === true && state['running'] !== undefined) hasRunning = true;
  }
  if (reason !== 'Completed' || !hasRunning) return reason;
  const isReady = (status['conditions'] ?? []).some(
    (one: Fields) => one['type'] === 'Ready' && one['status'] === 'True',
  );
  return isReady ? 'Running' : 'NotReady';
}

function restarts({ status = {} }: KubeObject, nowMs: number): string {
  const statuses: Fields[] = [...(status['containerStatuses'] ?? [])];
  const count = statuses.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0);
  const last = Math.max(
    0,
    ...statuses.map(({ lastState }) => Date.parse(lastState?.terminated?.finishedAt ?? '') || 0),
  );
  return count > 0 && last > 0 ? `${count} (${formatDuration(nowMs - last)} ago)` : String(count);
}

function readyCount({ spec = {}, status = {} }: KubeObject): string {
  const ready = (status['containerStatuses'] ?? []).filter(
    (one: Fields) => one['ready'] === true && one['state']?.running !== undefined,
  );
  return `${ready.length}/${(spec['containers'] ?? []).length}`;
}

function gates({ spec = {}, status = {} }: KubeObject): string {
  const names: Fields[] = spec['readinessGates'] ?? [];
  if (names.length === 0) return '<none>';
  const passed = names.filter(({ conditionType }) =>
    (status['conditions'] ?? []).some((one: Fields) => one['type'] === conditionType && one['status'] === 'True'),
  );
  return `${passed.length}/${names.length}`;
}

/** Columns of pods. */
export const podColumns: readonly Column[] = [
  nameColumn,
  { name: 'Ready', cell: readyCount },
  { name: 'Status', cell: podStatus },
  { name: 'Restarts', cell: restarts },
  ageColumn,
  { name: 'IP', priority: 1, cell: ({ status }) => status?.['podIP'] || '<none>' },
  { name: 'Node', priority: 1, cell: ({ spec }) => spec?.['nodeName'] || '<none>' },
  { name: 'Nominated Node', priority: 1, cell: ({ status }) => status?.['nominatedNodeName'] || '<none>' },
  { name: 'Readiness Gates', priority: 1, cell: gates },
];

/** Finished pods carry a condition on their row, so that clients can leave them out. */
export function podRowConditions({ status = {} }: KubeObject): Fields[] | undefined {
  if (status['phase'] === 'Succeeded') {
    const message = 'The pod has completed successfully.';
    return [{ type: 'Completed', status: 'True', reason: 'Succeeded', message }];
  }
  if (status['phase'] !== 'Failed') return undefined;
  return [{ type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' }];
}
