import { describe, expect, it } from 'vitest';
import { gsError, isRetryable, retryAfterMs } from './gs-errors.js';

const place = { scheme: 'gs', bucket: 'ci-logs', object: 'a' } as const;

describe(retryAfterMs, () => {
  const nowMs = Date.UTC(2026, 0, 1);
  it.each([
    ['seconds', '7', 7_000],
    ['a date', 'Thu, 01 Jan 2026 00:00:09 GMT', 9_000],
    ['a date that is past', 'Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['something else', 'soon', undefined],
  ])('reads %s', (_what, header, expected) => {
    expect(retryAfterMs({ response: { headers: { 'retry-after': header } } }, nowMs)).toBe(expected);
  });

  it.each([undefined, new Error('x'), { response: {} }])('finds none in %s', (error) => {
    expect(retryAfterMs(error, nowMs)).toBeUndefined();
  });
});

describe(isRetryable, () => {
  it.each([408, 429, 500, 502, 503, 504])('takes status %i for passing', (code) => {
    expect(isRetryable({ code })).toBe(true);
  });

  it.each([400, 401, 403, 404, 409, 412, 416, 501])('takes status %i for final', (code) => {
    expect(isRetryable({ code })).toBe(false);
  });

  it.each(['ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT', 'EPIPE', 'EAI_AGAIN'])('takes %s for passing', (code) => {
    expect(isRetryable(Object.assign(new Error('lost'), { code }))).toBe(true);
  });

  it('takes an answer that does not come for passing', () => {
    expect(isRetryable(new Error('network timeout at: http://127.0.0.1/'))).toBe(true);
    const halfway = 'Response timeout while trying to fetch http://127.0.0.1/ (over 1000ms)';
    expect(isRetryable(new Error(halfway))).toBe(true);
  });
});

describe(gsError, () => {
  it('says of a login that failed what to do, whatever its status', () => {
    const error = Object.assign(new Error('invalid_grant'), { status: 400 });
    expect(gsError('read', place, error)).toMatchObject({
      code: 'DENIED',
      bucket: 'ci-logs',
      object: 'a',
      httpStatus: 400,
      hint: expect.stringContaining('gcloud auth application-default login'),
    });
  });

  it('keeps the status of a refusal without a text', () => {
    const { message } = gsError('read', place, Object.assign(new Error(''), { code: 502 }));
    expect(message).toBe('cannot read gs://ci-logs/a: status 502');
  });
});
