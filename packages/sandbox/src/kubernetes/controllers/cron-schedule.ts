import { createZone } from './time-zone.js';
import type { LocalTime } from './time-zone.js';

const FIELDS: readonly (readonly [min: number, max: number, names: readonly string[]])[] = [
  [0, 59, []],
  [0, 23, []],
  [1, 31, []],
  [1, 12, ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']],
  [0, 7, ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']],
];
const MACROS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const MINUTE_MS = 60_000;
const HORIZON_MINUTES = 5 * 366 * 24 * 60;

/** A parsed schedule. */
export interface CronSchedule {
  /** The first minute after a time; `undefined` when there is none within five years. */
  next(afterMs: number): number | undefined;
}

/**
 * Parses five fields of cron, or a macro such as `@hourly`; `undefined` when it is neither. A time that the clocks skip
 * when they are put forward is not due that day; one that they pass twice is due twice.
 *
 * @param timeZone IANA name. @default `UTC`
 * @throws {RangeError} for a time zone that nobody knows
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
 */
export function parseSchedule(text: string, timeZone = 'UTC'): CronSchedule | undefined {
  const zone = createZone(timeZone);
  const parts = (MACROS[text.trim().toLowerCase()] ?? text).trim().split(/\s+/);
  if (parts.length !== 5) return undefined;
  const sets = parts.map((part, index) => parseField(part, FIELDS[index] ?? [0, 0, []]));
  const [minutes, hours, days, months, weekdays] = sets;
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  if (weekdays.has(7)) weekdays.add(0);
  // As in cron: with both days given, either is enough.
  const either = !/^[*?]/.test(parts[2] ?? '') && !/^[*?]/.test(parts[4] ?? '');
  const fits = ({ month, day, weekday }: LocalTime): boolean => {
    if (!months.has(month)) return false;
    const [isDay, isWeekday] = [days.has(day), weekdays.has(weekday)];
    return either ? isDay || isWeekday : isDay && isWeekday;
  };
  return {
    next(afterMs) {
      let atMs = (Math.floor(afterMs / MINUTE_MS) + 1) * MINUTE_MS;
      for (const endMs = atMs + HORIZON_MINUTES * MINUTE_MS; atMs < endMs;) {
        const local = zone.at(atMs);
        const toNextHour = 60 - local.minute;
        // Not further than the last hours of a day: it may have 23 of them, or 25.
        if (!fits(local)) atMs += (toNextHour + 60 * Math.max(0, 21 - local.hour)) * MINUTE_MS;
        else if (!hours.has(local.hour)) atMs += toNextHour * MINUTE_MS;
        else if (!minutes.has(local.minute)) atMs += MINUTE_MS;
        else return atMs;
      }
      return undefined;
    },
  };
}

function parseField(
  text: string,
  [min, max, names]: readonly [number, number, readonly string[]],
): Set<number> | undefined {
  const values = new Set<number>();
  const number = (word: string): number => {
    const named = names.indexOf(word.toLowerCase());
    if (named >= 0) return named + (min === 1 ? 1 : 0);
    return /^\d+$/.test(word) ? Number(word) : Number.NaN;
  };
  for (const part of text.split(',')) {
    const [range = '', stepText, ...more] = part.split('/');
    const step = stepText === undefined ? 1 : number(stepText);
    const [fromText = '', toText, ...rest] = range.split('-');
    const all = range === '*' || range === '?';
    const from = all ? min : number(fromText);
    const to = all ? max : toText === undefined ? (stepText === undefined ? from : max) : number(toText);
    const valid = more.length + rest.length === 0 && step > 0 && from >= min && to <= max && from <= to;
    if (!valid) return undefined;
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return values;
}
