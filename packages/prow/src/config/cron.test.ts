import { describe, expect, it } from 'vitest';
import { checkCron } from './cron.js';

describe(checkCron, () => {
  it.each([
    '0 6 * * *',
    '30 0 6 * * *',
    '*/5 * * * *',
    '5/10 * * * *',
    '0 6-18/2 * * MON-FRI',
    '0,30 6 1,15 jan,JUL ?',
    '59 23 31 12 6',
    'TZ=Europe/Berlin 0 6 * * *',
    '  0  6 * * * ',
    '1, * * * *',
    '@hourly',
    '@daily',
    '@every 1h30m',
  ])('takes %s', (schedule) => {
    expect(() => checkCron(schedule)).not.toThrow();
  });

  it.each([
    ['', '0 fields'],
    ['hello', '1 fields'],
    ['* * * *', '4 fields'],
    ['* * * * * * *', '7 fields'],
    ['60 * * * *', 'not within 0-59'],
    ['* 24 * * *', 'not within 0-23'],
    ['* * 0 * *', 'not within 1-31'],
    ['* * * 13 *', 'not within 1-12'],
    ['* * * * 7', 'not within 0-6'],
    ['60 0 6 * * *', 'second "60"'],
    ['0 0 L * *', 'no number or name'],
    ['0 0 15W * *', 'no number or name'],
    ['0 0 * * 5#2', 'no number or name'],
    ['*/0 * * * *', 'step'],
    ['1/2/3 * * * *', 'more than one step'],
    ['5-1 * * * *', 'ends before it starts'],
    ['1-2-3 * * * *', 'more than two ends'],
    ['@fortnightly', 'unknown descriptor'],
    ['@every 1d', 'not a duration'],
    ['@every 0s', 'not positive'],
  ])('refuses %j: %s', (schedule, why) => {
    expect(() => checkCron(schedule)).toThrow(why);
  });
});
