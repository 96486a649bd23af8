import type { AuthClient } from 'google-auth-library';
import type { ComputeCollection, ComputeList, ComputeResource } from './compute-resource.js';
import { parseComputeResource } from './compute-resource.js';
import type { CallLimits } from './container-api.js';
import { GkeError } from './errors.js';

/** An operation of Compute Engine. */
export interface ComputeOperation {
  readonly name: string;
  readonly status: string;
  /** What it failed with, once it is done. */
  readonly problems: readonly string[];
}

/** The calls of Compute Engine's REST API this package makes. Each is one attempt: nothing is retried here. */
export interface ComputeApi {
  /** One page after the other, to the end. */
  list(
    of: { readonly project: string; readonly collection: ComputeCollection },
    limits: CallLimits,
  ): Promise<ComputeList>;
  delete(resource: ComputeResource, limits: CallLimits): Promise<ComputeOperation>;
  /** Answers when the operation is done, or after some time with how it stands. */
  waitForOperation(resource: ComputeResource, name: string, limits: CallLimits): Promise<ComputeOperation>;
  /** Forgets the credentials, so that the next call fetches fresh ones. */
  renew(): Promise<void>;
}

/** Where the API is and who asks. */
export interface ComputeApiOptions {
  /** `http://host:port`: without credentials. @default Google's */
  readonly computeEndpoint?: string;
  /** OAuth token to use instead of the application default credentials. */
  readonly accessToken?: string;
}

// The service holds a wait for two minutes.
const CALL_MS = 150_000;
const PAGE = 500;

interface Page {
  readonly items?: unknown;
  readonly nextPageToken?: string;
  readonly unreachables?: readonly string[];
}

/**
 * Compute Engine over REST.
 *
 * @throws {GkeError} `INVALID` for an endpoint that is not a URL of http or https.
 * @see https://cloud.google.com/compute/docs/reference/rest/v1
 */
export function createComputeApi(options: ComputeApiOptions = {}): ComputeApi {
  const { computeEndpoint: endpoint = 'https://compute.googleapis.com', accessToken } = options;
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) {
    throw new GkeError('INVALID', `not an endpoint of the Compute Engine API: ${JSON.stringify(endpoint)}`, {
      hint: 'Write it as http://HOST:PORT or https://HOST[:PORT].',
    });
  }
  const base = `${endpoint.replace(/\/+$/, '')}/compute/v1/projects`;
  let loading: Promise<AuthClient> | undefined;
  const client = (): Promise<AuthClient> => (loading ??= load(endpoint, accessToken));

  async function call<T>(method: 'GET' | 'POST' | 'DELETE', path: string, limits: CallLimits): Promise<T> {
    const timeout = AbortSignal.timeout(Math.max(1, Math.min(CALL_MS, Math.ceil(limits.timeoutMs))));
    const signal = limits.signal === undefined ? timeout : AbortSignal.any([limits.signal, timeout]);
    try {
      const sender = await client();
      const { data } = await sender.request<T>({
        url: `${base}/${path}`,
        method,
        signal,
        retry: false,
        responseType: 'json',
      });
      return data;
    } catch (error) {
      limits.signal?.throwIfAborted();
      throw restError(error);
    }
  }

  return {
    async list({ project, collection }, limits) {
      const of = { project, collection };
      // Firewall rules are of no place, and the API has no list over all places of them.
      const path = collection === 'firewalls' ? `${project}/global/firewalls` : `${project}/aggregated/${collection}`;
      const resources: ComputeResource[] = [];
      const missing: string[] = [];
      for (let token = ''; ;) {
        const query = new URLSearchParams({ maxResults: String(PAGE), returnPartialSuccess: 'true', pageToken: token });
        if (token === '') query.delete('pageToken');
        const page: Page = await call('GET', `${path}?${query.toString()}`, limits);
        missing.push(...(page.unreachables ?? []));
        for (const [scope, items] of scopesOf(page, collection)) {
          resources.push(...items.map((item) => parseComputeResource({ ...of, scope }, item)));
        }
        if (!page.nextPageToken) return { resources, missing };
        token = page.nextPageToken;
      }
    },
    delete: async ({ project, scope, collection, name }, limits) =>
      parseOperation(await call('DELETE', `${project}/${scope}/${collection}/${name}`, limits)),
    waitForOperation: async ({ project, scope }, name, limits) =>
      parseOperation(await call('POST', `${project}/${scope}/operations/${name}/wait`, limits)),
    renew: async () => {
      loading = undefined;
    },
  };
}

type Items = readonly Readonly<Record<string, unknown>>[];

function scopesOf({ items }: Page, collection: ComputeCollection): readonly (readonly [scope: string, items: Items])[] {
  if (Array.isArray(items)) return [['global', items as Items]];
  const scopes = Object.entries((items ?? {}) as Readonly<Record<string, Readonly<Record<string, Items>>>>);
  return scopes.map(([scope, of]) => [scope, of[collection] ?? []]);
}

function parseOperation(operation: {
  readonly name?: string;
  readonly status?: string;
  readonly error?: { readonly errors?: readonly { readonly code?: string; readonly message?: string }[] };
}): ComputeOperation {
  const problems = (operation.error?.errors ?? []).map(({ code, message }) =>
    [code, message].filter(Boolean).join(': '),
  );
  return { name: operation.name ?? '', status: operation.status ?? 'DONE', problems };
}

async function load(endpoint: string, accessToken: string | undefined): Promise<AuthClient> {
  const auth = await import('google-auth-library');
  if (endpoint.startsWith('http:')) return new auth.PassThroughClient();
  if (accessToken !== undefined) {
    const client = new auth.OAuth2Client();
    client.setCredentials({ access_token: accessToken });
    return client;
  }
  return new auth.GoogleAuth({ scopes: ['https://www.googleapis.com/auth/cloud-platform'] }).getClient();
}

/** Status and body of a refusal, in the form the other client's have. */
function restError(error: unknown): unknown {
  const { response } = (error ?? {}) as {
    readonly response?: { readonly status?: number; readonly data?: unknown; readonly headers?: unknown };
  };
  if (response?.status === undefined) return error;
  const { status, data, headers } = response;
  const message = typeof data === 'string' ? data : JSON.stringify(data ?? {});
  return Object.assign(new Error(message, { cause: error }), { code: status, response: { headers } });
}
