import type { GkeErrorCode } from './errors.js';

/** What a failed call or operation means, and what may be done next. */
export interface Classification {
  readonly code: GkeErrorCode;
  /**
   * `same`: the same request again, later. `elsewhere`: another location. `other-region`: another region only.
   * `look`: the outcome is unknown, so look at the cluster first. `wait`: for `operation`, then again. `never`: permanent.
   */
  readonly next: 'same' | 'elsewhere' | 'other-region' | 'look' | 'wait' | 'never';
  /** The service's own text, without the client's prefix. */
  readonly message: string;
  /** The operation that is in the way, where the text names one. */
  readonly operation?: string;
  /** What the service asked to wait, in milliseconds. */
  readonly retryAfterMs?: number;
}

// https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
const rpcNames = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;
type RpcName = (typeof rpcNames)[number];

const httpNames: Readonly<Record<number, RpcName>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'DEADLINE_EXCEEDED',
  409: 'ALREADY_EXISTS',
  412: 'FAILED_PRECONDITION',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  501: 'UNIMPLEMENTED',
  504: 'DEADLINE_EXCEEDED',
};

// Quoted from issues, see the table in docs: the texts are the only thing that tells these apart.
const STOCKOUT =
  /GCE_STOCKOUT|ZONE_RESOURCE_POOL_EXHAUSTED|does not have enough resources available|are out of capacity|out of capacity/i;
const RATE = /quota metric|per minute|rate ?limit|too many requests/i;
const QUOTA = /insufficient (regional )?quota|GCE_QUOTA_EXCEEDED|quota '[^']+' exceeded|quota exceeded/i;
const BUSY =
  /incompatible operation|currently (repairing|upgrading|creating|deleting|updating)|operation .* in progress/i;
// Labels were changed by somebody else since they were read.
const STALE = /fingerprint/i;
const OPERATION = /\boperation-[\w-]*\w/;

interface Parts {
  readonly name: RpcName;
  readonly message: string;
  readonly retryAfterMs?: number;
}

/**
 * Reads a failed call of either transport: gRPC (`code` 0–16, `details`) or REST (`code`/`status` is the HTTP status, the
 * message the JSON body). Errors without either, such as a reset connection, count as unknown outcome.
 */
export function classifyCallError(error: unknown): Classification {
  return classify(partsOf(error));
}

/** Reads a `google.rpc.Status`, the form an operation carries its error in. */
export function classifyStatus(status: {
  readonly code?: number | string | null;
  readonly message?: string | null;
}): Classification {
  const { code, message } = status;
  const name = typeof code === 'string' ? rpcNames.find((one) => one === code) : rpcNames[code ?? 2];
  const found = classify({ name: name ?? 'UNKNOWN', message: message ?? '' });
  // Its outcome is known: it failed. What remains is whether another place may do better.
  if (found.code === 'STOCKOUT' || found.code === 'QUOTA' || found.code === 'DENIED' || found.code === 'INVALID') {
    return found;
  }
  if (name === 'UNAVAILABLE') return { ...found, code: 'STOCKOUT', next: 'elsewhere' };
  if (name === 'RESOURCE_EXHAUSTED') return { ...found, code: 'QUOTA', next: 'other-region' };
  return { ...found, code: 'OPERATION_FAILED', next: 'elsewhere' };
}

function classify({ name, message, retryAfterMs }: Parts): Classification {
  const facts = { message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  // A lack of machines or of quota comes under several codes, so the text is asked first.
  if (STOCKOUT.test(message)) return { ...facts, code: 'STOCKOUT', next: 'elsewhere' };
  if (name === 'RESOURCE_EXHAUSTED' && (RATE.test(message) || !QUOTA.test(message))) {
    return { ...facts, code: 'RATE_LIMITED', next: 'same' };
  }
  if (QUOTA.test(message) && (name === 'PERMISSION_DENIED' || name === 'RESOURCE_EXHAUSTED' || name === 'UNKNOWN')) {
    return { ...facts, code: 'QUOTA', next: 'other-region' };
  }
  switch (name) {
    case 'ALREADY_EXISTS':
      return { ...facts, code: 'ALREADY_EXISTS', next: 'look' };
    case 'NOT_FOUND':
      return { ...facts, code: 'NOT_FOUND', next: 'never' };
    case 'PERMISSION_DENIED':
      return { ...facts, code: 'DENIED', next: 'never' };
    case 'UNAUTHENTICATED':
      return { ...facts, code: 'UNAUTHENTICATED', next: 'same' };
    case 'ABORTED':
      return STALE.test(message) ? stale(facts) : { ...busy(facts, message), code: 'CONFLICT', next: 'wait' };
    case 'FAILED_PRECONDITION':
      return STALE.test(message) ? stale(facts) : busy(facts, message);
    case 'INVALID_ARGUMENT':
      if (STALE.test(message)) return stale(facts);
      // REST answers FAILED_PRECONDITION with 400 as well.
      return BUSY.test(message) ? busy(facts, message) : { ...facts, code: 'INVALID', next: 'never' };
    case 'OUT_OF_RANGE':
    case 'UNIMPLEMENTED':
      return { ...facts, code: 'INVALID', next: 'never' };
    default:
      return { ...facts, code: 'UNAVAILABLE', next: 'look' };
  }
}

function stale(facts: { readonly message: string }): Classification {
  return { ...facts, code: 'CONFLICT', next: 'look' };
}

function busy(facts: { readonly message: string }, message: string): Classification {
  const operation = OPERATION.exec(message)?.[0];
  if (operation === undefined && !BUSY.test(message)) return { ...facts, code: 'INVALID', next: 'never' };
  return { ...facts, code: 'CONFLICT', next: 'wait', ...(operation === undefined ? {} : { operation }) };
}

function partsOf(error: unknown): Parts {
  if (typeof error !== 'object' || error === null) return { name: 'UNKNOWN', message: String(error) };
  const fields = error as Readonly<Record<string, unknown>>;
  const text = typeof fields['message'] === 'string' ? fields['message'] : '';
  const retryAfterMs = retryAfter(fields);
  const timing = retryAfterMs === undefined ? {} : { retryAfterMs };
  const code = numeric(fields['code']) ?? numeric(fields['status']);
  if (code !== undefined && code >= 100) {
    const body = restError(text);
    const named = rpcNames.find((one) => one === body?.status);
    const name = named ?? httpNames[code] ?? (code >= 500 ? 'UNAVAILABLE' : 'UNKNOWN');
    return { name, message: body?.message ?? text, ...timing };
  }
  const details = typeof fields['details'] === 'string' ? fields['details'] : undefined;
  return { name: rpcNames[code ?? 2] ?? 'UNKNOWN', message: details ?? text.replace(/^\d+ [A-Z_]+: /, ''), ...timing };
}

function numeric(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : undefined;
}

function restError(text: string): { readonly status?: string; readonly message?: string } | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null
      ? (parsed as { error?: { status?: string } }).error
      : undefined;
  } catch {
    // Not every answer is JSON: proxies answer in HTML. Then the status alone decides.
    return undefined;
  }
}

/** `google.rpc.RetryInfo` of gRPC, or the Retry-After header of REST. */
function retryAfter(fields: Readonly<Record<string, unknown>>): number | undefined {
  const details = fields['statusDetails'];
  for (const detail of Array.isArray(details) ? details : []) {
    const delay = (detail as { retryDelay?: { seconds?: unknown; nanos?: unknown } | null }).retryDelay;
    if (delay !== undefined && delay !== null)
      return Number(delay.seconds ?? 0) * 1_000 + Number(delay.nanos ?? 0) / 1e6;
  }
  const headers = (fields['response'] as { headers?: unknown } | undefined)?.headers;
  const header =
    headers instanceof Headers ? headers.get('retry-after') : (headers as Record<string, unknown>)?.['retry-after'];
  const seconds = Number(header ?? NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}
