import { describe, expect, it } from 'vitest';
import { createAccess } from './access.js';
import { createGithubApi } from './github-api.js';

function start(options: { readonly rateLimit?: number; readonly ownerType?: 'User' } = {}) {
  let nowMs = Date.parse('2026-01-02T03:04:05Z');
  const { ownerType } = options;
  const collaborators = { ada: 'admin', wim: 'write' } as const;
  const { app } = createGithubApi({
    clock: { now: () => nowMs },
    accounts: { 't-ada': 'ada', 't-wim': 'wim', 't-bot': 'Bot' },
    ...(options.rateLimit === undefined ? {} : { rateLimit: options.rateLimit }),
    repositories: [
      {
        owner: 'acme',
        name: 'widgets',
        refs: { 'heads/main': 'a'.repeat(40) },
        collaborators,
        ...(ownerType && { ownerType }),
      },
      { owner: 'acme', name: 'vault', private: true, collaborators },
    ],
  });
  const ask = async (token: string, line: string, body?: unknown, headers: Record<string, string> = {}) => {
    const [method = '', path = ''] = line.split(' ');
    const url = new URL(path.replace('$', '/repos/acme/widgets'), 'http://localhost');
    const reply = await app.fetch(
      new Request(url, {
        method,
        headers: { ...(token === '' ? {} : { authorization: `Bearer ${token}` }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
    const text = await reply.text();
    return {
      status: reply.status,
      headers: reply.headers,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    };
  };
  return { ask, wait: (ms: number) => (nowMs += ms) };
}

describe(createAccess, () => {
  const status = { state: 'success', context: 'e2e' };
  const hook = { config: { url: 'http://127.0.0.1:9/hook' } };
  it.each([
    ['anybody', '', 'GET $', undefined, 200],
    ['anybody', '', 'POST $/statuses/main', status, 401],
    ['a wrong token', 't-eve', 'GET $', undefined, 401],
    ['anybody', '', 'GET /user', undefined, 401],
    ['a stranger', 't-bot', 'GET /repos/acme/vault', undefined, 404],
    ['a collaborator', 't-wim', 'GET /repos/acme/vault', undefined, 200],
    ['a stranger', 't-bot', 'POST $/statuses/main', status, 404],
    ['a writer', 't-wim', 'POST $/statuses/main', status, 201],
    ['a writer', 't-wim', 'GET $/hooks', undefined, 404],
    ['an administrator', 't-ada', 'POST $/hooks', hook, 201],
    ['a writer', 't-wim', 'PUT $/collaborators/bot', undefined, 403],
    ['an administrator', 't-ada', 'PUT $/collaborators/nobody', undefined, 404],
    ['a stranger', 't-bot', 'GET $/collaborators/wim/permission', undefined, 403],
  ])('answers %s (%s) who asks %s with %j by a status', async (_who, token, line, body, expected) => {
    expect((await start().ask(token, line, body)).status).toBe(expected);
  });

  it('takes a token by the basic scheme too', async () => {
    const authorization = `Basic ${Buffer.from('x-access-token:t-wim').toString('base64')}`;
    expect((await start().ask('', 'GET /user', undefined, { authorization })).body).toEqual({
      login: 'wim',
      type: 'User',
    });
  });

  it('tells a caller their rights', async () => {
    const { ask } = start();
    expect((await ask('t-ada', 'GET $')).body).toMatchObject({ permissions: { admin: true, push: true } });
    expect((await ask('t-wim', 'GET $')).body).toMatchObject({ permissions: { admin: false, push: true } });
    expect((await ask('', 'GET $')).body).toMatchObject({ permissions: { admin: false, push: false, pull: true } });
  });
});

describe('invitations', () => {
  const permissionOf = async ({ ask }: ReturnType<typeof start>) =>
    ((await ask('t-ada', 'GET $/collaborators/bot/permission')).body as { permission: string }).permission;

  it('give the right when they are accepted, by the one invited only', async () => {
    const github = start();
    const { body } = await github.ask('t-ada', 'PUT $/collaborators/bot', { permission: 'push' });
    const { id } = body as { id: number };
    expect(await permissionOf(github)).toBe('none');
    expect((await github.ask('t-ada', 'GET $/invitations')).body).toMatchObject([
      { id, invitee: { login: 'bot' }, permissions: 'write', expired: false },
    ]);
    expect((await github.ask('t-wim', `PATCH /user/repository_invitations/${id}`)).status).toBe(404);
    expect((await github.ask('t-bot', 'GET /user/repository_invitations')).body).toMatchObject([{ id }]);
    expect((await github.ask('t-bot', `PATCH /user/repository_invitations/${id}`)).status).toBe(204);
    expect(await permissionOf(github)).toBe('write');
    expect((await github.ask('t-ada', 'GET $/invitations')).body).toEqual([]);
  });

  it('are renewed, not doubled', async () => {
    const { ask } = start();
    for (const permission of ['pull', 'push']) await ask('t-ada', 'PUT $/collaborators/bot', { permission });
    expect((await ask('t-ada', 'GET $/invitations')).body).toMatchObject([{ permissions: 'write' }]);
  });

  it('can be withdrawn and declined', async () => {
    const github = start();
    for (const [token, path] of [
      ['t-ada', '$/invitations'],
      ['t-bot', '/user/repository_invitations'],
    ] as const) {
      const { id } = (await github.ask('t-ada', 'PUT $/collaborators/bot')).body as { id: number };
      expect((await github.ask(token, `DELETE ${path}/${id}`)).status).toBe(204);
      expect((await github.ask('t-ada', 'GET $/invitations')).body).toEqual([]);
    }
    expect(await permissionOf(github)).toBe('none');
  });

  it("offer nothing but write in a person's repository", async () => {
    const { ask } = start({ ownerType: 'User' });
    const { body } = await ask('t-ada', 'PUT $/collaborators/bot', { permission: 'admin' });
    expect(body).toMatchObject({ permissions: 'write' });
  });
});

describe('the rate limit', () => {
  it('counts by caller, refuses, and starts again after an hour', async () => {
    const { ask, wait } = start({ rateLimit: 2 });
    const left = async (token: string) => (await ask(token, 'GET $')).headers.get('x-ratelimit-remaining');
    expect([await left('t-ada'), await left('t-ada'), await left('t-wim')]).toEqual(['1', '0', '1']);
    const refused = await ask('t-ada', 'GET $');
    expect(refused).toMatchObject({ status: 403, body: { message: expect.stringContaining('rate limit exceeded') } });
    expect(Number(refused.headers.get('x-ratelimit-reset'))).toBe(Date.parse('2026-01-02T04:04:05Z') / 1000);
    wait(3_600_000);
    expect(await left('t-ada')).toBe('1');
  });

  it('does not count what has not changed', async () => {
    const { ask } = start({ rateLimit: 10 });
    const first = await ask('t-ada', 'GET $');
    const again = await ask('t-ada', 'GET $', undefined, { 'if-none-match': first.headers.get('etag') ?? '' });
    expect([again.status, again.headers.get('x-ratelimit-used')]).toEqual([304, '1']);
  });
});
