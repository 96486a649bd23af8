import { describe, expect, it } from 'vitest';
import { classifyCallError, classifyStatus } from './classification.js';

const busyText =
  'Operation operation-1588-ab12 is currently repairing cluster trial. Please wait and try again once it is done.';
const quotaText =
  "Insufficient regional quota to satisfy request: resource \"IN_USE_ADDRESSES\": request requires '12.0' and is short '4.0'.";
const rateText =
  "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute' of service 'container.googleapis.com' for consumer 'project_number:1'.";
const stockoutText =
  'Try a different location, or try again later: Google Compute Engine does not have enough resources available to fulfill request: us-central1-a.';

type Row = [what: string, grpc: number, http: number, text: string, expected: Record<string, unknown>];

/** The errors table of the API notes, each row in both forms. */
const calls: Row[] = [
  [
    'a name that is taken',
    6,
    409,
    'Already exists: projects/p/zones/z/clusters/c.',
    { code: 'ALREADY_EXISTS', next: 'look' },
  ],
  [
    'a missing cluster',
    5,
    404,
    'The resource "projects/p/zones/z/clusters/c" was not found.',
    { code: 'NOT_FOUND', next: 'never' },
  ],
  [
    'an operation in the way',
    9,
    400,
    'Cluster is running incompatible operation operation-17-x.',
    { code: 'CONFLICT', next: 'wait', operation: 'operation-17-x' },
  ],
  ['a repair in the way', 9, 400, busyText, { code: 'CONFLICT', next: 'wait', operation: 'operation-1588-ab12' }],
  ['regional quota', 7, 403, quotaText, { code: 'QUOTA', next: 'other-region' }],
  [
    'a missing permission',
    7,
    403,
    'Required "container.clusters.create" permission(s) for "projects/p".',
    { code: 'DENIED', next: 'never' },
  ],
  [
    'a disabled API',
    7,
    403,
    'Kubernetes Engine API has not been used in project 1 before or it is disabled.',
    { code: 'DENIED', next: 'never' },
  ],
  ['too many requests', 8, 429, rateText, { code: 'RATE_LIMITED', next: 'same' }],
  ['a server that is away', 14, 503, 'The service is currently unavailable.', { code: 'UNAVAILABLE', next: 'look' }],
  ['an internal error', 13, 500, 'Internal error encountered.', { code: 'UNAVAILABLE', next: 'look' }],
  ['an answer that is late', 4, 504, 'Deadline exceeded', { code: 'UNAVAILABLE', next: 'look' }],
  [
    'an expired token',
    16,
    401,
    'Request had invalid authentication credentials.',
    { code: 'UNAUTHENTICATED', next: 'same' },
  ],
  [
    'a wrong field',
    3,
    400,
    'Machine type with name "x" does not exist in zone "z".',
    { code: 'INVALID', next: 'never' },
  ],
  ['no machines left', 8, 429, stockoutText, { code: 'STOCKOUT', next: 'elsewhere' }],
];

describe(classifyCallError, () => {
  it.each(calls)('reads %s over gRPC', (_what, code, _http, details, expected) => {
    const error = Object.assign(new Error(`${code} NAME: ${details}`), { code, details });
    expect(classifyCallError(error)).toEqual({ message: details, ...expected });
  });

  it.each(calls)('reads %s over REST', (_what, _grpc, code, message, expected) => {
    const error = Object.assign(new Error(JSON.stringify({ error: { code, message } })), { code });
    expect(classifyCallError(error)).toEqual({ message, ...expected });
  });

  it('takes a reset connection for an unknown outcome', () => {
    const error = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    expect(classifyCallError(error)).toEqual({ code: 'UNAVAILABLE', next: 'look', message: 'socket hang up' });
  });

  it('honours the wait the service asks for, in either form', () => {
    const info = { code: 8, details: rateText, statusDetails: [{ retryDelay: { seconds: '7', nanos: 500_000_000 } }] };
    expect(classifyCallError(info).retryAfterMs).toBe(7_500);
    const rest = Object.assign(new Error('{}'), {
      code: 429,
      response: { headers: new Headers({ 'retry-after': '9' }) },
    });
    expect(classifyCallError(rest)).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 9_000 });
  });

  it('does not trip over an HTML error page', () => {
    expect(classifyCallError(Object.assign(new Error('<html>502'), { code: 502 }))).toMatchObject({
      code: 'UNAVAILABLE',
    });
  });
});

describe(classifyStatus, () => {
  it.each([
    ['code 14', 14, 'no more', { code: 'STOCKOUT', next: 'elsewhere' }],
    ['a stock-out by its text', 2, stockoutText, { code: 'STOCKOUT', next: 'elsewhere' }],
    [
      'a full zone',
      13,
      'All requested zones (us-east4-b ) are out of capacity',
      { code: 'STOCKOUT', next: 'elsewhere' },
    ],
    ['a stock-out in a condition', null, '[GCE_STOCKOUT]: Instance failed', { code: 'STOCKOUT', next: 'elsewhere' }],
    ['the compute form', 2, 'ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS', { code: 'STOCKOUT', next: 'elsewhere' }],
    ['code 8', 8, 'something', { code: 'QUOTA', next: 'other-region' }],
    [
      'quota by its text',
      8,
      "Insufficient quota to satisfy the request: [GCE_QUOTA_EXCEEDED]: Quota 'CPUS' exceeded.",
      { code: 'QUOTA', next: 'other-region' },
    ],
    [
      'an unhealthy component',
      13,
      'component "kube-apiserver" is unhealthy',
      { code: 'OPERATION_FAILED', next: 'elsewhere' },
    ],
    [
      'nodes that do not register',
      2,
      'only 2 nodes out of 3 have registered',
      { code: 'OPERATION_FAILED', next: 'elsewhere' },
    ],
    ['a permission by name', 'PERMISSION_DENIED', 'no', { code: 'DENIED', next: 'never' }],
  ] as const)('reads %s', (_what, code, message, expected) => {
    expect(classifyStatus({ code, message })).toEqual({ message, ...expected });
  });
});
