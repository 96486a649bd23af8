import { createHmac, randomUUID } from 'node:crypto';
import type { Clock } from '../clock.js';
import type { Json } from './answers.js';
import type { Hook, RepositoryState } from './github-state.js';

/** As long as GitHub waits for an answer. */
const ANSWER_MS = 10_000;

/** Tells receivers of events. */
export interface Deliveries {
  /** Sends an event to the hook, which need not have asked for it. */
  send(hook: Hook, event: string, payload: Json): void;
  /** Sends an event to every active hook that asked for it. */
  emit(state: RepositoryState, event: string, payload: Json): void;
  /** Resolves when nothing is under way. */
  settle(): Promise<void>;
  /** Cuts what is under way. Repeatable. */
  close(): Promise<void>;
}

/**
 * Posts events as GitHub does, but to receivers on loopback only: others get nothing, and the delivery says so.
 *
 * @see https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
 */
export function createDeliveries(options: {
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => number;
  readonly fetch?: typeof globalThis.fetch;
}): Deliveries {
  const { clock, newId, fetch = globalThis.fetch } = options;
  const underway = new Set<Promise<void>>();
  const closing = new AbortController();

  const deliver = async (hook: Hook, event: string, payload: Json): Promise<void> => {
    const startMs = clock.now();
    const guid = randomUUID();
    const { code, status, message } = await post(hook, { event, guid, payload });
    hook.lastResponse = { code: code || null, status: code >= 200 && code < 300 ? 'active' : 'failed', message };
    hook.deliveries.unshift({
      id: newId(),
      guid,
      delivered_at: new Date(startMs).toISOString(),
      redelivery: false,
      duration: (clock.now() - startMs) / 1000,
      status,
      status_code: code,
      event,
      action: typeof payload['action'] === 'string' ? payload['action'] : null,
    });
  };

  const post = async (hook: Hook, { event, guid, payload }: { event: string; guid: string; payload: Json }) => {
    const { url, secret, content_type: type } = hook.config;
    if (!isLoopback(String(url))) return { code: 0, status: 'the sandbox delivers to loopback only', message: null };
    const json = JSON.stringify(payload);
    const body = type === 'json' ? json : new URLSearchParams({ payload: json }).toString();
    const sign = (kind: string) => `${kind}=${createHmac(kind, String(secret)).update(body).digest('hex')}`;
    const signed = typeof secret === 'string' && secret !== '';
    try {
      const reply = await fetch(String(url), {
        method: 'POST',
        body,
        redirect: 'manual',
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(ANSWER_MS)]),
        headers: {
          'content-type': type === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
          'user-agent': 'GitHub-Hookshot/sandbox',
          'x-github-delivery': guid,
          'x-github-event': event,
          'x-github-hook-id': String(hook.id),
          ...(signed ? { 'x-hub-signature': sign('sha1'), 'x-hub-signature-256': sign('sha256') } : {}),
        },
      });
      await reply.arrayBuffer();
      const isGood = reply.status >= 200 && reply.status < 300;
      const status = isGood ? 'OK' : `Invalid HTTP Response: ${reply.status}`;
      return { code: reply.status, status, message: status };
    } catch (cause) {
      const isLate = cause instanceof Error && cause.name === 'TimeoutError';
      const status = isLate ? 'timed out' : 'failed to connect to host';
      return { code: 0, status, message: status };
    }
  };

  const send = (hook: Hook, event: string, payload: Json) => {
    if (closing.signal.aborted) return;
    const one = deliver(hook, event, payload).finally(() => underway.delete(one));
    underway.add(one);
  };
  const settle = async () => {
    while (underway.size > 0) await Promise.all(underway);
  };
  return {
    send,
    emit(state, event, payload) {
      for (const hook of state.hooks.values()) {
        if (hook.active && (hook.events.includes(event) || hook.events.includes('*'))) send(hook, event, payload);
      }
    },
    settle,
    close() {
      closing.abort();
      return settle();
    },
  };
}

function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return /^https?:$/.test(protocol) && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}
