import { GkeError } from './errors.js';
import { gpuProblem } from './gpu-machines.js';
import { MAX_NAME_LENGTH } from './labels.js';
import { poolRequests } from './node-pools.js';
import type { ClusterRequest, NodeFields, NodePoolRequest } from './request.js';

/** One thing that cannot be asked for. */
interface Problem {
  readonly field: string;
  readonly value: unknown;
  readonly why: string;
  readonly remedy: string;
}

const MAX_LABELS = 64;
const DAY_MS = 86_400_000;
const MAX_EXCLUSION_DAYS = 30;
const NAME = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;
const NAME_REMEDY = 'take 1 to 40 of a-z, 0-9 and "-", starting with a letter and not ending with "-"';

/** Fields of nodes, which GKE chooses itself in Autopilot. Account and scopes are not among them. */
const nodeFields = [
  'machineType',
  'nodeCount',
  'spot',
  'diskSizeGb',
  'diskType',
  'imageType',
  'maxRunDurationSeconds',
] as const satisfies readonly (keyof NodeFields)[];

/** @throws {GkeError} `INVALID`: every problem with field, value and reason in the message, the remedies in the hint. */
export function checkRequest(request: ClusterRequest): void {
  const problems = [
    ...namesAndPlaces(request),
    ...labels(request.labels),
    ...nodes(request, ''),
    ...(request.autopilot === true ? autopilot(request) : pools(request)),
    ...exclusion(request.maintenanceExclusion),
  ];
  if (problems.length === 0) return;
  const message = problems.map(({ field, value, why }) => `${field} ${shown(value)}: ${why}`).join('; ');
  const remedies = [...new Set(problems.map(({ field, remedy }) => `${field}: ${remedy}`))];
  throw new GkeError('INVALID', `cannot request cluster: ${message}`, {
    hint: `${remedies.join('; ')}.`,
    cluster: request.name,
    location: request.location,
  });
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'undefined');
}

function isName(name: string): boolean {
  return NAME.test(name) && name.length <= MAX_NAME_LENGTH;
}

function namesAndPlaces({ name, project, location }: ClusterRequest): Problem[] {
  const problems: Problem[] = [];
  if (!isName(name)) problems.push({ field: 'name', value: name, why: 'not a name', remedy: NAME_REMEDY });
  if (project === '') problems.push({ field: 'project', value: project, why: 'empty', remedy: 'give the project id' });
  if (!/^[a-z]+-[a-z]+\d+(-[a-z])?$/.test(location)) {
    const remedy = 'give a zone such as us-east1-b or a region such as us-east1';
    problems.push({ field: 'location', value: location, why: 'neither a zone nor a region', remedy });
  }
  return problems;
}

function labels(all: Readonly<Record<string, string>>): Problem[] {
  const entries = Object.entries(all);
  const problems = entries.flatMap(([key, value]): Problem[] => [
    ...(/^[a-z][a-z0-9_-]{0,62}$/.test(key)
      ? []
      : [{ field: 'labels', value: key, why: 'not a key', remedy: 'keys are 1 to 63 of a-z, 0-9, "_" and "-"' }]),
    ...(/^[a-z0-9_-]{0,63}$/.test(value)
      ? []
      : [{ field: `labels.${key}`, value, why: 'not a value', remedy: 'at most 63 of a-z, 0-9, "_" and "-"' }]),
  ]);
  if (entries.length <= MAX_LABELS) return problems;
  const why = `more than ${MAX_LABELS} labels`;
  return [...problems, { field: 'labels', value: entries.length, why, remedy: 'leave some out' }];
}

function nodes(fields: NodeFields, prefix: string): Problem[] {
  const numbers = [
    ['nodeCount', fields.nodeCount, 1],
    ['diskSizeGb', fields.diskSizeGb, 10],
    ['maxRunDurationSeconds', fields.maxRunDurationSeconds, 1],
  ] as const;
  return numbers.flatMap(([name, value, least]) => {
    if (value === undefined || (Number.isInteger(value) && value >= least)) return [];
    const remedy = `give a whole number of ${least} or more`;
    return [{ field: `${prefix}${name}`, value, why: `not a whole number of ${least} or more`, remedy }];
  });
}

function pools(request: ClusterRequest): Problem[] {
  const problems: Problem[] = [];
  if (request.nodePools?.length === 0) {
    const remedy = 'leave it out for one pool, or name at least one';
    problems.push({ field: 'nodePools', value: [], why: 'a cluster needs a node pool', remedy });
  }
  const names = new Set<string>();
  const own = request.nodePools?.length ?? 1;
  poolRequests(request).forEach((pool, index) => {
    const at = index < own ? `nodePools[${index}].` : `accelerators[${index - own}].`;
    if (!isName(pool.name)) {
      problems.push({ field: `${at}name`, value: pool.name, why: 'not a name', remedy: NAME_REMEDY });
    }
    if (names.has(pool.name)) {
      problems.push({ field: `${at}name`, value: pool.name, why: 'another pool has it', remedy: 'take another name' });
    }
    names.add(pool.name);
    problems.push(...nodes(pool, at), ...accelerator(pool, at));
  });
  return problems;
}

function accelerator(pool: NodePoolRequest, at: string): Problem[] {
  if (pool.accelerator === undefined) return [];
  const { type, count } = pool.accelerator;
  const field = at.startsWith('nodePools') ? `${at}accelerator.` : at;
  if (type === '') {
    return [{ field: `${field}type`, value: type, why: 'empty', remedy: 'give a type such as nvidia-l4' }];
  }
  if (!Number.isInteger(count) || count < 1) {
    const remedy = 'say how many GPUs each node has: 1 or more';
    return [{ field: `${field}count`, value: count, why: `not a number of ${type}`, remedy }];
  }
  const { machineType } = pool;
  const found = gpuProblem({ type, count, machineType });
  if (found === undefined) return [];
  const { why, remedy } = found;
  return found.field === 'count'
    ? [{ field: `${field}count`, value: count, why, remedy }]
    : [{ field: `${at}machineType`, value: machineType, why, remedy }];
}

function autopilot(request: ClusterRequest): Problem[] {
  const why = 'not with autopilot, where GKE chooses nodes by what pods ask for';
  const problems: Problem[] = nodeFields.flatMap((field) => {
    const value = request[field];
    return value === undefined || value === false ? [] : [{ field, value, why, remedy: 'leave it or autopilot out' }];
  });
  const lists = [
    ['nodePools', request.nodePools?.map(({ name }) => name)],
    ['accelerators', request.accelerators?.map(({ type }) => type)],
  ] as const;
  for (const [field, value] of lists) {
    if (value === undefined || value.length === 0) continue;
    const remedy =
      field === 'nodePools' ? 'leave it or autopilot out' : 'let pods ask for GPUs, or leave autopilot out';
    problems.push({ field, value, why, remedy });
  }
  if (/-[a-z]$/.test(request.location)) {
    const remedy = `give the region ${request.location.slice(0, -2)}`;
    problems.push({ field: 'location', value: request.location, why: 'autopilot is for regions', remedy });
  }
  if (request.releaseChannel === 'UNSPECIFIED') {
    const remedy = 'take RAPID, REGULAR, STABLE or EXTENDED';
    problems.push({ field: 'releaseChannel', value: 'UNSPECIFIED', why: 'autopilot needs a channel', remedy });
  }
  if (request.workloadIdentity === false) {
    problems.push({ field: 'workloadIdentity', value: false, why: 'always on in autopilot', remedy: 'leave it out' });
  }
  return problems;
}

function exclusion(of: ClusterRequest['maintenanceExclusion']): Problem[] {
  if (of === undefined) return [];
  const lengthMs = of.endMs - of.startMs;
  if (lengthMs > 0 && lengthMs <= MAX_EXCLUSION_DAYS * DAY_MS) return [];
  const why = lengthMs > 0 ? `longer than ${MAX_EXCLUSION_DAYS} days` : 'ends before it begins';
  return [{ field: 'maintenanceExclusion', value: of, why, remedy: `give at most ${MAX_EXCLUSION_DAYS} days` }];
}
