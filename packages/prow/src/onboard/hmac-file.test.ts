import { describe, expect, it } from 'vitest';
import { ensureHmacSecret } from './hmac-file.js';

const deps = { newSecret: () => 'n3w', now: () => Date.parse('2026-01-02T03:04:05.678Z') };
const find = (text: string) => ensureHmacSecret(deps, { org: 'acme', repo: 'widgets' }, { path: 'hmac', text });

describe(ensureHmacSecret, () => {
  it.each([
    ['an empty file', '', ''],
    ['blank lines', '\n\n', ''],
    ['levels without tokens', 'acme: []\n"*":\n', '# end\n'],
    ['tokens of others', 'acme/gears:\n- {value: g}\n', '# end\n'],
  ])('adds a token to %s', (_what, text, end) => {
    expect(find(text + end)).toEqual({
      secret: 'n3w',
      level: 'acme/widgets',
      isNew: true,
      text: `${text}acme/widgets:\n- value: n3w\n  created_at: "2026-01-02T03:04:05Z"\n${end}`,
    });
  });

  it('fills an empty level of the repository, since Prow looks no further', () => {
    const added = 'acme/widgets:\n- value: n3w\n  created_at: "2026-01-02T03:04:05Z"\n';
    const others = 'acme: [{value: o}]\n';
    expect(find(`acme/widgets:\n${others}`)).toMatchObject({ secret: 'n3w', text: added + others });
  });

  it.each([
    ['the one token of everything', ' global \n', 'global', 'the whole file'],
    ['text that is no YAML', 'a: [\n', 'a: [', 'the whole file'],
    ['a map of texts, which Prow takes for one token', 'a: b\n', 'a: b', 'the whole file'],
    ["the repository's", "acme/widgets: [{value: r}]\nacme: [{value: o}]\n'*': [{value: a}]\n", 'r', 'acme/widgets'],
    ["its organisation's", "acme: [{value: o}]\n'*': [{value: a}]\n", 'o', 'acme'],
    ["everybody's", "'*': [{value: a}]\n", 'a', '*'],
    [
      'the newest',
      'acme:\n- {value: b, created_at: 2026-01-01T00:00:00Z}\n- {value: c, created_at: 2025-01-01T00:00:00Z}\n',
      'b',
      'acme',
    ],
  ])('takes %s and leaves the file as it is', (_what, text, secret, level) => {
    expect(find(text)).toEqual({ secret, text, level, isNew: false });
  });

  it.each([
    ['lists and others', 'acme: [{value: hush}]\nother: hush\n'],
    ['broken YAML', 'acme: [\nother: hush\n'],
    ['an empty token', "acme: [{value: ''}]\nother: [{value: hush}]\n"],
    ['a token without value', 'acme: [{}]\nother: [{value: hush}]\n'],
  ])('refuses %s without quoting the file', (_what, text) => {
    let message = '';
    try {
      find(text);
    } catch (error) {
      expect(error).toMatchObject({ code: 'INVALID_CONFIG', hint: expect.any(String) });
      message = String(error);
    }
    expect(message).toMatch(/hmac/);
    expect(message).not.toContain('hush');
  });
});
