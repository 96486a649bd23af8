import type { Readable } from 'node:stream';
import type { Storage } from '@google-cloud/storage';
import type { GsUri } from '../gs-uri.js';
import type { GsOptions } from './gs-options.js';
import { createRetry, type Retry, type Surroundings } from './retry.js';

const SERVICE = 'storage.googleapis.com';
const REQUEST_TIMEOUT_MS = 60_000;

/** A request of the JSON API. */
export interface GsRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/storage/v1`, or absolute. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly body?: Buffer;
}

export interface GsAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed, where it is JSON. */
  readonly body: unknown;
}

/** An object's stored bytes as they arrive. */
export interface GsMedia {
  readonly headers: Readonly<Record<string, string>>;
  readonly stream: Readable;
}

export interface GsCallOptions {
  readonly signal?: AbortSignal;
}

/** Google's client, for credentials and connections, with repetitions of our own. Errors are the client's. */
export interface GsClient {
  /** Sends once. 308 is an answer, too: that of an upload which goes on. */
  sendOnce(request: GsRequest, options?: GsCallOptions): Promise<GsAnswer>;
  /** Sends until there is an answer. */
  send(request: GsRequest, options?: GsCallOptions): Promise<GsAnswer>;
  /** Opens once. */
  openMedia(
    place: GsUri,
    range: { readonly start?: number; readonly end?: number; readonly generation?: string },
    options?: GsCallOptions,
  ): Promise<GsMedia>;
  readonly retry: Retry['run'];
  readonly pause: Retry['pause'];
  /** Where uploads go, without a slash at its end. */
  uploadUrl(bucket: string): Promise<string>;
}

/** The client is loaded at the first use. */
export function createGsClient(options: GsOptions, surroundings: Surroundings): GsClient {
  const retry = createRetry(options, surroundings);
  let loading: Promise<Storage> | undefined;
  const storage = (): Promise<Storage> => (loading ??= load(options));

  const client: GsClient = {
    async sendOnce({ path, query = {}, ...request }, { signal } = {}) {
      const loaded = await storage();
      signal?.throwIfAborted();
      const given = Object.entries(query).filter(([, value]) => value !== undefined);
      // Even of an empty query the client adds the question mark, of which a session's place has one already.
      const qs = given.length === 0 ? {} : { qs: Object.fromEntries(given) };
      return abortable(signal, (resolve, reject) => {
        loaded.request(
          { ...request, ...qs, uri: path, headers: { ...request.headers } },
          (error: Error | null, body?: unknown, response?: unknown) => {
            const { statusCode = 200, headers = {} } = (response ?? {}) as {
              statusCode?: number;
              headers?: GsAnswer['headers'];
            };
            if (error !== null && !(statusCode === 308 && request.method === 'PUT')) reject(error);
            else resolve({ status: statusCode, headers, body });
          },
        );
      });
    },
    send: (request, callOptions) => retry.run(() => client.sendOnce(request, callOptions), callOptions),
    async openMedia({ bucket, object }, { generation, ...range }, { signal } = {}) {
      const file = (await storage()).bucket(bucket).file(object, generation === undefined ? {} : { generation });
      signal?.throwIfAborted();
      // Stored bytes: whoever reads on after a lost connection checks and decodes the whole.
      const stream: Readable = file.createReadStream({ ...range, validation: false, decompress: false });
      return abortable(signal, (resolve, reject) => {
        stream.once('error', reject);
        stream.once('response', (response: { statusCode: number; headers: GsAnswer['headers'] }) => {
          if (response.statusCode >= 300) return; // the error follows, with the text of the answer
          stream.off('error', reject);
          resolve({ headers: response.headers, stream });
        });
        // The request is sent once somebody reads.
        stream.read(0);
      });
    },
    retry: retry.run,
    pause: retry.pause,
    uploadUrl: async (bucket) => `${(await storage()).apiEndpoint}/upload/storage/v1/b/${bucket}/o`,
  };
  return client;
}

/** The client cannot give up a request: its answer is left alone then. */
function abortable<T>(
  signal: AbortSignal | undefined,
  start: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal?.reason);
    const settled = (): void => signal?.removeEventListener('abort', abort);
    signal?.addEventListener('abort', abort, { once: true });
    start(
      (value) => (settled(), resolve(value)),
      (error) => (settled(), reject(error)),
    );
  });
}

async function load(options: GsOptions): Promise<Storage> {
  const { apiEndpoint, projectId, anonymous = false, authenticate = false, requestTimeoutMs } = options;
  const { Storage: Client } = await import('@google-cloud/storage');
  // Any endpoint given, be it the service's own, is reached without credentials.
  const endpoint = apiEndpoint ?? (anonymous ? SERVICE : undefined);
  const client = new Client({
    ...(endpoint === undefined ? {} : { apiEndpoint: endpoint }),
    ...(projectId === undefined ? {} : { projectId }),
    ...(authenticate && !anonymous ? { useAuthWithCustomEndpoint: true } : {}),
    // None by default: then a request without an answer would never end.
    timeout: requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    retryOptions: { autoRetry: false, maxRetries: 0 },
  });
  // The client lets STORAGE_EMULATOR_HOST of the process win over the endpoint that it was given, for all but uploads.
  if (endpoint !== undefined) client.baseUrl = `${client.apiEndpoint}/storage/v1`;
  return client;
}
