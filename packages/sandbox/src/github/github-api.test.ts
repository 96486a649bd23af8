import { describe, expect, it } from 'vitest';
import { createGithubApi } from './github-api.js';

const sha = 'a'.repeat(40);
const headSha = 'b'.repeat(40);

function start() {
  const { app } = createGithubApi({
    clock: { now: () => Date.parse('2026-01-02T03:04:05Z') },
    repositories: [
      {
        owner: 'kubeflow',
        name: 'tf-operator',
        refs: { 'heads/main': sha, 'heads/fix': headSha },
        pulls: [{ number: 7, title: 'Fix', user: 'ada', head: { ref: 'fix', sha: headSha }, base: { ref: 'main' } }],
        collaborators: { ada: 'write' },
      },
    ],
  });
  return async (method: string, path: string, body?: unknown) => {
    const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const url = new URL(path.replace('$', '/repos/kubeflow/tf-operator'), 'http://localhost');
    const reply = await app.fetch(new Request(url, init));
    const text = await reply.text();
    return {
      status: reply.status,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
      link: reply.headers.get('link'),
    };
  };
}

describe(createGithubApi, () => {
  it('gives a pull request with its refs', async () => {
    const ask = start();
    const expected = {
      number: 7,
      state: 'open',
      user: { login: 'ada' },
      head: { sha: headSha },
      base: { ref: 'main', sha },
    };
    expect((await ask('GET', '$/pulls/7')).body).toMatchObject(expected);
    expect((await ask('GET', '$/pulls')).body).toMatchObject([expected]);
    expect((await ask('GET', '$/git/ref/pull/7/head')).body).toMatchObject({ object: { sha: headSha } });
  });

  it('opens and closes a pull request', async () => {
    const ask = start();
    const opened = await ask('POST', '$/pulls', { title: 'New', head: 'fix', base: 'main' });
    expect(opened).toMatchObject({ status: 201, body: { number: 8 } });
    await ask('PATCH', '$/pulls/8', { state: 'closed' });
    expect((await ask('GET', '$/pulls?state=closed')).body).toMatchObject([{ number: 8 }]);
  });

  it('combines the latest status of each context', async () => {
    const ask = start();
    const combined = async () => ((await ask('GET', `$/commits/fix/status`)).body as { state: string }).state;
    expect(await combined()).toBe('pending');
    await ask('POST', `$/statuses/${headSha}`, { state: 'failure', context: 'e2e' });
    expect(await combined()).toBe('failure');
    await ask('POST', `$/statuses/${headSha}`, { state: 'success', context: 'e2e', target_url: 'http://127.0.0.1/' });
    expect(await combined()).toBe('success');
  });

  it('keeps comments', async () => {
    const ask = start();
    const { status, body } = await ask('POST', '$/issues/7/comments', { body: 'failed' });
    expect(status).toBe(201);
    const { id } = body as { id: number };
    await ask('PATCH', `$/issues/comments/${id}`, { body: 'passed' });
    expect((await ask('GET', '$/issues/7/comments')).body).toMatchObject([{ id, body: 'passed' }]);
  });

  it('tells who may do what', async () => {
    const ask = start();
    expect((await ask('GET', '$/collaborators/ada')).status).toBe(204);
    expect((await ask('GET', '$/collaborators/bob')).status).toBe(404);
    expect((await ask('PUT', '$/collaborators/ada', { permission: 'maintain' })).status).toBe(204);
    expect((await ask('GET', '$/collaborators/Ada/permission')).body).toMatchObject({
      permission: 'write',
      role_name: 'maintain',
    });
  });

  it('keeps hooks and hides their secret', async () => {
    const ask = start();
    const hook = { config: { url: 'http://127.0.0.1/hook', secret: 's3cret' }, events: ['pull_request'] };
    expect(await ask('POST', '$/hooks', hook)).toMatchObject({ status: 201, body: { config: { secret: '********' } } });
    expect((await ask('POST', '$/hooks', hook)).status).toBe(422);
    expect((await ask('GET', '$/hooks')).body).toMatchObject([{ active: true, events: ['pull_request'] }]);
    const id = ((await ask('GET', '$/hooks')).body as { id: number }[])[0]?.id;
    const changed = { add_events: ['push'], remove_events: ['pull_request'], config: { url: 'http://127.0.0.1/hook' } };
    const { body } = await ask('PATCH', `$/hooks/${id}`, changed);
    expect(body).toMatchObject({ events: ['push'], config: { url: 'http://127.0.0.1/hook' } });
    expect(body).not.toHaveProperty('config.secret');
  });

  it('gives pages', async () => {
    const ask = start();
    for (const title of ['2', '3']) await ask('POST', '$/pulls', { title, head: 'fix', base: 'main' });
    const { body, link } = await ask('GET', '$/pulls?per_page=2');
    expect(body).toHaveLength(2);
    expect(link).toContain('rel="next"');
  });

  it.each([
    ['an unknown repository', 'GET', '/repos/a/b', undefined, 404],
    ['an unknown pull request', 'GET', '$/pulls/99', undefined, 404],
    ['a status of another kind', 'POST', `$/statuses/${sha}`, { state: 'green' }, 422],
    ['a pull request without a title', 'POST', '$/pulls', { head: 'fix', base: 'main' }, 422],
    ['an unknown commit', 'GET', '$/commits/nope/status', undefined, 422],
  ])('refuses %s', async (_what, method, path, body, status) => {
    const reply = await start()(method, path, body);
    expect(reply).toMatchObject({
      status,
      body: { message: expect.any(String), documentation_url: expect.any(String) },
    });
  });
});
