import * as http from 'node:http';
import * as https from 'node:https';
import { DeployError } from './errors.js';
import type { Clock } from './limits.js';

/** What a request goes out with: made of the kubeconfig, made anew when the server refuses it. */
export interface Credentials {
  readonly server: string;
  readonly agent: http.Agent;
  readonly headers: Readonly<Record<string, string>>;
}

/** One request. */
export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly accept?: string;
  /** Of the body. @default 'application/json' */
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
}

// A list of a namespace is some megabytes; more than this is not an answer but an attack or a mistake.
const MAX_BODY_BYTES = 256 * 1024 * 1024;
const RETRY_FOR_MS = 60_000;
/** Until the first byte of an answer; a watch is answered at once, too. */
const ANSWER_MS = 30_000;
/** Between two bytes of an answer that is not a watch. */
const IDLE_MS = 30_000;
/** A peer that is gone without a word is noticed by the system, though nothing is to be sent. */
const KEEP_ALIVE_MS = 15_000;

/** Sends requests with the credentials of a kubeconfig, over `node:https` because answers are streamed. */
export class KubeConnection {
  readonly #clock: Clock;
  readonly #login: () => Promise<Credentials>;
  #credentials: Promise<Credentials> | undefined;

  constructor(deps: { readonly clock: Clock; readonly login: () => Promise<Credentials> }) {
    this.#clock = deps.clock;
    this.#login = deps.login;
  }

  /**
   * The whole body of an answer.
   *
   * @throws {DeployError} `REFUSED` for any status but 2xx, `UNAVAILABLE` without an answer. Reads, and what the server
   * says it did not do, are tried again for a minute.
   */
  async send(request: KubeRequest): Promise<string> {
    const until = this.#clock.now() + RETRY_FOR_MS;
    for (let pauseMs = 250, renewed = false; ; pauseMs = Math.min(pauseMs * 2, 5_000)) {
      let error: DeployError;
      try {
        const response = await this.stream(request);
        const { socket } = response;
        const onIdle = (): void => void response.destroy(new Error(`it fell silent for ${IDLE_MS / 1_000} s`));
        socket.setTimeout(IDLE_MS, onIdle);
        try {
          return await readAll(response, MAX_BODY_BYTES);
        } finally {
          socket.setTimeout(0).off('timeout', onIdle); // a connection that is kept serves others
        }
      } catch (cause) {
        request.signal?.throwIfAborted();
        error = cause instanceof DeployError ? cause : unavailable(request, cause);
      }
      if (error.httpStatus === 401 && !renewed) {
        renewed = true;
        continue;
      }
      const mayRepeat =
        error.httpStatus === 429 ||
        (request.method === 'GET' && (error.httpStatus === undefined || error.httpStatus >= 500)) ||
        (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED';
      if (!mayRepeat || this.#clock.now() + pauseMs > until) throw error;
      await this.#clock.sleep(pauseMs, request.signal);
    }
  }

  /** The answer as it comes. @throws {DeployError} `REFUSED` for any status but 2xx. */
  async stream(request: KubeRequest): Promise<http.IncomingMessage> {
    request.signal?.throwIfAborted();
    this.#credentials ??= this.#login();
    const credentials = await this.#credentials.catch((error: unknown) => {
      this.#credentials = undefined;
      throw error;
    });
    const url = new URL(credentials.server.replace(/\/$/, '') + request.path);
    for (const [key, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(key, String(value));
    }
    const response = await this.#answerTo(request, { url, credentials });
    const { statusCode = 0 } = response;
    if (statusCode >= 200 && statusCode < 300) return response;
    const error = refused(request, statusCode, await readAll(response, 1024 * 1024));
    // Whoever asks next, a watch for example, asks with fresh credentials.
    if (statusCode === 401) this.renew();
    throw error;
  }

  /** Sends a request. @throws when its answer does not begin in time, or the connection fails. */
  async #answerTo(
    request: KubeRequest,
    { url, credentials }: { readonly url: URL; readonly credentials: Credentials },
  ): Promise<http.IncomingMessage> {
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const late = new AbortController();
    const over = new AbortController();
    this.#clock.sleep(ANSWER_MS, over.signal).then(
      () => late.abort(new Error(`none within ${ANSWER_MS / 1_000} s`)),
      () => {}, // answered in time
    );
    const signal = request.signal === undefined ? late.signal : AbortSignal.any([request.signal, late.signal]);
    try {
      return await new Promise<http.IncomingMessage>((resolve, reject) => {
        const sent = (url.protocol === 'http:' ? http : https).request(url, {
          method: request.method,
          agent: credentials.agent,
          signal,
          headers: {
            ...credentials.headers,
            accept: request.accept ?? 'application/json',
            ...(body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json', ...length }),
          },
        });
        sent.once('socket', (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS));
        sent.once('response', resolve);
        sent.once('error', (error) => reject(late.signal.aborted ? (late.signal.reason as Error) : error));
        sent.end(body);
      });
    } finally {
      over.abort();
    }
  }

  /** What comes of an answer until it ends, or nothing comes for `silenceMs`: then it is cut, which is no error. */
  async *readUntilSilent(response: http.IncomingMessage, silenceMs: number): AsyncGenerator<Buffer> {
    const chunks = (response as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    let isSilent = false;
    try {
      for (;;) {
        const heard = new AbortController();
        this.#clock.sleep(silenceMs, heard.signal).then(
          () => {
            isSilent = true;
            response.destroy(new Error(`it fell silent for ${silenceMs / 1_000} s`));
          },
          () => {}, // it spoke in time
        );
        const { value, done } = await chunks.next().finally(() => heard.abort());
        if (done === true) return;
        yield value;
      }
    } catch (error) {
      if (!isSilent) throw error;
    } finally {
      response.destroy();
    }
  }

  /** Forgets the credentials: the next request makes them anew. */
  renew(): void {
    const old = this.#credentials;
    this.#credentials = undefined;
    old?.then(({ agent }) => agent.destroy()).catch(() => {}); // its own request already said why
  }
}

async function readAll(response: http.IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) {
      throw new DeployError('REFUSED', `answer of the Kubernetes API is larger than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function refused({ method, path }: KubeRequest, httpStatus: number, body: string): DeployError {
  let message = body.trim().slice(0, 500);
  let reason: string | undefined;
  try {
    const status = JSON.parse(body) as { message?: string; reason?: string };
    message = status.message ?? message;
    reason = status.reason;
  } catch {
    // Proxies answer in plain text: then the text is the message.
  }
  const hint =
    httpStatus === 401
      ? 'Renew the credentials of the kubeconfig.'
      : httpStatus === 403
        ? 'Give the account of the kubeconfig the rights named above.'
        : undefined;
  return new DeployError('REFUSED', `${method} ${path}: ${httpStatus}${message === '' ? '' : ` ${message}`}`, {
    httpStatus,
    reason,
    hint,
  });
}

function unavailable({ method, path }: KubeRequest, cause: unknown): DeployError {
  const text = cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : String(cause);
  return new DeployError('UNAVAILABLE', `${method} ${path}: no answer from the Kubernetes API: ${text}`, {
    cause,
    hint: 'Check that the cluster runs and can be reached from here.',
  });
}
