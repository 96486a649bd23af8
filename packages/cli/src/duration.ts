/**
 * Writes a duration for people: `850ms`, `4.2s`, `3m05s`, `1h02m`. Negative ones count as 0.
 */
export function formatDuration(ms: number): string {
  const positive = Math.max(0, ms);
  if (positive < 999.5) return `${Math.round(positive)}ms`;
  if (positive < 59_950) return `${(positive / 1000).toFixed(1)}s`;
  const seconds = Math.round(positive / 1000);
  const pad = (value: number) => String(value).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${pad(seconds % 60)}s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}h${pad(minutes % 60)}m`;
}
