import { describe, expect, it } from 'vitest';
import { type AccessOptions, createGuard, type GuardedRequest } from './guard.js';

const TOKEN = '0123456789abcdef';

function request(given: { host?: string; headers?: Record<string, string>; cookie?: string } = {}): GuardedRequest {
  return {
    host: given.host ?? 'localhost:8180',
    header: (name) => given.headers?.[name.toLowerCase()],
    cookie: () => given.cookie,
  };
}

describe(createGuard, () => {
  it.each(['0.0.0.0', '::', '192.168.1.4', 'ci.example.com'])(
    'does not listen on %s without knowing who reads',
    (host) => {
      expect(() => createGuard({ host })).toThrow(expect.objectContaining({ code: 'UNSAFE_LISTEN', exitCode: 2 }));
      expect(() => createGuard({ host, token: TOKEN })).not.toThrow();
      expect(() => createGuard({ host, authProxyHeader: 'X-Forwarded-User' })).not.toThrow();
    },
  );

  it.each(['127.0.0.1', '127.1.2.3', 'localhost', '::1'])('listens on %s', (host) => {
    expect(createGuard({ host }).judge(request())).toBe('let-in');
  });

  it.each([
    ['localhost', 'let-in'],
    ['127.0.0.1:9999', 'let-in'],
    ['[::1]:8180', 'let-in'],
    ['LOCALHOST:1', 'let-in'],
    ['evil.example', 'unknown-host'],
    ['localhost.evil.example:8180', 'unknown-host'],
    ['', 'unknown-host'],
  ])('on loopback, answers Host %j with %s', (host, verdict) => {
    expect(createGuard({ host: '127.0.0.1' }).judge(request({ host }))).toBe(verdict);
  });

  it('answers names it was told', () => {
    const guard = createGuard({ host: '127.0.0.1', allowedHosts: ['CI.example'] });
    expect(guard.judge(request({ host: 'ci.example' }))).toBe('let-in');
  });

  const options: AccessOptions = { host: '0.0.0.0', token: TOKEN };
  it('asks for the token, as a header or as the cookie it gave out for it', () => {
    const guard = createGuard(options);
    expect(guard.judge(request())).toBe('needs-token');
    expect(guard.judge(request({ headers: { authorization: `Bearer ${TOKEN}` } }))).toBe('let-in');
    expect(guard.judge(request({ headers: { authorization: `Bearer ${TOKEN}x` } }))).toBe('needs-token');
    expect(guard.admit('wrong')).toBeUndefined();
    const cookie = guard.admit(TOKEN) ?? '';
    expect(cookie).not.toContain(TOKEN);
    expect(guard.judge(request({ cookie }))).toBe('let-in');
    expect(guard.judge(request({ cookie: `${cookie}0` }))).toBe('needs-token');
  });

  it('gives the same cookie after a restart, and another one for another token', () => {
    expect(createGuard(options).admit(TOKEN)).toBe(createGuard(options).admit(TOKEN));
    expect(createGuard({ ...options, token: `${TOKEN}0` }).admit(`${TOKEN}0`)).not.toBe(
      createGuard(options).admit(TOKEN),
    );
  });

  it('asks both where both are set', () => {
    const guard = createGuard({ ...options, authProxyHeader: 'X-Forwarded-User' });
    const authorization = `Bearer ${TOKEN}`;
    expect(guard.judge(request({ headers: { authorization } }))).toBe('needs-proxy');
    expect(guard.judge(request({ headers: { 'x-forwarded-user': 'ada' } }))).toBe('needs-token');
    expect(guard.judge(request({ headers: { 'x-forwarded-user': 'ada', authorization } }))).toBe('let-in');
  });

  it.each(['short', 'with a space in it!', 'ümläute-ümläute-ümläute'])('refuses %j as a token', (token) => {
    expect(() => createGuard({ host: '127.0.0.1', token })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});
