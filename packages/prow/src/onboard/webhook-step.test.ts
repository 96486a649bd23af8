import { startSandbox } from '@seatrial/sandbox';
import { describe, expect, it } from 'vitest';
import { createGithubClient } from '../github/github-client.js';
import type { HookCalls } from '../github/hooks.js';
import { takeStep } from './step.js';
import type { WebhookDeps } from './webhook-step.js';
import { ensureWebhook, hookEvents } from './webhook-step.js';

const settings = {
  org: 'acme',
  repo: 'widgets',
  url: 'http://127.0.0.1:65535/hook', // nobody listens there
  hmac: { secret: 's3cret', isNew: false },
  hmacPath: 'hmac',
  dryRun: false,
};
const hook = {
  id: 1,
  active: true,
  events: hookEvents,
  url: settings.url,
  contentType: 'json',
  hasSecret: true,
  verifiesTls: true,
};

/** A GitHub with one webhook that is as it should be and whose pings get lost. */
function createLosingGithub(): HookCalls {
  return {
    listHooks: async () => [hook],
    createHook: async () => hook,
    updateHook: async () => hook,
    pingHook: async () => undefined,
    listHookDeliveries: async () => [{ id: 5, event: 'ping', statusCode: 200, status: 'OK' }],
  };
}

function createClock() {
  let nowMs = 0;
  return {
    now: () => nowMs,
    sleep: async (ms: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      nowMs += ms;
    },
  };
}

describe(ensureWebhook, () => {
  it('waits half a minute for a ping of its own, not for an old one', async () => {
    const clock = createClock();
    const step = await ensureWebhook({ github: createLosingGithub(), clock }, settings);
    expect(step).toMatchObject({
      state: 'pending',
      detail: `webhook 1 to ${settings.url}: its ping was not delivered within 30 s`,
      todo: expect.stringContaining('recent deliveries'),
    });
    expect(clock.now()).toBe(30_000);
  });

  it('stops waiting when it is aborted', async () => {
    const reason = new Error('stopped');
    const deps: WebhookDeps = { github: createLosingGithub(), clock: createClock(), signal: AbortSignal.abort(reason) };
    await expect(takeStep('webhook', () => ensureWebhook(deps, settings))).rejects.toBe(reason);
  });

  it('finds the webhook whose creation got lost', async () => {
    await using sandbox = await startSandbox({
      docker: 'off',
      faults: ['github.POST:drop:#1'],
      repositories: [{ owner: 'acme', name: 'widgets' }],
    });
    const clock = { now: () => 0, sleep: () => sandbox.github.settle() };
    const github = createGithubClient({ baseUrl: sandbox.env['GITHUB_API_URL'], clock });
    const take = () => takeStep('webhook', () => ensureWebhook({ github, clock }, settings));
    expect(await take()).toMatchObject({ state: 'failed', infrastructure: true });
    expect(await take()).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('ping ended with failed to connect to host'),
    });
    expect(await github.listHooks(settings)).toHaveLength(1);
  });
});
