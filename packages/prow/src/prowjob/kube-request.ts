import * as http from 'node:http';
import * as https from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { ProwError } from '../errors.js';

/** One request to the API server. */
export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON; of a PATCH, as a merge patch. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** How long the server may be silent, before its answer and in it. @default 30_000 */
  readonly idleMs?: number;
}

/** The answer, once its head is there. @throws {ProwError} `TRIGGER` for any status but 2xx, or without an answer. */
export type KubeSend = (request: KubeRequest) => Promise<http.IncomingMessage>;

// An error is a Status of a few hundred bytes.
const MAX_ERROR_BYTES = 64 * 1024;

const hints: Readonly<Record<number, string>> = {
  401: 'Renew the credentials of the kubeconfig.',
  403: 'Give the account of the kubeconfig the rights named above.',
  404: 'Check --namespace and the name.',
};

/**
 * Sends requests to the cluster of a kubeconfig, over `node:https` because watches are streams that must end with their
 * signal. Credentials are asked for each time, so that they are fresh in long waits; the client keeps valid ones.
 */
export function createKubeSend(config: KubeConfig): KubeSend {
  return async (request) => {
    const { method, path, query, body, signal, idleMs = 30_000 } = request;
    const cluster = config.getCurrentCluster();
    if (cluster === null) throw new ProwError('TRIGGER', 'the kubeconfig names no cluster');
    const isPlain = cluster.server.startsWith('http:');
    const options: https.RequestOptions = {};
    await config.applyToHTTPSOptions(options).catch((cause: unknown) => {
      throw new ProwError('INVALID_FLAG', `cannot log in with the kubeconfig: ${messageOf(cause)}`, {
        cause,
        hint: 'Check the user of its context: certificates, token files, and the program that makes credentials.',
      });
    });
    const url = new URL(`${cluster.server.replace(/\/$/, '')}${path}?${new URLSearchParams(query).toString()}`);
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    try {
      const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
        const sent = (isPlain ? http : https).request(url, {
          ...options,
          method,
          timeout: idleMs,
          ...(signal && { signal }),
          headers: {
            ...(options.headers as http.OutgoingHttpHeaders | undefined),
            accept: 'application/json',
            ...(payload !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(payload) }),
          },
        });
        sent.once('timeout', () => sent.destroy(new Error(`silent for ${idleMs / 1_000} s`)));
        sent.once('response', resolve);
        sent.once('error', reject);
        sent.end(payload);
      });
      const { statusCode = 0 } = response;
      if (statusCode >= 200 && statusCode < 300) return response;
      throw refused(request, statusCode, await readText(response, MAX_ERROR_BYTES));
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof ProwError) throw cause;
      throw new ProwError('TRIGGER', `${method} ${path}: no answer from the Kubernetes API: ${messageOf(cause)}`, {
        cause,
        hint: 'Check that the cluster runs and can be reached from here.',
        infrastructure: true,
      });
    }
  };
}

/** The whole body of an answer, up to a number of bytes; a longer one is cut off. */
export async function readText(response: http.IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    if ((sizeBytes += chunk.length) >= maxBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8');
}

function refused({ method, path }: KubeRequest, httpStatus: number, body: string): ProwError {
  let message = body.trim().slice(0, 500);
  try {
    ({ message = message } = JSON.parse(body) as { message?: string });
  } catch {
    // Proxies answer in plain text: then the text is the message.
  }
  // Asked for an object it says which; asked for a kind it does not know it says nothing of it.
  const isUndefined = httpStatus === 404 && /could not find the requested resource|page not found/.test(message);
  return new ProwError('TRIGGER', `${method} ${path}: ${httpStatus} ${message}`.trim(), {
    httpStatus,
    infrastructure: isUndefined || [401, 403, 429].includes(httpStatus) || httpStatus >= 500,
    hint: isUndefined
      ? 'Install the definition of ProwJobs first: seatrial-prow crd | kubectl apply -f -'
      : hints[httpStatus],
  });
}

// A refused connection to several addresses has no message of its own.
function messageOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) return messageOf(cause.errors[0]);
  return cause instanceof Error ? cause.message : String(cause);
}
