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
