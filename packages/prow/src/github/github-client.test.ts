import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import type { Sandbox } from '@seatrial/sandbox';
import { startSandbox } from '@seatrial/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GithubConnection } from './github-call.js';
import { createGithubClient } from './github-client.js';

const sha = 'a'.repeat(40);
const head = { ref: 'fix', sha: 'b'.repeat(40) };
const widgets = { org: 'acme', repo: 'widgets' };

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({
    docker: 'off',
    githubAccounts: { 't-ada': 'ada', 't-bot': 'bot' },
    repositories: [
      {
        owner: 'acme',
        name: 'widgets',
        refs: { 'heads/main': sha, 'heads/release/1.2': head.sha },
        pulls: [{ number: 7, title: 'Fix', user: 'wim', head, base: { ref: 'main' } }],
        collaborators: { ada: 'admin' },
      },
    ],
  });
});
afterAll(() => sandbox.close());

const clock = { now: () => 0, sleep: async () => undefined };
const clientOf = (token?: string, options: Partial<GithubConnection> = {}) =>
  createGithubClient({ baseUrl: sandbox.env['GITHUB_API_URL'], clock, ...(token && { token }), ...options });

describe(createGithubClient, () => {
  it('comments, and changes its comment', async () => {
    const client = clientOf('t-ada');
    const { id } = await client.createComment({ ...widgets, number: 7, body: 'first' });
    await client.updateComment({ ...widgets, id, body: 'second' });
    expect(await client.listComments({ ...widgets, number: 7 })).toEqual([{ id, body: 'second', author: 'ada' }]);
    expect(await client.findLogin()).toBe('ada');
  });

  it('reads without a token what is public', async () => {
    const client = clientOf();
    expect(await client.getPull({ ...widgets, number: 7 })).toEqual({
      number: 7,
      title: 'Fix',
      author: 'wim',
      head,
      base: { ref: 'main', sha },
      link: `${sandbox.env['GITHUB_API_URL']}/acme/widgets/pull/7`,
    });
    expect(await client.getRefSha({ ...widgets, ref: 'heads/release/1.2' })).toBe(head.sha);
    expect(await client.getRepository(widgets)).toMatchObject({
      defaultBranch: 'main',
      isAdmin: false,
      isPersonal: false,
    });
    expect((await clientOf('t-ada').getRepository(widgets)).isAdmin).toBe(true);
  });

  it('makes, changes, pings and lists webhooks', async () => {
    const client = clientOf('t-ada');
    const hook = { ...widgets, url: 'http://127.0.0.1:1/hook', secret: 's3cret', events: ['push'] };
    const { id } = await client.createHook(hook);
    await client.updateHook({ ...hook, id, events: ['push', 'pull_request'] });
    await client.pingHook({ ...widgets, id });
    await sandbox.github.settle();
    const found = {
      id,
      active: true,
      events: ['push', 'pull_request'],
      url: hook.url,
      contentType: 'json',
      hasSecret: true,
      verifiesTls: true,
    };
    expect(await client.listHooks(widgets)).toEqual([found]);
    const deliveries = await client.listHookDeliveries({ ...widgets, id });
    expect(deliveries.map(({ event, statusCode }) => [event, statusCode])).toEqual([
      ['ping', 0],
      ['ping', 0],
    ]);
  });

  it('invites, and sets the status of a commit once that is accepted', async () => {
    const client = clientOf('t-ada');
    const bot = { ...widgets, login: 'bot' };
    const status = { ...widgets, sha, state: 'success', context: 'e2e', targetUrl: 'http://127.0.0.1/run' } as const;
    expect(await client.getCollaboratorPermission(bot)).toBe('none');
    expect(await client.addCollaborator(bot)).toEqual({ invited: true });
    const [invitation] = await client.listInvitations(widgets);
    expect(invitation).toMatchObject({ login: 'bot', permission: 'write', expired: false });
    await expect(clientOf('t-bot').createStatus(status)).rejects.toMatchObject({ httpStatus: 404 });
    const url = `${sandbox.env['GITHUB_API_URL']}/user/repository_invitations/${invitation?.id}`;
    await fetch(url, { method: 'PATCH', headers: { authorization: 'Bearer t-bot' } });
    await clientOf('t-bot').createStatus(status);
    expect(await client.getCollaboratorPermission(bot)).toBe('write');
    expect(await client.addCollaborator(bot)).toEqual({ invited: false });
    expect(await client.listInvitations(widgets)).toEqual([]);
  });

  it.each([
    ['anonymous', undefined, 401, '--github-token-path'],
    ['with a wrong token', 't-eve', 401, 'expired or revoked'],
    ['without the right', 't-bot', 404, 'may not see'],
  ])('says what to do when it is %s', async (_what, token, httpStatus, hint) => {
    await expect(clientOf(token).listHooks(widgets)).rejects.toMatchObject({
      name: 'ProwError',
      code: 'GITHUB',
      httpStatus,
      infrastructure: false,
      message: expect.stringMatching(new RegExp(`^could not list the webhooks of acme/widgets: ${httpStatus} `)),
      hint: expect.stringContaining(hint),
    });
  });

  it('says that there is no network', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve)); // now nobody listens there
    const client = clientOf(undefined, { baseUrl: `http://127.0.0.1:${port}` });
    await expect(client.getRepository(widgets)).rejects.toMatchObject({
      code: 'GITHUB',
      infrastructure: true,
      message: expect.stringMatching(/^could not read acme\/widgets: .*ECONNREFUSED/),
    });
  });
});
