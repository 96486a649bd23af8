import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createDeliveries } from './deliveries.js';
import { createGithubApi } from './github-api.js';

const sha = 'a'.repeat(40);

interface Received {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** A receiver on loopback and a repository with a hook to it. */
async function start(options: { readonly status?: number; readonly config?: object; readonly events?: string[] } = {}) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(options.status ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  const github = createGithubApi({
    clock: { now: () => Date.parse('2026-01-02T03:04:05Z') },
    repositories: [{ owner: 'acme', name: 'widgets', refs: { 'heads/main': sha, 'heads/fix': sha } }],
  });
  const ask = async (method: string, path: string, body?: unknown) => {
    const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const reply = await github.app.fetch(new Request(`http://localhost/repos/acme/widgets${path}`, init));
    await github.settle();
    const text = await reply.text();
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };
  const config = { url, content_type: 'json', secret: 's3cret', ...options.config };
  const { id } = (await ask('POST', '/hooks', { config, events: options.events ?? ['pull_request'] })) as {
    id: number;
  };
  const stop = () => new Promise((resolve) => server.close(resolve).closeAllConnections());
  return { received, ask, id, github, [Symbol.asyncDispose]: async () => void (await stop()) };
}

describe(createDeliveries, () => {
  it('pings a new hook and signs the very bytes', async () => {
    await using hook = await start();
    const [{ headers, body }] = hook.received as [Received];
    expect(headers).toMatchObject({
      'x-github-event': 'ping',
      'x-github-delivery': expect.stringMatching(/^[\da-f-]{36}$/),
      'content-type': 'application/json',
      'x-hub-signature-256': `sha256=${createHmac('sha256', 's3cret').update(body).digest('hex')}`,
    });
    expect(JSON.parse(body)).toMatchObject({ hook_id: hook.id, repository: { full_name: 'acme/widgets' } });
    expect(body).not.toContain('s3cret');
  });

  it('signs nothing without a secret, and writes forms unless told otherwise', async () => {
    await using hook = await start({ config: { secret: undefined, content_type: undefined } });
    const [{ headers, body }] = hook.received as [Received];
    expect(headers).not.toHaveProperty('x-hub-signature-256');
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(JSON.parse(new URLSearchParams(body).get('payload') ?? '')).toMatchObject({ hook_id: hook.id });
  });

  it('sends the events asked for', async () => {
    await using hook = await start({ events: ['push', 'pull_request', 'issue_comment'] });
    await hook.ask('POST', '/pulls', { title: 'New', head: 'fix', base: 'main' });
    await hook.ask('POST', '/issues/1/comments', { body: '/test all' });
    await hook.ask('PATCH', '/git/refs/heads/main', { sha: 'b'.repeat(40) });
    await hook.ask('PATCH', '/pulls/1', { state: 'closed' });
    await hook.ask('POST', `/statuses/${sha}`, { state: 'success' });
    const events = hook.received.slice(1).map(({ headers, body }) => {
      const { action, after } = JSON.parse(body) as { action?: string; after?: string };
      return [headers['x-github-event'], action ?? after];
    });
    expect(events).toEqual([
      ['pull_request', 'opened'],
      ['issue_comment', 'created'],
      ['push', 'b'.repeat(40)],
      ['pull_request', 'closed'],
    ]);
  });

  it('sends nothing to a hook that is switched off, except what was asked for by name', async () => {
    await using hook = await start({ events: ['*'] });
    await hook.ask('PATCH', `/hooks/${hook.id}`, { active: false });
    await hook.ask('POST', '/pulls', { title: 'New', head: 'fix', base: 'main' });
    await hook.ask('POST', `/hooks/${hook.id}/pings`);
    await hook.ask('POST', `/hooks/${hook.id}/tests`);
    expect(hook.received.slice(1).map(({ headers }) => headers['x-github-event'])).toEqual(['ping', 'push']);
  });

  it.each([
    ['an answer', {}, 200, { status: 'OK', status_code: 200 }, { code: 200, status: 'active' }],
    ['a refusal', {}, 403, { status: 'Invalid HTTP Response: 403', status_code: 403 }, { code: 403, status: 'failed' }],
    [
      'nobody there',
      { url: 'http://127.0.0.1:65535/hook' },
      200,
      { status: 'failed to connect to host', status_code: 0 },
      { code: null, status: 'failed' },
    ],
    [
      'a receiver elsewhere',
      { url: 'https://prow.example.com/hook' },
      200,
      { status: 'the sandbox delivers to loopback only', status_code: 0 },
      { code: null, status: 'failed' },
    ],
  ])('records %s', async (_what, config, status, delivery, response) => {
    await using hook = await start({ config, status });
    expect(await hook.ask('GET', `/hooks/${hook.id}/deliveries`)).toMatchObject([{ event: 'ping', ...delivery }]);
    expect(await hook.ask('GET', `/hooks/${hook.id}`)).toMatchObject({ last_response: response });
  });

  it('sends nothing once it is closed', async () => {
    await using hook = await start();
    await hook.github.close();
    await hook.ask('POST', `/hooks/${hook.id}/pings`);
    expect(hook.received).toHaveLength(1);
  });
});
