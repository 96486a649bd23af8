import type { GithubCall } from './github-call.js';
import { readPages } from './github-call.js';
import type { RepositoryName } from './repositories.js';

/** A webhook of a repository. Its secret is never given back. */
export interface GithubHook {
  readonly id: number;
  readonly active: boolean;
  readonly events: readonly string[];
  readonly url: string;
  /** `json` or `form`. */
  readonly contentType: string;
  readonly hasSecret: boolean;
  /** Whether the receiver's certificate is checked. */
  readonly verifiesTls: boolean;
}

/** What a webhook is to be. */
export interface GithubHookSettings {
  readonly url: string;
  readonly events: readonly string[];
  readonly secret: string;
}

/** One delivery of a webhook. */
export interface GithubDelivery {
  readonly id: number;
  readonly event: string;
  /** What the receiver answered with; 0 where it did not. */
  readonly statusCode: number;
  /** In words: `OK`, `Invalid HTTP Response: 403`, … */
  readonly status: string;
}

/** Calls about webhooks. They need the repository's admin role. */
export interface HookCalls {
  listHooks(repository: RepositoryName): Promise<readonly GithubHook[]>;
  /** GitHub pings a new hook by itself. */
  createHook(hook: RepositoryName & GithubHookSettings): Promise<GithubHook>;
  /** Replaces all settings and activates it. */
  updateHook(hook: RepositoryName & GithubHookSettings & { readonly id: number }): Promise<GithubHook>;
  /** Has GitHub send a `ping` event. */
  pingHook(hook: RepositoryName & { readonly id: number }): Promise<void>;
  /** The newest thirty, newest first. */
  listHookDeliveries(hook: RepositoryName & { readonly id: number }): Promise<readonly GithubDelivery[]>;
}

interface HookData {
  readonly id: number;
  readonly active: boolean;
  readonly events: readonly string[];
  readonly config: {
    readonly url?: string;
    readonly content_type?: string;
    readonly secret?: string;
    readonly insecure_ssl?: string | number;
  };
}

function readHook({ id, active, events, config }: HookData): GithubHook {
  return {
    id,
    active,
    events,
    url: config.url ?? '',
    contentType: config.content_type ?? 'form',
    hasSecret: (config.secret ?? '') !== '',
    verifiesTls: String(config.insecure_ssl ?? 0) === '0',
  };
}

const settings = ({ url, secret, events }: GithubHookSettings) => ({
  active: true,
  events: [...events],
  config: { url, secret, content_type: 'json', insecure_ssl: '0' },
});

/** @see https://docs.github.com/en/rest/repos/webhooks */
export function hookCalls(call: GithubCall): HookCalls {
  return {
    listHooks: ({ org, repo }) =>
      readPages((page) =>
        call({ what: `list the webhooks of ${org}/${repo}`, repeatable: true }, async (request) => {
          const { data } = await request('GET /repos/{owner}/{repo}/hooks', { owner: org, repo, ...page });
          return { data: data.map(readHook) };
        }),
      ),
    createHook: ({ org, repo, ...hook }) =>
      call({ what: `create a webhook to ${hook.url} in ${org}/${repo}`, repeatable: false }, async (request) => {
        const parameters = { owner: org, repo, name: 'web', ...settings(hook) };
        return { data: readHook((await request('POST /repos/{owner}/{repo}/hooks', parameters)).data) };
      }),
    updateHook: ({ org, repo, id, ...hook }) =>
      call({ what: `update webhook ${id} of ${org}/${repo}`, repeatable: true }, async (request) => {
        const parameters = { owner: org, repo, hook_id: id, ...settings(hook) };
        return { data: readHook((await request('PATCH /repos/{owner}/{repo}/hooks/{hook_id}', parameters)).data) };
      }),
    pingHook: async ({ org, repo, id }) => {
      await call({ what: `ping webhook ${id} of ${org}/${repo}`, repeatable: true }, (request) =>
        request('POST /repos/{owner}/{repo}/hooks/{hook_id}/pings', { owner: org, repo, hook_id: id }),
      );
    },
    listHookDeliveries: ({ org, repo, id }) =>
      call({ what: `list the deliveries of webhook ${id} of ${org}/${repo}`, repeatable: true }, async (request) => {
        const parameters = { owner: org, repo, hook_id: id, per_page: 30 };
        const { data } = await request('GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries', parameters);
        return {
          data: data.map(({ id: delivery, event, status, status_code: statusCode }) => ({
            id: delivery,
            event,
            statusCode,
            status,
          })),
        };
      }),
  };
}
