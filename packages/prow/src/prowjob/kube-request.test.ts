import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKubeSend, readText } from './kube-request.js';

// Answers with what the path says: /404/text.
const server = createServer((request, response) => {
  if (request.url?.startsWith('/hang')) return;
  if (request.url?.startsWith('/half')) return void response.write('half');
  const [, code, text = ''] = decodeURIComponent(request.url ?? '').split('/');
  response.writeHead(Number(code), { 'content-type': 'application/json' });
  response.end(text.replace('?', '').replace('%h', JSON.stringify(request.headers)));
});
const config = (port: number, user: object = { token: 't0ken' }) => {
  const made = new KubeConfig();
  made.loadFromOptions({
    clusters: [{ name: 'c', server: `http://127.0.0.1:${port}/`, skipTLSVerify: true }],
    users: [{ name: 'u', ...user }],
    contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
    currentContext: 'x',
  });
  return made;
};
let port: number;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const get = (path: string, signal?: AbortSignal) => createKubeSend(config(port))({ method: 'GET', path, signal });

describe(createKubeSend, () => {
  it("sends the kubeconfig's token, and a merge patch as one", async () => {
    const send = createKubeSend(config(port));
    const headers = await readText(await send({ method: 'PATCH', path: '/200/%25h', body: {} }), 10_000);
    expect(JSON.parse(headers)).toMatchObject({
      authorization: 'Bearer t0ken',
      'content-type': 'application/merge-patch+json',
    });
  });

  it.each([
    [401, '', true, 'Renew'],
    [403, '{"message":"prowjobs is forbidden"}', true, 'rights'],
    [404, '{"message":"the server could not find the requested resource"}', true, 'seatrial-prow crd'],
    [404, '404 page not found', true, 'seatrial-prow crd'],
    [404, '{"message":"prowjobs \\"a\\" not found"}', false, '--namespace'],
    [422, '{"message":"invalid"}', false, undefined],
    [503, 'upstream is away', true, undefined],
  ])('turns %i %s into an error', async (httpStatus, text, infrastructure, hint) => {
    await expect(get(`/${httpStatus}/${encodeURIComponent(text)}`)).rejects.toMatchObject({
      code: 'TRIGGER',
      httpStatus,
      infrastructure,
      message: expect.stringContaining(text.startsWith('{') ? (JSON.parse(text) as { message: string }).message : text),
      hint: hint === undefined ? undefined : expect.stringContaining(hint),
    });
  });

  it('keeps the token out of errors', async () => {
    const error = await get('/500/oops').catch((reason: unknown) => reason);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('t0ken');
  });

  it('names credentials that cannot be made', async () => {
    const send = createKubeSend(
      config(port, { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: './none' } }),
    );
    await expect(send({ method: 'GET', path: '/200' })).rejects.toMatchObject({
      code: 'INVALID_FLAG',
      message: expect.stringContaining('cannot log in with the kubeconfig'),
    });
  });

  it('says that nobody answers', async () => {
    const { port: free } = await new Promise<AddressInfo>((resolve) => {
      const short = createServer().listen(0, '127.0.0.1', () => {
        const address = short.address() as AddressInfo;
        short.close(() => resolve(address));
      });
    });
    await expect(createKubeSend(config(free))({ method: 'GET', path: '/' })).rejects.toMatchObject({
      code: 'TRIGGER',
      infrastructure: true,
      httpStatus: undefined,
      message: expect.stringContaining('no answer from the Kubernetes API: connect ECONNREFUSED'),
    });
  });

  it.each([
    ['before its answer', '/hang'],
    ['in its answer', '/half'],
  ])('gives up on a server that falls silent %s', async (_when, path) => {
    const reading = createKubeSend(config(port))({ method: 'GET', path, idleMs: 50 }).then((response) =>
      readText(response, 100),
    );
    await expect(reading).rejects.toThrow(/silent for 0\.05 s|aborted/);
  });

  it('ends with the reason of its signal while a server hangs', async () => {
    const stop = new AbortController();
    const asking = get('/hang', stop.signal);
    const reason = new Error('stopped');
    stop.abort(reason);
    await expect(asking).rejects.toBe(reason);
  });
});
