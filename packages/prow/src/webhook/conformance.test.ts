import { describe, expect, it } from 'vitest';
import { parseHmacTokens } from './hmac-tokens.js';
import { isSignedBy, signBody } from './signature.js';
import { verifyWebhook } from './verify-request.js';
import { readWebhookEvent } from './webhook-event.js';

// Numbers are those of the conformance cases of the interoperability specification.

const body = Buffer.from('{"repository":{"full_name":"acme/widgets"}}');
const tokenFile = `
'*':
- {value: s3cr3t-old, created_at: 2025-01-02T03:04:05Z}
acme/widgets:
- {value: s3cr3t, created_at: 2026-01-02T03:04:05Z}
`;
const request = (signature: string, contentType = 'application/json') => ({
  method: 'POST',
  headers: {
    'X-GitHub-Event': 'push',
    'X-GitHub-Delivery': 'd',
    'X-Hub-Signature-256': signature,
    'Content-Type': contentType,
  },
  body,
});

describe('conformance', () => {
  it('64: signatures', () => {
    const sha256 = 'sha256=8b512ad4c804ed7d5e4f83fb44470283a171662a9a880fe01f0793691e9605c2';
    const sha1 = 'sha1=d5ecea6ed7c10ac5c7970da250cb840862129315';
    expect(signBody(body, 's3cr3t')).toBe(sha256);
    expect(signBody(body, 's3cr3t', 'sha1')).toBe(sha1);
    expect(isSignedBy(body, sha256, ['other', 's3cr3t'])).toBe(true);
    expect(isSignedBy(body, sha256, ['other'])).toBe(false);
    expect(verifyWebhook(request(sha256), parseHmacTokens(tokenFile))).toMatchObject({ valid: true, status: 200 });
  });

  it('65: a key of a level that another one hides', () => {
    const verdict = verifyWebhook(request(signBody(body, 's3cr3t-old')), parseHmacTokens(tokenFile));
    expect(verdict).toEqual({ valid: false, status: 403, reason: 'no key of acme/widgets made the signature' });
  });

  it('66: a content type with a parameter', () => {
    const signed = request(signBody(body, 's3cr3t'), 'application/json; charset=utf-8');
    expect(verifyWebhook(signed, parseHmacTokens(tokenFile))).toMatchObject({ valid: false, status: 400 });
  });

  it('70: a tag that was deleted', () => {
    const repository = { name: 'widgets', owner: { login: 'acme' } };
    const push = (after: string) => readWebhookEvent('push', { ref: 'refs/tags/v1', after, repository });
    expect(push('0'.repeat(40))).toEqual([{ kind: 'none', reason: 'refs/tags/v1 was deleted' }]);
    expect(push('1'.repeat(40))).toMatchObject([{ kind: 'postsubmits', branch: 'v1' }]);
  });
});
