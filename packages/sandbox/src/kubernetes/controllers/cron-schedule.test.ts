import { describe, expect, it } from 'vitest';
import { parseSchedule } from './cron-schedule.js';

const from = Date.parse('2026-11-22T09:31:25Z'); // a Sunday

describe(parseSchedule, () => {
  it.each([
    ['* * * * *', '2026-11-22T09:32:00Z'],
    ['*/15 * * * *', '2026-11-22T09:45:00Z'],
    ['0 8-10 * * mon-fri', '2026-11-23T08:00:00Z'],
    ['30 12 1 jan,jul ?', '2027-01-01T12:30:00Z'],
    ['0 0 29 2 *', '2028-02-29T00:00:00Z'],
    ['0 0 25 * 1', '2026-11-23T00:00:00Z'],
    ['0 0 * * 7', '2026-11-29T00:00:00Z'],
    ['@hourly', '2026-11-22T10:00:00Z'],
  ])('%s is next due at %s', (text, next) => {
    const ms = parseSchedule(text)?.next(from);
    expect(ms === undefined ? undefined : new Date(ms).toISOString()).toBe(next.replace('Z', '.000Z'));
  });

  it.each([
    ['30 9 * * *', 'America/New_York', '2026-11-22T14:30:00Z'],
    ['0 0 * * mon', 'Asia/Kolkata', '2026-11-22T18:30:00Z'],
    ['15 0 1 * *', 'Pacific/Auckland', '2026-11-30T11:15:00Z'],
  ])('%s in %s is next due at %s', (text, timeZone, next) => {
    const ms = parseSchedule(text, timeZone)?.next(from);
    expect(ms).toBe(Date.parse(next));
  });

  it('is not due at a time that is skipped, and due twice at one that comes twice', () => {
    const schedule = parseSchedule('30 2 * * *', 'Europe/Berlin');
    const after = (text: string): string => new Date(schedule?.next(Date.parse(text)) ?? 0).toISOString();
    expect(after('2026-03-28T12:00:00Z')).toBe('2026-03-30T00:30:00.000Z'); // forward on the 29th
    expect(after('2026-10-24T12:00:00Z')).toBe('2026-10-25T00:30:00.000Z'); // back on the 25th
    expect(after('2026-10-25T00:30:00Z')).toBe('2026-10-25T01:30:00.000Z');
  });

  it('refuses a time zone that nobody knows', () => {
    expect(() => parseSchedule('@daily', 'Mars/Base')).toThrow(RangeError);
  });

  it('has no next time for a day that never comes', () => {
    expect(parseSchedule('0 0 31 2 *')?.next(from)).toBeUndefined();
  });

  it.each(['', '* * * *', '60 * * * *', '* * * * mon-', '5-3 * * * *', '*/0 * * * *', 'a * * * *'])(
    'refuses %j',
    (text) => {
      expect(parseSchedule(text)).toBeUndefined();
    },
  );
});
