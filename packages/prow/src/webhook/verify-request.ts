import { tokensFor } from './hmac-tokens.js';
import type { HmacTokens } from './hmac-tokens.js';
import { isSignedBy } from './signature.js';
import type { SignatureHash } from './signature.js';

/** A webhook request as it came in. */
export interface WebhookRequest {
  readonly method: string;
  /** By name in any case. Of a header that came more than once, the first value counts. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The bytes as they came: a body that was parsed and printed again has another signature. */
  readonly body: Uint8Array;
}

/** What to answer. */
export type WebhookVerdict =
  | {
      readonly valid: true;
      readonly status: 200;
      /** `X-GitHub-Event`. */
      readonly event: string;
      /** `X-GitHub-Delivery`. */
      readonly delivery: string;
      readonly payload: Readonly<Record<string, unknown>>;
    }
  | { readonly valid: false; readonly status: 400 | 403 | 405; readonly reason: string };

/**
 * Checks a webhook of GitHub, in Prow's order and with its HTTP statuses.
 *
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/github/webhooks.go
 */
export function verifyWebhook(
  request: WebhookRequest,
  tokens: HmacTokens,
  options: {
    /** Take `X-Hub-Signature`, SHA-1, where there is no `X-Hub-Signature-256`. @default false */
    readonly allowSha1?: boolean;
  } = {},
): WebhookVerdict {
  const refuse = (status: 400 | 403 | 405, reason: string): WebhookVerdict => ({ valid: false, status, reason });
  const header = headerReader(request.headers);
  if (request.method !== 'POST') return refuse(405, `method is ${request.method}, not POST`);
  const event = header('x-github-event');
  if (event === '') return refuse(400, 'there is no X-GitHub-Event');
  const delivery = header('x-github-delivery');
  if (delivery === '') return refuse(400, 'there is no X-GitHub-Delivery');
  const signed = findSignature(header, options.allowSha1 === true);
  if (signed === undefined) return refuse(403, 'there is no X-Hub-Signature-256');
  const contentType = header('content-type');
  if (contentType !== 'application/json') {
    return refuse(400, `Content-Type is ${JSON.stringify(contentType)}, not "application/json" alone`);
  }
  const payload = parsePayload(request.body);
  if (payload === undefined) return refuse(403, 'the body is not a JSON object');
  const owner = ownerOf(payload);
  if (!isSignedBy(request.body, signed.signature, tokensFor(tokens, owner), signed.hash)) {
    return refuse(403, `no key of ${owner === '' ? '"*"' : owner} made the signature`);
  }
  return { valid: true, status: 200, event, delivery, payload };
}

function headerReader(headers: WebhookRequest['headers']): (name: string) => string {
  const values = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return (name) => {
    const value = values.get(name);
    return (typeof value === 'string' ? value : value?.[0]) ?? '';
  };
}

function findSignature(
  header: (name: string) => string,
  allowSha1: boolean,
): { readonly signature: string; readonly hash: SignatureHash } | undefined {
  const sha256 = header('x-hub-signature-256');
  if (sha256 !== '') return { signature: sha256, hash: 'sha256' };
  const sha1 = allowSha1 ? header('x-hub-signature') : '';
  return sha1 === '' ? undefined : { signature: sha1, hash: 'sha1' };
}

/** A request's body. `undefined` when it is no JSON object. */
export function parsePayload(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // not JSON: the caller says so
  }
}

/** Whose keys to try: the repository, else the organisation that sent it; `''` for neither. */
export function ownerOf(payload: Readonly<Record<string, unknown>>): string {
  const text = (place: string, field: string) => {
    const value = payload[place];
    return isObject(value) && typeof value[field] === 'string' ? value[field] : '';
  };
  return text('repository', 'full_name') || text('organization', 'login');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
