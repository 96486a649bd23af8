import { createServer } from 'node:http';

/**
 * Answers `/healthz` (200 while the process lives) and `/readyz` (200 once `isReady()`).
 *
 * A port that is taken must not stop the operator: pods that share a host's network get in each other's way there.
 * Resolves to undefined then, else to `{ port, close() }`. Port 0 takes any free one.
 */
export function startHealthServer({ port, isReady, log }) {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0];
    const code = path === '/healthz' ? 200 : path === '/readyz' ? (isReady() ? 200 : 503) : 404;
    response.writeHead(code, { 'content-type': 'text/plain' });
    response.end(code === 200 ? 'ok\n' : code === 503 ? 'not ready\n' : 'not found\n');
  });
  return new Promise((resolve) => {
    server.once('error', (error) => {
      log.warn('no health endpoint', { port, error: error.message });
      resolve(undefined);
    });
    server.listen(port, () => {
      const { port: actual } = server.address();
      log.info('health endpoint', { port: actual });
      resolve({
        port: actual,
        close() {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}
