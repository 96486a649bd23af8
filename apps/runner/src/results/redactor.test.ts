import { describe, expect, it } from 'vitest';
import { createRedactor, secretsOf } from './redactor.js';

describe(createRedactor, () => {
  const secret = 'p"4ss<w&rd/ü';
  const redact = createRedactor([secret]);

  it.each([
    ['as it is', secret],
    ['in JSON', JSON.stringify({ secret })],
    ['in an attribute', 'value="p&quot;4ss&lt;w&amp;rd/ü"'],
    ['in XML text', '<failure>p"4ss&lt;w&amp;rd/ü</failure>'],
    ['in a URL', `?token=${encodeURIComponent(secret)}`],
    ['in base64', Buffer.from(secret).toString('base64')],
  ])('takes a secret out %s', (_form, text) => {
    const shown = redact(text);
    expect(shown).toContain('[redacted]');
    expect(shown).not.toContain('4ss');
    expect(shown).not.toContain(Buffer.from(secret).toString('base64'));
  });

  it('leaves everything else as it is', () => {
    expect(redact('nothing to hide')).toBe('nothing to hide');
    expect(createRedactor([])('x')).toBe('x');
  });
});

describe(secretsOf, () => {
  it('takes values by the names of their variables, and no short ones', () => {
    expect(
      secretsOf({
        GITHUB_TOKEN: 'ghp_0123456789',
        HOME: '/home/someone',
        TOKEN: '1',
        MY_SECRET: 'correct-horse',
        KEYBOARD: 'qwertyuiop',
      }),
    ).toEqual(['ghp_0123456789', 'correct-horse']);
  });
});
