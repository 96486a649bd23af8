import type { Fields, KubeObject } from '../kube-api.js';

/** A column of a Table. */
export interface Column {
  readonly name: string;
  /** @default 'string' */
  readonly type?: string;
  readonly format?: string;
  /** 0 is always shown, 1 with `-o wide`. @default 0 */
  readonly priority?: number;
  readonly cell: (object: KubeObject, nowMs: number) => unknown;
}

/** How long ago, as kubectl prints it: `12s`, `5m10s`, `3h25m`, `2d4h`, `45d`. */
export function formatAge(time: string | null | undefined, nowMs: number): string {
  if (time === undefined || time === null) return '<unknown>';
  return formatDuration(nowMs - Date.parse(time));
}

/** A duration in the same form. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return hours % 24 === 0 ? `${days}d` : `${days}d${hours % 24}h`;
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  if (years < 8) return days % 365 === 0 ? `${years}y` : `${years}y${days % 365}d`;
  return `${years}y`;
}

/** The first column of all kinds. */
export const nameColumn: Column = { name: 'Name', format: 'name', cell: ({ metadata }) => metadata.name };
/** Time since creation. */
export const ageColumn: Column = {
  name: 'Age',
  cell: ({ metadata }, nowMs) => formatAge(metadata.creationTimestamp, nowMs),
};
/** Time of creation, for kinds without columns of their own. */
export const createdColumn: Column = {
  name: 'Created At',
  type: 'date',
  cell: ({ metadata }) => metadata.creationTimestamp,
};

/** `name1,name2` of containers. */
export function containerNames(spec: Fields | undefined): string {
  return (spec?.['containers'] ?? []).map(({ name }: Fields) => name).join(',');
}

/** `image1,image2` of containers. */
export function containerImages(spec: Fields | undefined): string {
  return (spec?.['containers'] ?? []).map(({ image }: Fields) => image).join(',');
}

/** A label selector in one line: `a=b,c in (x,y)`. */
export function formatSelector(selector: Fields | undefined): string {
  if (selector === undefined) return '<none>';
  const exact = Object.keys(selector['matchLabels'] ?? {})
    .sort()
    .map((key) => `${key}=${selector['matchLabels'][key]}`);
  const terms = (selector['matchExpressions'] ?? []).map(({ key, operator, values = [] }: Fields) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${[...values].sort().join(',')})`;
  });
  return [...exact, ...terms].join(',') || '<none>';
}

/** A map in one line: `a=b,c=d`. */
export function formatLabels(labels: Record<string, string> | undefined): string {
  const entries = Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, value]) => `${key}=${value}`).join(',') || '<none>';
}
