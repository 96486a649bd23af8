import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { platform, userInfo } from 'node:os';
import { pid } from 'node:process';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../clock.js';
import { OWNER_LABEL } from '../kubernetes/nodes/docker-runtime.js';
import { startSandbox } from '../start-sandbox.js';
import { removeOrphans } from './orphans.js';
import { ownerOf } from './process-owner.js';

const labelled = (owners: Readonly<Record<string, string>>) =>
  Object.entries(owners).map(([Id, owner]) => ({ Id, Labels: { [OWNER_LABEL]: owner } }));

/** The engine's HTTP API, as far as a sandbox asks before it has pods. */
async function serveEngine(containers: readonly object[]) {
  const calls: string[] = [];
  const server = createServer(({ method, url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://engine');
    if (method === 'DELETE') calls.push(`${pathname} ${searchParams}`);
    response.statusCode = method === 'DELETE' ? 204 : 200;
    if (pathname === '/containers/json') calls.push(`${pathname} ${searchParams}`);
    response.end(pathname === '/containers/json' ? JSON.stringify(containers) : method === 'DELETE' ? '' : '{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { host: `tcp://127.0.0.1:${port}`, calls, [Symbol.asyncDispose]: close };
}

describe(removeOrphans, () => {
  it('removes what belongs to the dead, whatever the engine says of one of them', async () => {
    const removed: string[] = [];
    const engine = {
      listContainers: async () => [...labelled({ a: 'dead', b: 'living', c: 'dead', d: 'dead' }), { Id: 'e' }],
      getContainer: (id: string) => ({
        remove: async (options: object) => {
          if (id === 'a') throw new Error('removal of container a is already in progress');
          removed.push(id);
          expect(options).toMatchObject({ force: true, v: true });
        },
      }),
    };
    await removeOrphans({
      engine: engine as unknown as Parameters<typeof removeOrphans>[0]['engine'],
      logger: silentLogger,
      isGone: async (owner) => owner === 'dead',
    });
    expect(removed).toEqual(['c', 'd']);
  });

  it('warns when the engine does not tell', async () => {
    const warnings: string[] = [];
    const engine = { listContainers: () => Promise.reject(new Error('no')), getContainer: () => undefined as never };
    await removeOrphans({
      engine,
      logger: { ...silentLogger, warn: (message, fields) => warnings.push(`${message} ${JSON.stringify(fields)}`) },
      isGone: async () => true,
    });
    expect(warnings).toEqual(['containers of killed sandboxes could not be looked for {"error":"Error: no"}']);
  });
});

describe.skipIf(platform() !== 'linux')(startSandbox, () => {
  it('removes containers of killed sandboxes from a real engine, and no others', async () => {
    const own = (await ownerOf(pid, { uid: userInfo().uid })) ?? '';
    // The same process id at another start: a process that has ended.
    const killed = own.replace(/\d+$/, '1');
    const foreign = `other-boot/${killed.split('/').slice(1).join('/')}`;
    await using engine = await serveEngine([...labelled({ killed, own, foreign, odd: '' })]);
    await using sandbox = await startSandbox({ docker: engine.host });
    expect(sandbox.docker).toEqual({ kind: 'engine', host: engine.host });
    const filters = JSON.stringify({ label: [OWNER_LABEL] });
    expect(engine.calls).toEqual([
      `/containers/json ${new URLSearchParams({ all: 'true', filters })}`,
      '/containers/killed force=true&v=true',
    ]);
  });
});
