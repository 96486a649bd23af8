import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extract } from 'tar-stream';
import { onTestFinished } from 'vitest';
import { createDocker, type DockerEngine } from '../image/engine.js';

/** A request that the server got. */
export interface EngineRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** Files of a build context: content by path. Empty for other requests. */
  readonly files: ReadonlyMap<string, string>;
}

/** What to answer with: events as the engine streams them, or a status with a message. */
export type EngineAnswer =
  | { readonly events: readonly unknown[]; readonly cut?: boolean; readonly hang?: boolean }
  | { readonly status: number; readonly body: unknown };

/**
 * An HTTP server with the answers of a Docker Engine 20.10 in the forms that were measured with dockerode 5.0.1: errors of
 * steps as the last event of a stream that ends well, refused requests as a status with `{"message"}`.
 */
export async function startEngine(
  answer: (request: EngineRequest) => EngineAnswer,
): Promise<{ readonly docker: DockerEngine; readonly requests: EngineRequest[]; readonly host: string }> {
  const requests: EngineRequest[] = [];
  const server = createServer((incoming, response) => {
    void (async () => {
      const url = new URL(incoming.url ?? '/', 'http://engine');
      const isBuild = url.pathname.endsWith('/build');
      const files = isBuild ? await readFiles(incoming) : new Map<string, string>();
      if (!isBuild) incoming.resume();
      const request = {
        method: incoming.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: incoming.headers,
        files,
      };
      requests.push(request);
      send(response, answer(request));
    })().catch(() => response.destroy()); // the client went away: tests of aborts do that
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const host = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { docker: await createDocker({ host }), requests, host };
}

function send(response: ServerResponse, answer: EngineAnswer): void {
  if ('status' in answer) {
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  for (const event of answer.events) response.write(typeof event === 'string' ? event : `${JSON.stringify(event)}\r\n`);
  if (answer.hang === true) return;
  if (answer.cut === true) setImmediate(() => response.destroy());
  else response.end();
}

/** Files of a tar archive: content by path, links as `-> target`, folders as `/`. */
export async function readFiles(stream: NodeJS.ReadableStream): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const archive = extract();
  stream.on('error', (error) => archive.destroy(error as Error));
  stream.pipe(archive as unknown as NodeJS.WritableStream);
  for await (const entry of archive) {
    let text = '';
    for await (const chunk of entry) text += String(chunk);
    const { name, type, linkname } = entry.header;
    files.set(name, type === 'symlink' ? `-> ${linkname ?? ''}` : type === 'directory' ? '/' : text);
  }
  return files;
}
