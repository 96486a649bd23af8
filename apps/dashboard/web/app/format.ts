/** `1h 04m`, `2m 07s`, `12.3s`, `412ms`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))}ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}h ${two(minutes)}m` : `${minutes}m ${two(seconds % 60)}s`;
}

const UNITS = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;
const ages = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'narrow' });

/** `5m ago`. */
export function formatAge(ms: number, nowMs: number): string {
  const seconds = Math.round((nowMs - ms) / 1_000);
  for (const [unit, size] of UNITS) if (seconds >= size) return ages.format(-Math.floor(seconds / size), unit);
  return seconds < 5 ? 'just now' : ages.format(-seconds, 'second');
}

const times = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** Date and time where the reader is. */
export function formatTime(ms: number): string {
  return times.format(ms);
}

export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let [value, at] = [bytes / 1_000, 0];
  while (value >= 1_000 && at < units.length - 1) [value, at] = [value / 1_000, at + 1];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[at]}`;
}

export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

export function shortCommit(commit: string): string {
  return commit.slice(0, 7);
}

/** `3ab…42f`: a build id's end tells runs apart. */
export function shortBuild(buildId: string): string {
  return buildId.length <= 10 ? buildId : `…${buildId.slice(-8)}`;
}
