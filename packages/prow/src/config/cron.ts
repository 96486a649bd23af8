import { ProwError } from '../errors.js';
import { parseGoDuration } from './go-duration.js';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const SECONDS = { name: 'second', min: 0, max: 59, names: [] };
const FIELDS = [
  { name: 'minute', min: 0, max: 59, names: [] },
  { name: 'hour', min: 0, max: 23, names: [] },
  { name: 'day of the month', min: 1, max: 31, names: [] },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day of the week', min: 0, max: 6, names: DAYS },
];
const DESCRIPTORS = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']);
const HINT = 'Write five fields (minute hour day month weekday), or @hourly, @daily, @weekly, @every 6h.';

type Field = (typeof FIELDS)[number] | typeof SECONDS;

/**
 * Checks a schedule as the cron library of Prow reads it: five fields, six with leading seconds, or a descriptor; a time
 * zone may stand before it (`TZ=Europe/Berlin 0 6 * * *`). Other dialects' `L`, `W`, `#` and weekday 7 are refused.
 *
 * @throws {ProwError} `INVALID_CONFIG`
 * @see https://pkg.go.dev/gopkg.in/robfig/cron.v2
 */
export function checkCron(schedule: string): void {
  const invalid = (why: string) =>
    new ProwError('INVALID_CONFIG', `not a cron schedule: ${JSON.stringify(schedule)}: ${why}`, { hint: HINT });
  const text = schedule.trim().replace(/^TZ=\S+\s+/, '');
  if (text.startsWith('@every ')) {
    try {
      if (parseGoDuration(text.slice('@every '.length).trim()) > 0n) return;
    } catch (error) {
      throw invalid((error as ProwError).message);
    }
    throw invalid('the duration is not positive');
  }
  if (text.startsWith('@')) {
    if (DESCRIPTORS.has(text)) return;
    throw invalid(`unknown descriptor; known are ${[...DESCRIPTORS].join(', ')} and @every`);
  }
  const parts = text.split(/\s+/).filter((part) => part !== '');
  if (parts.length !== 5 && parts.length !== 6) throw invalid(`${parts.length} fields, not 5`);
  const fields: readonly Field[] = parts.length === 6 ? [SECONDS, ...FIELDS] : FIELDS;
  for (const [at, field] of fields.entries()) {
    // Go's library drops what is empty between commas.
    for (const range of (parts[at] ?? '').split(',').filter((one) => one !== '')) {
      const why = findFault(range, field);
      if (why !== undefined) throw invalid(`${field.name} ${JSON.stringify(range)} ${why}`);
    }
  }
}

function findFault(range: string, field: Field): string | undefined {
  const [bounds = '', step, ...more] = range.split('/');
  if (more.length > 0) return 'has more than one step';
  if (step !== undefined && !/^0*[1-9]\d*$/.test(step)) return 'has a step that is no positive number';
  if (bounds === '*' || bounds === '?') return undefined;
  const ends = bounds.split('-');
  if (ends.length > 2) return 'has more than two ends';
  const [first, last = first] = ends.map((end) => valueOf(end, field));
  if (first === undefined || last === undefined) return 'is no number or name';
  if (first < field.min || last > field.max) return `is not within ${field.min}-${field.max}`;
  return first > last ? 'ends before it starts' : undefined;
}

function valueOf(text: string, { min, names }: Field): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const at = (names as readonly string[]).indexOf(text.toLowerCase());
  return at < 0 ? undefined : at + min;
}
