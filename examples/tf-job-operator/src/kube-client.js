import { Agent, request as httpsRequest } from 'node:https';
import { StringDecoder } from 'node:string_decoder';

const REQUEST_TIMEOUT_MS = 30_000;
const MAX_BODY_CHARS = 64 * 1024 * 1024;
// The API server ends a watch after this; where the network swallowed that end, ours comes a little later.
const WATCH_SECONDS = 240;
const WATCH_GRACE_MS = 30_000;

/** An answer that is not 2xx. `code` is the HTTP status, `reason` the one word of the Status object. */
export class ApiError extends Error {
  constructor(code, reason, message) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.reason = reason;
  }
}

/** The few calls of the Kubernetes API that this operator makes, over node:https. */
export function createKubeClient({ host, port, ca, token }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 16, ca });

  async function open(method, path, { body, signal, timeoutMs }) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = { accept: 'application/json', authorization: `Bearer ${await token.get()}` };
    if (text !== undefined) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = Buffer.byteLength(text);
    }
    return new Promise((resolve, reject) => {
      const request = httpsRequest({ host, port, agent, method, path, headers, signal }, resolve);
      request.setTimeout(timeoutMs, () => request.destroy(new Error(`${method} ${path}: silent for ${timeoutMs} ms`)));
      request.on('error', reject);
      request.end(text);
    });
  }

  /** The parsed answer. A 401 is tried once more with the token read anew. */
  async function call(method, path, { body, signal } = {}) {
    for (let attempt = 1; ; attempt += 1) {
      const response = await open(method, path, { body, signal, timeoutMs: REQUEST_TIMEOUT_MS });
      const text = await readText(response);
      if (response.statusCode === 401 && attempt === 1) {
        token.drop();
        continue;
      }
      if (response.statusCode >= 300) throw toApiError(method, path, response.statusCode, text);
      return JSON.parse(text);
    }
  }

  return {
    get: (path, options) => call('GET', path, options),
    create: (path, object, options) => call('POST', path, { ...options, body: object }),
    replace: (path, object, options) => call('PUT', path, { ...options, body: object }),
    delete: (path, body, options) => call('DELETE', path, { ...options, body }),

    /** Events after `resourceVersion` until the server ends the watch. Throws ApiError 410 when they are gone. */
    async *watch(path, { resourceVersion, signal }) {
      const query = new URLSearchParams({
        watch: '1',
        allowWatchBookmarks: 'true',
        resourceVersion,
        timeoutSeconds: String(WATCH_SECONDS),
      });
      const url = `${path}${path.includes('?') ? '&' : '?'}${query}`;
      const ended = AbortSignal.timeout(WATCH_SECONDS * 1000 + WATCH_GRACE_MS);
      const response = await open('GET', url, {
        signal: AbortSignal.any([signal, ended]),
        timeoutMs: WATCH_SECONDS * 1000 + WATCH_GRACE_MS,
      });
      if (response.statusCode >= 300) {
        if (response.statusCode === 401) token.drop();
        throw toApiError('GET', url, response.statusCode, await readText(response));
      }
      for await (const line of lines(response)) {
        const event = JSON.parse(line);
        if (event.type === 'ERROR') {
          const { code = 500, reason = 'Unknown', message = 'the watch failed' } = event.object ?? {};
          throw new ApiError(code, reason, message);
        }
        yield event;
      }
    },

    close() {
      agent.destroy();
    },
  };
}

async function readText(response) {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) {
    text += chunk;
    if (text.length > MAX_BODY_CHARS) throw new Error(`an answer of more than ${MAX_BODY_CHARS} characters`);
  }
  return text;
}

/** Complete, non-empty lines of a stream of bytes. A last line without its end is half an event, and left out. */
export async function* lines(chunks) {
  const decoder = new StringDecoder('utf8'); // a character may be split over two chunks
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.write(chunk);
    const parts = rest.split('\n');
    rest = parts.pop();
    if (rest.length > MAX_BODY_CHARS) throw new Error(`an event of more than ${MAX_BODY_CHARS} characters`);
    for (const part of parts) if (part.trim() !== '') yield part;
  }
}

function toApiError(method, path, code, text) {
  let status = {};
  try {
    status = JSON.parse(text);
  } catch {
    // a proxy's page instead of a Status: the code alone has to do
  }
  return new ApiError(
    code,
    status.reason ?? 'Unknown',
    `${method} ${path}: ${code} ${status.message ?? text.slice(0, 200)}`,
  );
}
