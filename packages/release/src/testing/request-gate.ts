import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * Puts itself in front of an HTTP server: calls `onStep` before each request reaches it, and again when its answer is there
 * but has not reached the client. @returns the URL to use instead
 */
export async function startGate(target: string, onStep: (what: string) => void): Promise<string> {
  const { hostname, port } = new URL(target);
  const gate = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    onStep(`before ${method} ${url}`);
    const forwarded = httpRequest({ hostname, port, method, path: url, headers, agent: false }, (answer) => {
      onStep(`after ${method} ${url}`);
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      answer.on('error', () => outgoing.destroy());
    });
    forwarded.on('error', () => outgoing.destroy());
    outgoing.on('close', () => void (outgoing.writableFinished || forwarded.destroy()));
    incoming.pipe(forwarded);
  });
  gate.listen(0, '127.0.0.1');
  await once(gate, 'listening');
  onTestFinished(async () => {
    const closed = once(gate, 'close');
    gate.close();
    gate.closeAllConnections();
    await closed;
  });
  return `http://127.0.0.1:${(gate.address() as AddressInfo).port}`;
}
