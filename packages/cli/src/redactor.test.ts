import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineFilter } from './line-filter.js';
import { createRedactor, secretsOf } from './redactor.js';

const SECRET = 'p"4ss<w&rd/ü? +x';

describe(createRedactor, () => {
  const redact = createRedactor([SECRET]);

  it.each([
    ['as it is', SECRET],
    ['in JSON', JSON.stringify({ SECRET })],
    ['in an attribute', 'value="p&quot;4ss&lt;w&amp;rd/ü? +x"'],
    ['in XML text', '<failure>p"4ss&lt;w&amp;rd/ü? +x</failure>'],
    ['in a URL', `?token=${encodeURIComponent(SECRET)}&x`],
    ['in a form', new URLSearchParams({ token: SECRET }).toString()],
    ['in a URL with lower-case escapes', encodeURIComponent(SECRET).replace(/%../g, (text) => text.toLowerCase())],
  ])('takes a secret out %s', (_form, text) => {
    const shown = redact(text);
    expect(shown).toContain('[redacted]');
    expect(shown).not.toContain('4ss');
  });

  it.each([0, 1, 2, 3, 4, 5])('takes a secret out of base64 that has %i bytes before it', (before) => {
    for (const encoding of ['base64', 'base64url'] as const) {
      const around = Buffer.from(`${'u'.repeat(before)}${SECRET}:more`).toString(encoding);
      const shown = redact(`Authorization: Basic ${around}`);
      expect(shown).toContain('[redacted]');
      // At most the bits of one byte at either end are left.
      const left = shown.replace('Authorization: Basic ', '').split('[redacted]').join('');
      expect(Buffer.from(left, encoding).toString('latin1')).not.toContain('4ss');
      expect(left.length).toBeLessThan(around.length - SECRET.length);
    }
  });

  it('takes each line of a key out', () => {
    const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
    const shown = createRedactor([String(key)])(`key:\n${String(key)}end ${JSON.stringify(key)}`);
    for (const line of String(key)
      .split('\n')
      .filter((text) => text !== ''))
      expect(shown).not.toContain(line);
    expect(shown).toMatch(/^key:\n\[redacted\]\nend "\[redacted\]"$/);
  });

  it('takes a secret of short lines out, with either line end, and also of lines that come one by one', () => {
    const own = createRedactor(['ab\ncd\nef']);
    expect(own('x ab\ncd\nef y')).toBe('x [redacted] y');
    expect(own('x ab\r\ncd\r\nef y')).toBe('x [redacted] y');
    const lines: string[] = [];
    const filter = createLineFilter(own.stream(), (line) => lines.push(line));
    for (const line of ['first', 'x ab', 'cd', 'ef y', 'ab', 'cd', 'other', 'ab']) filter.push(line);
    expect(lines).toEqual(['first', 'x [redacted] y', 'ab', 'cd', 'other']); // `ab` may be the beginning of it
    filter.end();
    expect(lines.at(-1)).toBe('ab');
  });

  it('leaves everything else as it is, and short values alone', () => {
    expect(redact('nothing to hide')).toBe('nothing to hide');
    expect(createRedactor([])('x')).toBe('x');
    expect(createRedactor(['true', ''])('true or false')).toBe('true or false');
  });

  it('gives the same of pieces as of the whole, wherever it is cut', () => {
    const piece = fc.oneof(
      fc.constantFrom('secret', 'secretive', 'esecre', 'tt', 'ab', '\n', Buffer.from('xsecretive').toString('base64')),
      fc.string({ maxLength: 6 }),
    );
    const words = fc.array(
      fc.constantFrom('secret', 'secretive', 'etsecr', 'ababab', 'ab\nsecret\ntt', 'tt\nab\n\nab'),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(
        words,
        fc.array(piece, { maxLength: 30 }),
        fc.infiniteStream(fc.nat({ max: 9 })),
        (secrets, text, cuts) => {
          const own = createRedactor(secrets);
          const whole = text.join('');
          const stream = own.stream();
          let shown = '';
          for (let from = 0; from < whole.length;) {
            const to = from + 1 + (cuts.next().value ?? 0);
            shown += stream.push(whole.slice(from, to));
            from = to;
          }
          expect(shown + stream.end()).toBe(own(whole));
          expect(secrets.some((secret) => shown.includes(secret))).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('holds nothing back of a line that has ended', () => {
    const stream = createRedactor(['correct-horse']).stream();
    expect(stream.push('a corr')).not.toContain('corr');
    expect(stream.push('al\nnext')).toBe('a corral\n');
  });
});

describe(secretsOf, () => {
  const env = {
    GITHUB_TOKEN: 'ghp_0123456789',
    HOME: '/home/someone',
    TOKEN: '1',
    MY_SECRET: 'correct-horse',
    KEYBOARD: 'qwertyuiop',
  };

  it('takes values by the names of their variables, and no short ones', () => {
    expect(secretsOf(env)).toEqual(['ghp_0123456789', 'correct-horse']);
  });

  it('takes values of variables that are named', () => {
    expect(secretsOf(env, ['KEYBOARD'])).toContain('qwertyuiop');
  });
});
