import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import type { GkeCluster } from '../cluster.js';

/** A call to the Kubernetes API of a cluster, which has to go well. */
export async function kubeCall(
  cluster: GkeCluster,
  method: 'GET' | 'POST' | 'PATCH',
  path: string,
  body?: object,
): Promise<unknown> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const options = {
      method,
      ca: Buffer.from(cluster.caCertificate, 'base64'),
      headers: { 'content-type': type, authorization: 'Bearer any' },
    };
    request(`https://${cluster.endpoint}${path}`, options, resolve)
      .on('error', reject)
      .end(body === undefined ? undefined : JSON.stringify(body));
  });
  const answer = await text(response);
  expect(response.statusCode, answer).toBeLessThan(300);
  return JSON.parse(answer);
}
