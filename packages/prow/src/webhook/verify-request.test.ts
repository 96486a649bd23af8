import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHmacTokens, tokensFor } from './hmac-tokens.js';
import { isSignedBy, signBody } from './signature.js';
import { verifyWebhook } from './verify-request.js';
import type { WebhookRequest } from './verify-request.js';

const body = Buffer.from('{"organization":{"login":"acme"}}');
const tokens = parseHmacTokens('s3cr3t\n');
const good: WebhookRequest = {
  method: 'POST',
  headers: {
    'x-github-event': 'ping',
    'x-github-delivery': 'd',
    'x-hub-signature-256': signBody(body, 's3cr3t'),
    'content-type': 'application/json',
  },
  body,
};
const without = (name: string): WebhookRequest => ({ ...good, headers: { ...good.headers, [name]: undefined } });
const signed = (text: string): WebhookRequest => {
  const other = Buffer.from(text);
  return { ...good, headers: { ...good.headers, 'x-hub-signature-256': signBody(other, 's3cr3t') }, body: other };
};

describe(verifyWebhook, () => {
  it('accepts a signed request', () => {
    expect(verifyWebhook(good, tokens)).toEqual({
      valid: true,
      status: 200,
      event: 'ping',
      delivery: 'd',
      payload: { organization: { login: 'acme' } },
    });
  });

  it.each([
    ['another method', { ...good, method: 'GET' }, 405, 'method is GET, not POST'],
    ['no event', without('x-github-event'), 400, 'there is no X-GitHub-Event'],
    ['no delivery', without('x-github-delivery'), 400, 'there is no X-GitHub-Delivery'],
    ['no signature', without('x-hub-signature-256'), 403, 'there is no X-Hub-Signature-256'],
    ['no content type', without('content-type'), 400, 'Content-Type is "", not "application/json" alone'],
    ['a body that is not JSON', signed('{'), 403, 'the body is not a JSON object'],
    ['a body that is no object', signed('[]'), 403, 'the body is not a JSON object'],
    ['a body that was changed', { ...good, body: Buffer.from('{}') }, 403, 'no key of "*" made the signature'],
    [
      'several faults, by the first',
      { ...without('x-github-event'), body: Buffer.from('{') },
      400,
      'there is no X-GitHub-Event',
    ],
  ])('refuses %s', (_what, request, status, reason) => {
    expect(verifyWebhook(request, tokens)).toEqual({ valid: false, status, reason });
  });

  it('takes SHA-1 only when told so, and only where there is no SHA-256', () => {
    const old = without('x-hub-signature-256');
    const sha1 = { ...old, headers: { ...old.headers, 'X-Hub-Signature': [signBody(body, 's3cr3t', 'sha1')] } };
    expect(verifyWebhook(sha1, tokens)).toMatchObject({ status: 403 });
    expect(verifyWebhook(sha1, tokens, { allowSha1: true })).toMatchObject({ status: 200 });
    const both = { ...sha1, headers: { ...sha1.headers, 'x-hub-signature-256': 'sha256=00' } };
    expect(verifyWebhook(both, tokens, { allowSha1: true })).toMatchObject({ status: 403 });
  });
});

describe(isSignedBy, () => {
  const signature = signBody(body, 's3cr3t');
  it.each([
    ['upper case', `sha256=${signature.slice(7).toUpperCase()}`, true],
    ['an odd number of digits', signature.slice(0, -1), false],
    ['a tail that is not hex', `${signature}zz`, false],
    ['more digits', `${signature}00`, false],
    ['no prefix', signature.slice(7), false],
    ['another prefix', signature.replace('sha256', 'sha1'), false],
    ['no digits', 'sha256=', false],
  ])('of %s', (_what, text, expected) => {
    expect(isSignedBy(body, text, ['s3cr3t'])).toBe(expected);
  });

  it('accepts what signBody makes, and no other text', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string({ minLength: 1 }), fc.string(), (bytes, token, other) => {
        expect(isSignedBy(bytes, signBody(bytes, token), [token])).toBe(true);
        expect(isSignedBy(bytes, other, [token])).toBe(false);
      }),
    );
  });
});

describe(tokensFor, () => {
  const file = parseHmacTokens(
    "'*': [{value: all}]\nacme: [{value: org, created_at: 2026-01-02T03:04:05Z}, {value: org-old}]\nacme/none:\nacme/number: [{value: 123}]\nacme/void: [{}]",
  );
  it.each([
    ['acme/widgets', ['org', 'org-old']],
    ['acme', ['org', 'org-old']],
    ['other/widgets', ['all']],
    ['', ['all']],
    ['acme/none', []],
    ['acme/number', ['123']],
    ['acme/void', []],
  ])('of %j', (name, expected) => {
    expect(tokensFor(file, name)).toEqual(expected);
  });

  it.each([
    ['an empty file', ' \n', []],
    ['a bare key', 's3cr3t\n', ['s3cr3t']],
    ['a key that looks like a map', 'a: b', ['a: b']],
    ['a key that is no YAML', '{[%', ['{[%']],
  ])('of %s', (_what, text, expected) => {
    expect(tokensFor(parseHmacTokens(text), 'acme/widgets')).toEqual(expected);
  });
});
